"""The `huiyin` command. Each command imports what it needs itself: a start takes a fifth of the time it would."""

import asyncio
import os
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TimeElapsedColumn

from huiyin.exchange.public_log import commands as log_commands
from huiyin.settings import CHECKOUT, settings, store_secret

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
keys = typer.Typer(
    no_args_is_help=True, help="Keys: changing the one that wraps all others, recovering the identity desk's."
)
app.add_typer(keys, name="keys")
app.add_typer(log_commands.app, name="log")


@app.command("up")
def start() -> None:
    """Start database, API and worker, serve both web apps, and stop them all on Ctrl+C."""
    from huiyin.up import up

    raise typer.Exit(up(settings()))


@app.command("openapi")
def write_openapi(
    check: Annotated[bool, typer.Option("--check", help="Only compare; exit status 1 when it differs")] = False,
    path: Annotated[Path, typer.Option(help="Where the document is kept")] = CHECKOUT / "docs/api/openapi.json",
) -> None:
    """Write the API's description, from which the browser's types are made."""
    from sqlalchemy.orm import sessionmaker

    from huiyin.app import create_app
    from huiyin.kit.web.http import to_json
    from huiyin.settings import Settings

    document = to_json(create_app(Settings(static_dir=Path("/nonexistent")), sessionmaker()).openapi())
    if check:
        if not path.exists() or path.read_text(encoding="utf-8") != document:
            typer.echo(f"{path} is not what the API says; run: make client", err=True)
            raise typer.Exit(1)
        return
    path.write_text(document, encoding="utf-8")


Url = Annotated[str | None, typer.Option(help="Where the service answers; this machine's own unless given")]
Source = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="NDJSON, gzipped or not")]


def _secret(variable: str, asked: str, *, twice: bool = False) -> str:
    """A secret from the environment, or typed unseen. Never an argument: every user of the machine sees those."""
    given = os.environ.get(variable)
    if given is not None:
        return given
    typed: str = typer.prompt(asked, hide_input=True, confirmation_prompt=twice)
    return typed


def _own_url(given: str | None) -> str:
    from huiyin.up import address

    return given or address(settings())


@app.command("first-admin")
def make_first_administrator(
    office: Annotated[str, typer.Option(prompt="Name of the office", help="The office against organised crime")],
    region: Annotated[str, typer.Option(prompt="Its region (GB/T 2260 code)", help="For example 430100")],
    login: Annotated[str, typer.Option(prompt="Sign-in name", help="Lower case")],
    name: Annotated[str, typer.Option(prompt="Name of the administrator", help="As it stands under what they do")],
) -> None:
    """Make the first administrator of a new system; prints a first password, which opens nothing but its own change."""
    from pydantic import ValidationError
    from sqlalchemy import create_engine

    from huiyin.access.models import AgencyKind
    from huiyin.access.register.accounts import create_first_administrator
    from huiyin.access.schemas import NewAgency
    from huiyin.access.sign_in.passwords import make_password
    from huiyin.kit.database.owner import database
    from huiyin.kit.database.sessions import make_sessions, transaction
    from huiyin.kit.web.errors import HuiyinError

    password = make_password()
    with database(settings()) as urls:
        engine = create_engine(urls.owner)
        try:
            agency = NewAgency(name=office, kind=AgencyKind.office, region_code=region)
            with transaction(make_sessions(engine)) as session:
                create_first_administrator(session, agency, login, name, password)
        except ValidationError as refused:
            lines = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in refused.errors())
            typer.echo("\n".join(lines), err=True)
            raise typer.Exit(1) from None
        except HuiyinError as refused:
            typer.echo(str(refused), err=True)
            raise typer.Exit(1) from None
        finally:
            engine.dispose()
    typer.echo(f"{login} may sign in at /review with the first password {password} and must then choose another.")


@app.command("import")
def import_records(
    file: Source,
    channel: Annotated[str, typer.Option(help="Name of the channel by which they came, as the register shows it")],
    url: Url = None,
    token_file: Annotated[
        Path | None, typer.Option(help="File with the bearer token; or set HUIYIN_TOKEN; or the demo's own")
    ] = None,
    rejects: Annotated[
        Path | None,
        typer.Option(help="Where refused lines go, as they came, and their reasons beside it; FILE.rejects here"),
    ] = None,
    at_once: Annotated[int, typer.Option(min=1, max=64, help="Requests in flight")] = 4,
) -> None:
    """Register the records of another system as tips; a second run creates nothing twice.

    Exit status 0: all lines are in; 1: some were refused, see the rejects file; 2: it could not go on.
    """
    from huiyin.exchange.imports.importer import CannotImport, Rejects, Tally, import_file

    token = _token(token_file)
    refused = Rejects(rejects or Path(f"{file.name}.rejects"))
    size, began = file.stat().st_size, time.monotonic()
    columns = (BarColumn(), "{task.percentage:>3.0f}%", TimeElapsedColumn(), "{task.fields[counts]}")
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("Importing", total=size, counts="")

        def show(tally: Tally) -> None:
            counts = f"{tally.created} created, {tally.known} already there, {tally.rejected} refused"
            bar.update(task, completed=tally.offset, counts=counts)

        try:
            run = import_file(
                file, url=_own_url(url), token=token, channel=channel, rejects=refused, at_once=at_once, progress=show
            )
            tally = asyncio.run(run)
        except* CannotImport as stopped:
            bar.stop()
            typer.echo(f"Stopped: {stopped.exceptions[0]}", err=True)
            raise typer.Exit(2) from None
        finally:
            refused.close()
    seconds = time.monotonic() - began
    sent = tally.created + tally.known
    typer.echo(
        f"{tally.created} created, {tally.known} already there, {tally.rejected} refused "
        f"in {seconds:.1f} s ({sent / seconds:.0f} a second)"
    )
    if tally.rejected:
        typer.echo(f"The refused lines are in {refused.path}, their reasons in {refused.reasons}", err=True)
    if tally.damaged:
        typer.echo(f"Stopped: {tally.damaged}. What stands before it is in; fetch the file again.", err=True)
        raise typer.Exit(2)
    if tally.rejected:
        raise typer.Exit(1)


def _token(token_file: Path | None) -> str:
    if token_file is None and (token := os.environ.get("HUIYIN_TOKEN")):
        return token
    from huiyin.demo import token_file as of_demo

    path = token_file or of_demo(settings())
    try:
        return path.read_text().strip()
    except OSError as error:
        typer.echo(f"No token: {error}. Give --token-file or HUIYIN_TOKEN; `huiyin token` issues one.", err=True)
        raise typer.Exit(2) from None


@app.command("token")
def issue_token(
    agency: Annotated[str, typer.Option(help="Name of the agency that answers for the system")],
    system: Annotated[str, typer.Option(help="What system it is, for example its hotline's name")],
    channel: Annotated[
        list[str], typer.Option(help="Name of a channel by which it sends, as the register shows it; may be repeated")
    ],
    out: Annotated[Path, typer.Option(help="Where to write the token, readable by its owner alone")],
    login: Annotated[str, typer.Option(prompt="Administrator's sign-in name")],
    days: Annotated[int, typer.Option(min=1, max=400, help="Until when it is valid")] = 90,
    url: Url = None,
) -> None:
    """Issue a token for another agency's system, as an administrator; asks for the password, and a code if needed."""
    from huiyin.exchange.imports.tokens import CodeNeeded, Refused, issue

    password = _secret("HUIYIN_PASSWORD", "Password")
    try:
        try:
            token = issue(_own_url(url), login, password, agency, system, channel, days)
        except CodeNeeded:
            code = _secret("HUIYIN_CODE", "Code of the authenticator app")
            token = issue(_own_url(url), login, password, agency, system, channel, days, code)
    except Refused as refused:
        typer.echo(str(refused), err=True)
        raise typer.Exit(2) from None
    store_secret(out, token.encode())
    typer.echo(f"Written to {out}, valid for {days} days.")


@app.command("replay")
def replay_records(
    file: Source,
    count: Annotated[int, typer.Option(min=1, help="How many of its leads")] = 50,
    url: Url = None,
) -> None:
    """Take imported leads through every verb as the demo officers, with the real replies as feedback."""
    from huiyin.demo import read_passwords
    from huiyin.replay import CannotReplay, replay

    began = time.monotonic()
    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("Replaying", total=count)
        try:
            done = replay(
                file,
                count,
                url=_own_url(url),
                passwords=read_passwords(settings()),
                progress=lambda finished: bar.update(task, completed=finished),
            )
        except CannotReplay as stopped:
            bar.stop()
            typer.echo(f"Stopped: {stopped}", err=True)
            raise typer.Exit(2) from None
    typer.echo(f"{count} leads, {done.total()} verbs in {time.monotonic() - began:.1f} s")
    for verb, times in sorted(done.items()):
        typer.echo(f"  {verb:24} {times}")


@app.command("reindex")
def index_again() -> None:
    """Make tips findable that are not yet, or by an older way; can be stopped and begun again at any time."""
    from huiyin.commands.reindex import reindex
    from huiyin.kit.database.owner import database

    with database(settings()) as urls, Progress("{task.completed} tips", console=Console(stderr=True)) as bar:
        task = bar.add_task("Indexing", total=None)
        done, failed = reindex(urls.owner, lambda count: bar.update(task, completed=count))
    typer.echo(f"{done} tips indexed; all others were findable already.")
    if failed:
        typer.echo(f"{failed} could not be indexed; an administrator sees them under background work.", err=True)
        raise typer.Exit(1)


@app.command("retention")
def apply_retention(
    days: Annotated[int, typer.Option(min=0, max=3660, help="List what expires within so many days")] = 30,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only list; otherwise what has expired is destroyed now, as each hour")
    ] = False,
) -> None:
    """List the leads that expire, for their chief to look at first; destroy the keys of those that have."""
    from datetime import UTC, datetime

    from huiyin.commands.expiring import expiring
    from huiyin.kit.database.owner import database
    from huiyin.kit.database.sessions import make_engine, make_sessions
    from huiyin.leads.retention.destruction import destroy_expired
    from huiyin.tables import metadata

    metadata.sorted_tables  # noqa: B018  every foreign key finds its table
    with database(settings()) as urls:
        if not dry_run:
            engine = make_engine(urls.app, 1)
            done = destroy_expired(make_sessions(engine), datetime.now(UTC))
            engine.dispose()
            typer.echo(f"{done} leads had expired and were destroyed.")
        found = expiring(urls.owner, days)
    for row in found:
        kept = {"hold": "  kept: legal hold", "branch": "  kept: open branch"}.get(row.waits or "", "")
        typer.echo(f"{row.expires_on}  {row.number}  {row.rule:16} {row.tips:4} tips  {row.agency}{kept}")
    typer.echo(f"{len(found)} leads expire within {days} days.")


@app.command("backup")
def back_up(out: Annotated[Path, typer.Argument(help="New folder for it, on a disk where no key is")]) -> None:
    """Copy database and attachments as they are at this moment, beside the running service; never with the keys."""
    from huiyin.backup import CannotBackUp, backup
    from huiyin.kit.database.owner import database
    from huiyin.kit.files.objects import store

    with database(settings()) as urls:
        try:
            made = backup(urls.owner, store(), out.absolute())
        except CannotBackUp as refused:
            typer.echo(str(refused), err=True)
            raise typer.Exit(1) from None
    versions = ", ".join(map(str, made.kek_versions))
    typer.echo(
        f"{out}: {made.rows['tips']} tips, {made.rows['leads']} leads, {sum(made.rows.values())} rows in all. "
        f"It is of use only with the keys (key-encryption key version {versions}), which are not in it."
    )


@app.command("restore")
def bring_back(folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The backup")]) -> None:
    """Put a backup into an empty database and object store; the keys must be in their place."""
    from huiyin.backup import CannotRestore, restore
    from huiyin.kit.crypto.vault import vault
    from huiyin.kit.database.owner import database
    from huiyin.kit.files.objects import store

    held = vault()
    with database(settings(), alone=True) as urls:
        try:
            found = restore(urls, store(), folder.absolute(), held)
        except CannotRestore as refused:
            typer.echo(str(refused), err=True)
            raise typer.Exit(1) from None
    typer.echo(
        f"Restored as of {found.made_at}: {found.rows['tips']} tips, {found.rows['leads']} leads, "
        f"{sum(found.rows.values())} rows in all. Now run: huiyin log verify"
    )


@keys.command("rotate")
def rotate_keys() -> None:
    """Wrap every data key by a new key-encryption key, beside the running service; can be stopped and begun again."""
    from huiyin.commands.rotation import CannotRotate, rotate
    from huiyin.kit.crypto.key_provider import CannotChangeKeys
    from huiyin.kit.crypto.vault import vault
    from huiyin.kit.database.owner import database

    with database(settings()) as urls, Progress("{task.completed} keys", console=Console(stderr=True)) as bar:
        task = bar.add_task("Wrapping", total=None)
        try:
            version = rotate(urls.owner, vault(), lambda _table, rows: bar.advance(task, rows))
        except (CannotChangeKeys, CannotRotate) as refused:
            bar.stop()
            typer.echo(str(refused), err=True)
            raise typer.Exit(1) from None
    typer.echo(f"Every key is wrapped by version {version}. Keep a copy of it apart from every backup of the database.")


@keys.command("retire")
def retire_key(version: Annotated[int, typer.Argument(min=1, help="Which version is no longer to be used")]) -> None:
    """Put away a version of the key-encryption key that no row needs; backups made before still do."""
    from huiyin.commands.rotation import CannotRotate, retire
    from huiyin.kit.crypto.key_provider import CannotChangeKeys
    from huiyin.kit.crypto.vault import vault
    from huiyin.kit.database.owner import database

    with database(settings()) as urls:
        try:
            retire(urls.owner, vault().keys, version)
        except (CannotChangeKeys, CannotRotate) as refused:
            typer.echo(str(refused), err=True)
            raise typer.Exit(1) from None
    typer.echo(f"Version {version} is retired. Destroy it and its copies when the last backup that needs it has gone.")


@keys.command("recover")
def recover_key(
    out: Annotated[Path, typer.Option(help="Where to write the key, wrapped by the new passphrase")],
    public_key: Annotated[str, typer.Option(prompt="Public key, as the sheets show it")],
    shares_file: Annotated[
        Path | None, typer.Option(help="Three shares, one a line, instead of being typed at the table")
    ] = None,
) -> None:
    """Recover a lost key of the identity desk from three custodians' shares; needs neither database nor network."""
    from huiyin.tips.keys.recovery import THRESHOLD, CannotRecover, recovered_file

    passphrase = _secret("HUIYIN_PASSPHRASE", "New passphrase (16 characters or more)", twice=True)
    typed = shares_file.read_text(encoding="utf-8").splitlines() if shares_file else []
    shares = [line for line in typed if line.strip()]
    missing = range(len(shares), THRESHOLD)
    shares += [typer.prompt(f"Share {number + 1} of {THRESHOLD}", hide_input=True) for number in missing]
    try:
        document = recovered_file(shares, public_key, passphrase)
    except CannotRecover as refused:
        typer.echo(str(refused), err=True)
        raise typer.Exit(2) from None
    store_secret(out, document.encode())
    typer.echo(f"Written to {out}. Open it on the page of the identity desk, and destroy the file afterwards.")


@keys.command("check")
def check_share(
    public_key: Annotated[str, typer.Option(prompt="Public key, as the sheet shows it")],
    sheet: Annotated[int, typer.Option(prompt="Which sheet, 1 to 5", min=1, max=5)],
    commitment: Annotated[str, typer.Option(prompt="Commitment, as the custodian's page shows it")],
) -> None:
    """Check that a sheet is the right one and legible; needs neither database nor network."""
    from huiyin.tips.keys.recovery import CannotRecover, checked

    share = _secret("HUIYIN_SHARE", "Share")
    try:
        version = checked(share, public_key, sheet, commitment)
    except CannotRecover as refused:
        typer.echo(str(refused), err=True)
        raise typer.Exit(2) from None
    typer.echo(f"This is sheet {sheet} of version {version} of the key.")


@app.command("lifecycle")
def draw_lifecycle(
    kind: Annotated[str, typer.Argument(help="Kind of matter: lead, channel")] = "lead",
) -> None:
    """Print the workflow of a kind of matter as a Mermaid state diagram, from the one table that is it."""
    from huiyin.machines import MACHINES

    machine = next((machine for machine in MACHINES if machine.kind == kind), None)
    if machine is None:
        typer.echo(f"There is no {kind}; kinds are {', '.join(machine.kind for machine in MACHINES)}", err=True)
        raise typer.Exit(2)
    typer.echo("stateDiagram-v2")
    typer.echo(f"    [*] --> {next(iter(machine.states))}")  # the first that a kind lists is where one begins
    for verb, move in machine.moves.items():
        second = " (second officer)" if move.second else ""
        for source in sorted(move.sources):
            typer.echo(f"    {source} --> {move.target or source}: {verb}{second}")


if __name__ == "__main__":
    app()
