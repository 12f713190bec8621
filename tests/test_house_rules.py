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
    """One commit, before the response: everything else hands its session back (decision 3)."""
    committing = {str(source.relative_to(PACKAGE)) for source in SOURCES if "commit" in calls(source)}
    assert committing <= {"kit/database.py"}


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: str(source.relative_to(PACKAGE)))
def test_a_file_says_first_what_it_is_for(source: Path):
    assert source.read_text(encoding="utf-8").startswith('"""')


@pytest.mark.parametrize("name", ["requirements.txt", "deploy/requirements.txt", "frontend/package-lock.json"])
def test_a_lock_file_names_no_host(name: str):
    text = (CHECKOUT / name).read_text(encoding="utf-8")
    assert not re.search(r'"resolved":|--(extra-)?index-url|--find-links|file:/| @ https?:', text)


@pytest.mark.parametrize("program", ["huiyin.app", "huiyin.worker"])
def test_each_program_knows_every_table_that_its_own_refer_to(program: str):
    """These tests import all tables; a program that does not would fail at somebody's first change."""
    script = f"import {program}; from huiyin.kit.tables import Table; Table.metadata.sorted_tables"
    done = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-500:]
