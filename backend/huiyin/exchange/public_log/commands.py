"""`huiyin log …`: check the public log, over the network or in the database, and witness it from another machine."""

import contextlib
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import httpx
import typer

from huiyin.exchange.public_log.client import LogClient, LogLied, Unreachable
from huiyin.exchange.public_log.witness import BadKeyFile, Witness, make_key, read_key
from huiyin.settings import settings
from huiyin.trail.notes import COSIGNATURE, BadNote, Checkpoint, Note, Verifier
from huiyin.trail.signing import log_signer

app = typer.Typer(no_args_is_help=True, help="The public log: check it, witness it")

Key = Annotated[str | None, typer.Option(help="The log's public key, name+id+base64, from a place that you trust")]
Url = Annotated[str, typer.Option(help="Where the log answers, for example https://tips.example.gov.cn")]
Earlier = Annotated[
    list[Path] | None,
    typer.Option(exists=True, dir_okay=False, help="A checkpoint that was kept earlier; may be repeated"),
]


def _stop(message: str, status: int) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(status)


def _key(given: str | None) -> Verifier:
    if given is None:
        return log_signer().verifier
    try:
        return Verifier.parse(given)
    except BadNote as bad:
        _stop(f"--key: {bad}", 2)


def _earlier(files: list[Path] | None, key: Verifier) -> list[Checkpoint]:
    kept = []
    for file in files or []:
        try:
            kept.append(Checkpoint.checked(file.read_text(encoding="utf-8"), key))
        except (BadNote, UnicodeDecodeError) as bad:
            _stop(f"{file}: {bad}", 2)
    return kept


@app.command("key")
def print_key() -> None:
    """Print this system's public key, for all who want to check it."""
    typer.echo(log_signer().verifier.vkey)


@app.command("verify")
def verify(
    url: Annotated[str | None, typer.Option(help="Check the log that answers there, from any machine")] = None,
    key: Key = None,
    checkpoint: Earlier = None,
    witness: Annotated[str | None, typer.Option(help="A witness's public key: what it cosigned last must hold")] = None,
    full: Annotated[bool, typer.Option("--full", help="Fetch every leaf and build the tree anew")] = False,
    save: Annotated[Path | None, typer.Option(help="Keep the newest checkpoint there for the next time")] = None,
) -> None:
    """Check that nothing in the log was changed, taken out or rolled back.

    With --url: what the log says of itself, against its public key and what was kept earlier. Without: this system's
    database, event by event and tip by tip, as its owner. Exit status 0: all is good; 1: it is not, and what is wrong
    was named; 2: it could not be checked.
    """
    if url is None:
        _verify_database(_key(key), checkpoint)
        return
    if key is None:
        _stop("--url needs --key: a log cannot vouch for its own key", 2)
    with httpx.Client(base_url=url, timeout=30, trust_env=False) as http:
        client = LogClient(http.get, _key(key))
        try:
            newest, note = client.newest()
            for kept in _earlier(checkpoint, client.key):
                client.follows(kept, newest)
                typer.echo(f"It extends the log of {kept.size} events that was kept.")
            if witness is not None:
                _verify_witness(http, client, witness, newest)
            if full:
                client.rebuild(newest)
                typer.echo("All leaves give the root that was signed.")
        except LogLied as lied:
            _stop(f"NOT GOOD: {lied}", 1)
        except Unreachable as error:
            _stop(f"Not checked: {error}", 2)
    if save is not None:
        save.write_text(note, encoding="utf-8")
    typer.echo(f"Good: {newest.size} events, signed by {client.key.name}.")


def _verify_witness(http: httpx.Client, client: LogClient, vkey: str, newest: Checkpoint) -> None:
    try:
        witness = Verifier.parse(vkey, COSIGNATURE)
    except BadNote as bad:
        _stop(f"--witness: {bad}", 2)
    answer = http.get("/api/v1/log/checkpoint?cosigned=true")
    if answer.status_code != 200:
        raise Unreachable("no checkpoint is cosigned yet")
    try:
        cosigned = Checkpoint.checked(answer.text, client.key)
        at, _ = Note.parse(answer.text).cosigned(witness)
    except BadNote as bad:
        raise LogLied(f"the cosigned checkpoint is not good: {bad}") from bad
    client.follows(cosigned, newest)
    typer.echo(f"{witness.name} cosigned {cosigned.size} events at {at.isoformat()}.")


def _verify_database(key: Verifier, files: list[Path] | None) -> None:
    from sqlalchemy import create_engine

    from huiyin.exchange.public_log.audit import audit
    from huiyin.kit.database.owner import database

    chosen = settings()
    memory = chosen.data / "log" / "checkpoint"
    kept = _earlier(files, key)
    if memory.exists():
        kept += _earlier([memory], key)
    with database(chosen) as urls:
        engine = create_engine(urls.owner, hide_parameters=True)
        try:
            with engine.connect() as connection:
                found = audit(connection, key, kept)
        finally:
            engine.dispose()
    for fault in found.faults:
        typer.echo(f"NOT GOOD: {fault}", err=True)
    typer.echo(f"{found.events} events, {found.tips} tips and {found.checkpoints} checkpoints were compared.")
    if found.faults:
        raise typer.Exit(1)
    typer.echo("Good: the database is what was signed.")


@app.command("witness-key")
def new_witness_key(
    name: Annotated[str, typer.Option(help="The witness's name for ever, for example witness.example.gov.cn/w1")],
    secret: Annotated[Path, typer.Option(help="Where to keep the private key; an existing one stays")],
) -> None:
    """Make a witness's key and print its public half, which an administrator of the log registers."""
    try:
        typer.echo(make_key(secret, name).verifier.vkey)
    except (BadKeyFile, BadNote) as bad:
        _stop(str(bad), 2)


@app.command("witness")
def run_witness(
    url: Url,
    key: Annotated[str, typer.Option(help="The log's public key, from a place that you trust")],
    secret: Annotated[Path, typer.Option(help="The witness's private key, as `huiyin log witness-key` made it")],
    state: Annotated[Path, typer.Option(help="Where the last cosigned checkpoint is kept")],
    every: Annotated[int, typer.Option(min=5, help="Seconds between two looks")] = 60,
    once: Annotated[bool, typer.Option("--once", help="Look once and end")] = False,
) -> None:
    """Watch a log from another machine and cosign what extends all that was seen before.

    Ends with status 1, signing nothing, when the log was rolled back or rewritten: then tell people.
    """
    try:
        signer = read_key(secret)
    except (BadKeyFile, BadNote) as bad:
        _stop(str(bad), 2)
    with httpx.Client(base_url=url, timeout=30, trust_env=False) as http, contextlib.suppress(KeyboardInterrupt):
        client = LogClient(http.get, _key(key))
        witness = Witness(client, lambda path, body: http.post(path, json=body), signer, state)
        while True:
            try:
                typer.echo(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {witness.once()}")
            except LogLied as lied:
                _stop(f"NOT GOOD: {lied}. Nothing was signed; {state} holds what was seen before.", 1)
            except BadNote as bad:
                _stop(f"{state}: {bad}", 2)
            except Unreachable as error:
                typer.echo(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} not now: {error}", err=True)
                if once:
                    raise typer.Exit(2) from None
            if once:
                return
            time.sleep(every)
