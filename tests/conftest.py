"""What every test can ask for; and where the temporary files of a run are."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.database", "tests.client", "tests.factories.house"]

# A property holds on a slow or busy machine too.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

MEMORY = Path("/dev/shm")
NEEDED = 6 * 2**30
"""Bytes free; a whole run takes less than half of it."""


def pytest_configure(config: pytest.Config) -> None:
    """Temporary files in memory, where there is room: databases are copied in a fifth of the time.

    Databases, data folders and downloads go where `TMPDIR` says, in this process and its children; so workers do as
    their parent.
    """
    if "TMPDIR" in os.environ or not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < NEEDED:
        return
    folder = Path(tempfile.mkdtemp(prefix="huiyin-run-", dir=MEMORY))
    folder.chmod(0o711)  # as root, the databases in it belong to another user
    os.environ["TMPDIR"], tempfile.tempdir = str(folder), None

    def remove() -> None:
        del os.environ["TMPDIR"]
        tempfile.tempdir = None
        shutil.rmtree(folder, ignore_errors=True)

    config.add_cleanup(remove)
