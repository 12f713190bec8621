"""Files that are replaced as a whole."""

import os
from pathlib import Path


def replace_file(path: Path, text: str) -> None:
    """Write a file anew, so that a crash leaves the old or the new one, never half of it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
