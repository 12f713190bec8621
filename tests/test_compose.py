"""docker-compose.yml keeps to the schema, has no default secret, and starts what `make up` starts."""

import re
import sys
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose

from huiyin.settings import CHECKOUT, Settings
from huiyin.up import api_command

VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<how>[?-])(?P<rest>[^}]*))?\}")


@pytest.fixture(scope="module")
def written() -> str:
    return (CHECKOUT / "docker-compose.yml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def services(written: str) -> dict[str, Any]:
    services: dict[str, Any] = yaml.safe_load(written)["services"]
    return services


def test_it_keeps_to_the_compose_schema(written: str):
    filled = VARIABLE.sub(lambda found: found["rest"] if found["how"] == "-" else "given", written)
    merged = yaml.safe_dump(yaml.safe_load(filled))  # with the anchors resolved
    PyCompose.from_yaml(merged).validate()


def test_a_misspelt_key_would_be_found():
    with pytest.raises(ValueError, match="commnd"):
        PyCompose.from_yaml("services: {api: {image: huiyin-app, commnd: up}}")


def test_every_secret_must_be_given(written: str):
    secret = [found for found in VARIABLE.finditer(written) if "PASSWORD" in found["name"] or "KEY" in found["name"]]
    assert len(secret) >= 2, "the database's passwords are among them"
    for found in secret:
        assert found["how"] == "?", f"{found['name']} has a default or may be empty"
    assert not re.search(r"PASSWORD: +(?!\$\{)", written)


def test_the_api_is_started_as_make_up_starts_it(services: dict[str, Any]):
    command = api_command(Settings(host="0.0.0.0", port=8000))
    assert services["api"]["command"] == ["python", *command[1:]]
    assert command[0] == sys.executable
    assert services["worker"]["command"] == ["python", "-m", "huiyin.worker"]


def test_api_and_worker_never_get_the_owner_s_password(services: dict[str, Any]):
    for name in ("api", "worker"):
        assert "OWNER" not in str(services[name])
        assert "HUIYIN_DATABASE_URL" not in services[name]["environment"]


def test_everything_that_keeps_running_is_watched(services: dict[str, Any]):
    unwatched = {name for name, service in services.items() if "healthcheck" not in service}
    assert unwatched == {"migrate"}
