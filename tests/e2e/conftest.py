"""What the browser tests stand on: one real `huiyin up` and one Chromium a worker, a window for each person."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from huiyin.replay import Stage
from huiyin.settings import CHECKOUT
from tests.commands.test_up import Started, room, started
from tests.e2e.seeds import Seeds
from tests.e2e.visitors import Visitor, open_window

BUILT = CHECKOUT / "frontend" / "dist" / "report.html"
PICTURES = CHECKOUT / "build" / "screenshots"
DATA = "data"
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def lacking(what: str) -> NoReturn:
    """Skip where a person runs these tests alone; `make check` names its Chromium, and there it is a failure."""
    if "HUIYIN_CHROMIUM" in os.environ or "CI" in os.environ:
        pytest.fail(what, pytrace=False)
    pytest.skip(what)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The Chromium of this machine."""
    shell_first = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"]  # as .ci/steps.py says
    names = [os.environ.get("HUIYIN_CHROMIUM"), *shell_first]
    path = next((found for name in names if name and (found := shutil.which(name))), None)
    if path is None:
        lacking("There is no Chromium here: `make check` installs one, or name it with HUIYIN_CHROMIUM.")
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    expect.set_options(timeout=15_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS + root)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server() -> Iterator[Started]:
    """A running Huiyin with its demo, on a database of its own."""
    if not BUILT.is_file():
        lacking("The frontend is not built: run make check, or make dist.")
    with room() as folder, started(folder / DATA, HUIYIN_PROOF_TRIES="4") as running:
        yield running.wait_until_ready()


@pytest.fixture(scope="session")
def passwords(server: Started) -> dict[str, str]:
    """Sign-in name to password."""
    known: dict[str, str] = json.loads((server.log.parent / DATA / "secrets" / "demo-accounts.json").read_text())
    return known


@pytest.fixture(scope="session")
def seeds(server: Started, passwords: dict[str, str]) -> Iterator[Seeds]:
    """Makes leads through the API."""
    stage = Stage(f"http://127.0.0.1:{server.port}", passwords)
    found = stage.as_("intake.city").get("/api/v1/agencies", params={"limit": 200}).json()["items"]
    stage.agencies = {item["name"]: item["id"] for item in found}
    yield Seeds(stage.url, stage)
    for client in stage.clients.values():
        client.close()


@pytest.fixture
def window(browser: Browser, server: Started, request: pytest.FixtureRequest) -> Iterator[Callable[..., Visitor]]:
    """Opens windows. After the test none of them may have complained or asked another host."""
    opened: list[Visitor] = []
    folder = PICTURES / request.node.name.removeprefix("test_")

    def make(*, pictures: bool = False, called: str = "", **how: object) -> Visitor:
        visitor = open_window(browser, f"http://127.0.0.1:{server.port}", **how)  # type: ignore[arg-type]
        opened.append(visitor)
        if pictures and "HUIYIN_PICTURES" in os.environ:  # they take as long as the rest
            folder.mkdir(parents=True, exist_ok=True)
            visitor.pictures, visitor.called = folder, called
        return visitor

    shutil.rmtree(folder, ignore_errors=True)
    yield make
    complaints = [said for visitor in opened for said in visitor.complaints]
    foreign = [url for visitor in opened for url in visitor.foreign()]
    for visitor in opened:
        visitor.context.close()
    assert complaints == [], "\n".join([*complaints, *server.said().splitlines()[30:]])
    assert foreign == []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of this folder are browser tests."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker("browser")
