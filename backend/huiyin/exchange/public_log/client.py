"""Checking the public log from another machine, with nothing but its public key and what was seen of it before."""

import base64
import binascii
from collections.abc import Callable
from typing import Any

import httpx

from huiyin.trail import merkle
from huiyin.trail.merkle import BadProof
from huiyin.trail.notes import BadNote, Checkpoint, Verifier

TILE = 256


class Unreachable(Exception):
    """The log did not answer, or not with what it should. Nothing is known to be wrong. The message says what came."""


class LogLied(Exception):
    """What the log signed or proved contradicts itself or what it signed before. The message says how."""


class LogClient:
    """Reads a log over HTTP; `fetch` gives the body of a path below `/api/v1/log`."""

    def __init__(self, fetch: Callable[[str], httpx.Response], key: Verifier) -> None:
        self._fetch, self.key = fetch, key

    def _get(self, path: str) -> httpx.Response:
        try:
            answer = self._fetch(f"/api/v1/log/{path}")
        except httpx.HTTPError as error:
            raise Unreachable(f"{path}: {type(error).__name__}") from error
        if answer.status_code != 200:
            raise Unreachable(f"{path}: status {answer.status_code}")
        return answer

    def _proof(self, path: str) -> tuple[list[bytes], Checkpoint]:
        try:
            body: dict[str, Any] = self._get(path).json()
            hashes = [base64.b64decode(each, validate=True) for each in body["hashes"]]
            return hashes, self._checked(body["checkpoint"])
        except (ValueError, KeyError, TypeError, binascii.Error) as error:
            raise LogLied(f"{path}: the answer is no proof") from error

    def _checked(self, note: str) -> Checkpoint:
        try:
            return Checkpoint.checked(note, self.key)
        except BadNote as bad:
            raise LogLied(f"the checkpoint is not good: {bad}") from bad

    def newest(self) -> tuple[Checkpoint, str]:
        """The newest checkpoint and its note. Raises Unreachable, LogLied."""
        note = self._get("checkpoint").text
        return self._checked(note), note

    def follows(self, seen: Checkpoint, now: Checkpoint) -> None:
        """Check that `now` extends `seen`.

        Raises:
            LogLied: the log was rolled back, or something in it was changed or taken out.
            Unreachable: no proof came.
        """
        if now.size < seen.size:
            raise LogLied(
                f"rolled back: it had {seen.size} events and now has {now.size}; "
                f"the last {seen.size - now.size} are gone"
            )
        if now.size == seen.size:
            if now.root != seen.root:
                raise LogLied(f"rewritten: two different logs of {seen.size} events were signed")
            return
        hashes, at = self._proof(f"proof/consistency?old={seen.size}&size={now.size}")
        if at != now:
            raise LogLied(f"two different logs of {now.size} events were signed")
        try:
            merkle.verify_consistency(seen.size, seen.root, now.size, now.root, hashes)
        except BadProof as bad:
            raise LogLied(f"rewritten: among the first {seen.size} events one was changed or is missing") from bad

    def rebuild(self, now: Checkpoint, progress: Callable[[int], None] = lambda _: None) -> list[bytes]:
        """Fetch every leaf's hash and build the tree anew; returns the leaves, as a mirror keeps them.

        Raises:
            LogLied: the leaves do not give the root that was signed.
        """
        edge, leaves = merkle.Edge(), []
        while edge.size < now.size:
            number, width = edge.size // TILE, min(TILE, now.size - edge.size)
            raw = self._get(f"tile/0/{tile_path(number)}{'' if width == TILE else f'.p/{width}'}").content
            if len(raw) != 32 * width:
                raise LogLied(f"tile {number} has {len(raw)} bytes, not {32 * width}")
            for start in range(0, len(raw), 32):
                edge.append(raw[start : start + 32])
                leaves.append(raw[start : start + 32])
            progress(edge.size)
        if edge.root() != now.root:
            raise LogLied(f"the {now.size} leaves do not give the root that was signed")
        return leaves


def tile_path(number: int) -> str:
    """A tile's number as C2SP tlog-tiles writes it: 1234067 is x001/x234/067."""
    groups = []
    while True:
        number, rest = divmod(number, 1000)
        groups.append(f"{rest:03d}")
        if number == 0:
            return "/".join([*("x" + group for group in reversed(groups[1:])), groups[0]])
