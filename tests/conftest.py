"""What every test can ask for."""

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.memory", "tests.database", "tests.client", "tests.factories.house"]

# A property holds on a slow or busy machine too.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")
