"""Rules of the house that no linter knows."""

import ast
import importlib
import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from huiyin import machines
from huiyin.app import ROUTERS
from huiyin.settings import CHECKOUT
from huiyin.tables import TABLES
from huiyin.worker import JOBS

PACKAGE = CHECKOUT / "backend" / "huiyin"
SOURCES = sorted(PACKAGE.rglob("*.py"))


def calls(source: Path) -> set[str]:
    """Names of the methods that a file calls."""
    tree = ast.parse(source.read_text(encoding="utf-8"))
    return {
        node.func.attr for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }


def test_one_place_commits():
    """One commit, before the response: everything else hands its session back (ADR 0003)."""
    committing = {str(source.relative_to(PACKAGE)) for source in SOURCES if "commit" in calls(source)}
    assert committing <= {"kit/database/sessions.py"}


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: str(source.relative_to(PACKAGE)))
def test_a_file_says_first_what_it_is_for(source: Path):
    assert source.read_text(encoding="utf-8").startswith('"""')


@pytest.mark.parametrize("name", ["requirements.txt", "deploy/requirements.txt", "frontend/package-lock.json"])
def test_a_lock_file_names_no_host(name: str):
    text = (CHECKOUT / name).read_text(encoding="utf-8")
    assert not re.search(r'"resolved":|--(extra-)?index-url|--find-links|file:/| @ https?:', text)


def tracked() -> list[Path]:
    """What git keeps, as far as it is there."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    return [path for name in listed.stdout.split("\0") if name and (path := CHECKOUT / name).exists()]


def test_a_folder_holds_no_more_than_one_can_read():
    """At most 15 files beside its folders; what has more is cut by meaning."""
    folders = Counter(path.parent.relative_to(CHECKOUT) for path in tracked())
    ours = {
        folder: count for folder, count in folders.items() if folder.parts[:1] in [("backend",), ("tests",), ("bench",)]
    }
    assert {str(folder): count for folder, count in ours.items() if count > 15} == {}


@pytest.mark.parametrize(
    "source",
    [path for path in tracked() if path.name == "__init__.py"],
    ids=lambda path: str(path.parent.relative_to(CHECKOUT)),
)
def test_a_folder_says_in_one_line_what_it_is(source: Path):
    assert re.fullmatch(r'"""[^\n]{10,}\."""\n', source.read_text(encoding="utf-8"))


README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
ROWS = [
    line
    for line in README.partition("## Where to look for what")[2].partition("\n## ")[0].splitlines()
    if line.startswith("| ")
][1:]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip())
def test_where_to_look_is_there(row: str):
    """A path from the checkout or the package on, or a file beside the one named before it."""
    folder, missing = CHECKOUT, []
    for name in re.findall(r"`([\w*][\w./*-]*(?:\.\w+|/|…))`", row):
        pattern = name.rstrip("/").replace("…", "*")
        found = next((path for base in (CHECKOUT, PACKAGE, folder) for path in base.glob(pattern)), None)
        if found is None:
            missing.append(name)
        else:
            folder = found if found.is_dir() else found.parent
    assert missing == []


def test_the_order_of_imports_that_is_told_is_the_one_that_is_checked():
    contracts = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    orders = {one["containers"][0]: one["layers"] for one in contracts if one["type"] == "layers"}
    for part in ("huiyin", "huiyin.leads", "huiyin.tips"):
        told = " → ".join(layer.strip("()").replace(" | ", ", ") for layer in orders[part])
        assert f"`{told}`" in README


def test_no_file_is_too_large_to_be_read_in_a_review():
    sizes = {str(path.relative_to(CHECKOUT)): path.stat().st_size for path in tracked()}
    assert {name: size for name, size in sizes.items() if size > 1_000_000} == {}


CLAIMS = sorted([CHECKOUT / "docs" / "threat-model.md", *(CHECKOUT / "docs" / "decisions").glob("*.md")])
TESTS = "\n".join(one.read_text(encoding="utf-8") for one in sorted((CHECKOUT / "tests").rglob("*.py")))


@pytest.mark.parametrize("document", CLAIMS, ids=lambda document: document.name)
def test_a_claim_names_a_test_that_is_there(document: Path):
    """`test_name`, `test_beginning…`, `…end`, or a file of tests."""
    text = document.read_text(encoding="utf-8")
    names = re.findall(r"`(…?test_\w+…?|…\w+)`", text)
    missing = [name for name in names if not re.search(rf"def {name.replace('…', '[a-z0-9_]*')}\(", TESTS)]
    files = re.findall(r"`((?:tests|frontend|backend|bench)/[\w./-]+\.(?:py|ts|json))`", text)
    assert missing + [name for name in files if not (CHECKOUT / name).exists()] == []


def modules(*, with_text: str) -> list[ModuleType]:
    """The package's modules whose source has that text."""
    found = [source for source in SOURCES if with_text in source.read_text(encoding="utf-8")]
    return [importlib.import_module(".".join(one.relative_to(PACKAGE.parent).with_suffix("").parts)) for one in found]


def test_every_router_is_served():
    made = [module.router for module in modules(with_text="\nrouter = APIRouter(")]
    assert [one for one in made if one not in ROUTERS] == []
    assert len(made) == len(ROUTERS)


def test_every_table_is_known_to_the_migrations():
    assert set(modules(with_text="    __tablename__ = ")) == set(TABLES)


def test_every_job_of_a_part_is_done_and_none_takes_anothers_place_in_the_queue():
    parts = [importlib.import_module(f"huiyin.{source.parent.name}.jobs") for source in PACKAGE.glob("*/jobs.py")]
    parts.append(machines)  # what is done to every kind of matter
    assert {job for part in parts for job in part.JOBS} == set(JOBS)
    assert len({job.name for job in JOBS}) == len({job.queueing_lock for job in JOBS}) == len(JOBS)


@pytest.mark.parametrize("program", ["huiyin.app", "huiyin.worker"])
def test_each_program_knows_every_table_that_its_own_refer_to(program: str):
    """These tests import all tables; a program that does not would fail at somebody's first change."""
    script = f"import {program}; from huiyin.kit.database.tables import Table; Table.metadata.sorted_tables"
    done = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-500:]
