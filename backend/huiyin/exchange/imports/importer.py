"""Sends a file of records to the API as another agency's system would: several at once, and safe to repeat."""

import asyncio
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import httpx

from huiyin.exchange.imports.records import BadRecord, DamagedFile, Line, lines, reason_of, tip_of
from huiyin.kit.web.idempotency import REPLAYED

_TRIES = 6
_REFUSALS = {400, 413, 422}


class CannotImport(Exception):
    """The import cannot go on. What was sent stays; a second run goes on from there."""


@dataclass
class Tally:
    """What became of the lines."""

    created: int = 0
    known: int = 0
    rejected: int = 0
    offset: int = 0
    damaged: str = ""
    """Why the file could not be read to its end; empty: it could."""
    rejects: list[int] = field(default_factory=list)


class Rejects:
    """The file of refused lines, and beside it why: made with the first one, readable by their owner alone.

    The lines are byte for byte as they came, so that a mended file of them can be imported as it is; `reasons` has for
    each, in the same order, its number in the original file and the reason.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.reasons = path, path.with_name(f"{path.name}.reasons.ndjson")
        self._files: tuple[IO[bytes], IO[bytes]] | None = None

    def add(self, line: Line, reason: str) -> None:
        """Keep a line, its number and the reason, so that it can be mended and sent again."""
        if self._files is None:
            self._files = _private(self.path), _private(self.reasons)
        lines, reasons = self._files
        lines.write(line.raw if line.raw.endswith(b"\n") else line.raw + b"\n")
        said = json.dumps({"line": line.number, "reason": reason}, ensure_ascii=False)
        reasons.write(said.encode(errors="replace") + b"\n")
        for file in self._files:
            file.flush()

    def close(self) -> None:
        """Nothing more will be added."""
        for file in self._files or ():
            file.close()


def _private(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


async def import_file(
    path: Path,
    *,
    url: str,
    token: str,
    channel: str,
    rejects: Rejects,
    at_once: int = 4,
    progress: Callable[[Tally], None] = lambda _: None,
) -> Tally:
    """Register every good line of a file as a tip.

    Args:
        channel: name of the channel by which they came.
        at_once: requests in flight.
        progress: told after every line.

    Raises:
        CannotImport: no such channel, token refused, or the service does not answer.
    """
    tally = Tally()
    limits = httpx.Limits(max_connections=at_once, max_keepalive_connections=at_once)
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, limits=limits, timeout=30, trust_env=False) as client:
        channel_id, region = await _find_channel(client, channel)
        source = lines(path)
        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(_send_some(client, source, channel_id, region, rejects, tally, progress))
    return tally


async def _find_channel(client: httpx.AsyncClient, name: str) -> tuple[str, str]:
    answer = await _request(client, "GET", "/api/v1/channels", params={"name": name})
    _refuse_denied(answer)
    found = [item for item in answer.json()["items"] if item["state"] == "published"]
    if len(found) != 1:
        how = "no published channel is" if not found else f"{len(found)} published channels are"
        raise CannotImport(f"{how} named {name}; --channel takes the name as the channel register shows it")
    return found[0]["id"], found[0]["region"]["code"]


async def _send_some(
    client: httpx.AsyncClient,
    source: Iterator[Line],
    channel_id: str,
    region: str,
    rejects: Rejects,
    tally: Tally,
    progress: Callable[[Tally], None],
) -> None:
    """One sender: takes the next line until there is none, or none that can be read."""
    while (line := _next(source, tally)) is not None:
        tally.offset = line.offset
        try:
            tip = tip_of(line, channel_id, region)
            await _send(client, tip, tally)
        except BadRecord as bad:
            tally.rejected += 1
            rejects.add(line, str(bad))
        progress(tally)


def _next(source: Iterator[Line], tally: Tally) -> Line | None:
    try:
        return next(source, None)
    except DamagedFile as damaged:
        tally.damaged = str(damaged)
        return None


async def _send(client: httpx.AsyncClient, tip: dict[str, Any], tally: Tally) -> None:
    try:
        # Surrogates cannot be sent as UTF-8; the record is at fault, not the service.
        body = json.dumps(tip, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise BadRecord(f"text that is not Unicode: {error.reason}") from None
    except RecursionError:
        raise BadRecord("nested too deeply") from None
    # The same line once more is answered as before; another one under the same reference is judged by the service.
    key = hashlib.sha256(body).hexdigest()
    headers = {"Idempotency-Key": key, "Content-Type": "application/json"}
    answer = await _request(client, "POST", "/api/v1/tips", content=body, headers=headers)
    if answer.status_code == httpx.codes.CREATED:
        if REPLAYED in answer.headers:
            tally.known += 1
        else:
            tally.created += 1
        return
    problem = answer.json()
    if answer.status_code == httpx.codes.CONFLICT and problem.get("same") is True:
        tally.known += 1
        return
    if answer.status_code == httpx.codes.CONFLICT and problem.get("same") is False:
        raise BadRecord("/ref: something else was sent with this reference before, and it stays as it is")
    _refuse_denied(answer)
    if answer.status_code not in _REFUSALS:
        raise CannotImport(f"the service answered {answer.status_code}: {reason_of(problem)}")
    raise BadRecord(reason_of(problem))


def _refuse_denied(answer: httpx.Response) -> None:
    if answer.status_code in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        raise CannotImport(f"the token was refused: {reason_of(answer.json())}")


async def _request(client: httpx.AsyncClient, method: str, path: str, **what: Any) -> httpx.Response:
    """Send until something answers; with the idempotency key, a repeat creates nothing twice.

    Raises:
        BadRecord: the service is there, and fails on this request each time.
        CannotImport: nothing answers.
    """
    failing = None
    for wait in range(_TRIES):
        try:
            answer = await client.request(method, path, **what)
            if answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                return answer
            problem, failing = f"status {answer.status_code}", answer.status_code
        except httpx.TransportError as error:
            problem = f"{type(error).__name__}"
        await asyncio.sleep(0.2 * 2**wait)
    if failing == httpx.codes.INTERNAL_SERVER_ERROR and await _is_ready(client):
        raise BadRecord("the service fails on this record (500), and takes others")
    raise CannotImport(f"the service at {client.base_url} does not answer ({problem}); run this again later")


async def _is_ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/health/ready")).is_success
    except httpx.TransportError:
        return False
