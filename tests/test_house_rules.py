"""Rules of the house that no linter knows."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from huiyin.settings import CHECKOUT

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


def test_no_file_is_too_large_to_be_read_in_a_review():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    sizes = {name: (CHECKOUT / name).stat().st_size for name in listed.stdout.split("\0") if name}
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


@pytest.mark.parametrize("program", ["huiyin.app", "huiyin.worker"])
def test_each_program_knows_every_table_that_its_own_refer_to(program: str):
    """These tests import all tables; a program that does not would fail at somebody's first change."""
    script = f"import {program}; from huiyin.kit.database.tables import Table; Table.metadata.sorted_tables"
    done = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-500:]
