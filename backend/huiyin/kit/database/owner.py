"""What only the owner of the schema does: migrate it, and let the app role in.

PostgreSQL of one's own, or the embedded one; API and worker never use what stands here.
"""

import contextlib
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import psycopg
from alembic import command
from alembic.config import Config
from psycopg import sql
from sqlalchemy import make_url

from huiyin.kit.crypto.keys import provider
from huiyin.kit.database.server import APP_ROLE, Server, running
from huiyin.settings import CHECKOUT, Settings, settings, store_secret


@dataclass(frozen=True)
class Urls:
    """Where the database is, for SQLAlchemy (`postgresql+psycopg://…`)."""

    owner: str
    """Owns the schema and migrates it."""
    app: str
    """Owns nothing: what API and worker use."""
    embedded: Server | None = None


def alembic_config(owner_url: str) -> Config:
    """Alembic for the database at `owner_url`, as `[tool.alembic]` in pyproject.toml describes it."""
    config = Config(toml_file=str(CHECKOUT / "pyproject.toml"))
    config.attributes["url"] = owner_url
    return config


def migrate(owner_url: str, revision: str = "head") -> None:
    """Bring the schema to `revision`. Two at the same time wait for each other."""
    command.upgrade(alembic_config(owner_url), revision)


def connect(url: str) -> psycopg.Connection:
    """A plain connection to an address written for SQLAlchemy. Raises `psycopg.OperationalError`."""
    address = make_url(url)
    positional, named = address.get_dialect()().create_connect_args(address)
    return psycopg.connect(*positional, **{"connect_timeout": 10, **named}, autocommit=True)


@contextlib.contextmanager
def database(chosen: Settings, *, alone: bool = False) -> Iterator[Urls]:
    """The database that the settings name; the embedded one runs while the block runs.

    Raises `DatabaseUnavailable` or `NoSystemUser`; `alone` as in `running`.
    """
    if chosen.database_url:
        yield Urls(chosen.database_url, chosen.app_database_url or _app_url(chosen))
        return
    with running(chosen.data, alone=alone) as server:
        yield Urls(server.owner, server.app, server)


def let_app_in(urls: Urls) -> None:
    """After the migrations: give the app role the password of `urls.app`, unless it can log in already.

    The server receives a SCRAM verifier, so the password is in none of its logs.
    """
    with contextlib.suppress(psycopg.OperationalError):
        connect(urls.app).close()
        return
    password = make_url(urls.app).password
    if password is None:
        raise psycopg.OperationalError(f"{APP_ROLE} cannot log in, and HUIYIN_APP_DATABASE_URL has no password to set.")
    with connect(urls.owner) as owner:
        verifier = owner.pgconn.encrypt_password(str(password).encode(), APP_ROLE.encode(), b"scram-sha-256").decode()
        owner.execute(sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(APP_ROLE), verifier))
    connect(urls.app).close()


def register(owner_url: str, versions: Sequence[int]) -> None:
    """Let rows be wrapped by these versions of the key-encryption key."""
    with connect(owner_url) as owner:
        statement = "INSERT INTO kek_versions (version) SELECT unnest(%s::integer[]) ON CONFLICT DO NOTHING"
        owner.execute(statement, [list(versions)])


def prepare(urls: Urls, versions: Sequence[int]) -> None:
    """What a new release does before API and worker start: `migrate`, `let_app_in`, `register` the keys' versions."""
    migrate(urls.owner)
    let_app_in(urls)
    register(urls.owner, versions)


def _app_url(chosen: Settings) -> str:
    """The owner's address with the app role's name, and a password made once and kept in the data folder."""
    kept = chosen.secrets_dir / "app-db-password"
    if not kept.exists():
        store_secret(kept, secrets.token_urlsafe(32).encode())
    url = make_url(str(chosen.database_url)).set(username=APP_ROLE, password=kept.read_text())
    before, mark, query = url.render_as_string(hide_password=False).partition("?")
    return before + mark + query.replace("+", "%20")  # psql and psycopg read "+" as itself


if __name__ == "__main__":
    with database(settings()) as named:
        prepare(named, provider(settings()).versions())
