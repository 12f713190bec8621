"""Temporary files of a run in memory, where the machine has room: a database is copied in a fifth of the time.

Databases, data folders and downloads of the tests all go where `TMPDIR` says, in this process and in its children.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")
NEEDED = 6 * 2**30
"""Bytes free; a whole run takes less than half of it."""


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder, once a run: workers are given it by their parent."""
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
