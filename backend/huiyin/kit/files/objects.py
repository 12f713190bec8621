"""Where large things are kept, already encrypted: a local folder, or any S3 by configuration (ADR 0012)."""

import functools
from collections.abc import Iterator

import obstore
from obstore.store import LocalStore, ObjectStore, from_url

from huiyin.settings import settings


class MissingObject(Exception):
    """There is no object of that name."""


@functools.cache
def store() -> ObjectStore:
    """The process's object store, as the settings say."""
    chosen = settings()
    if chosen.object_store is not None:
        return from_url(chosen.object_store)
    folder = chosen.data / "objects"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return LocalStore(folder)


def put(path: str, content: bytes) -> None:
    """Write an object whole; an earlier one of that name is replaced at once, never half."""
    obstore.put(store(), path, content)


def get(path: str) -> bytes:
    """Read an object whole. Raises MissingObject."""
    try:
        return bytes(obstore.get(store(), path).bytes())
    except FileNotFoundError as error:
        raise MissingObject(path) from error


def names(folder: str) -> Iterator[str]:
    """The objects below a folder, in no order."""
    for page in obstore.list(store(), prefix=folder):
        for found in page:
            yield found["path"]


def remove(path: str) -> None:
    """Remove an object, if it is there."""
    try:
        obstore.delete(store(), path)
    except FileNotFoundError:
        return


def remove_below(folder: str) -> None:
    """Remove all objects of a folder."""
    for path in list(names(folder)):
        remove(path)
