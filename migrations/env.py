"""How migrations run: one transaction each, one process at a time, never waiting long for a lock.

The address of the database, in this order: what the caller gave (`migrate(url)`), `-x url=…`, the settings.
"""

import time

from alembic import context
from sqlalchemy import Connection, create_engine, pool, text

from huiyin.kit.database.owner import database
from huiyin.settings import settings
from huiyin.tables import metadata

ONE_AT_A_TIME = 0x4875_6979  # the advisory lock's number: "Huiy"
PATIENCE_SECONDS = 120

# The previous release is still running while these run: a statement that would make it wait gives up instead.
LIMITS = "-c lock_timeout=5s -c statement_timeout=30min -c timezone=UTC"


def ours(_thing: object, name: str | None, kind: str, _reflected: object, _compared_to: object) -> bool:
    """Leave alone what the job queue's own schema brings."""
    return not (kind == "table" and name is not None and name.startswith("procrastinate_"))


def take_turn(connection: Connection) -> None:
    """Take the lock by asking again, not by waiting.

    A transaction that waits holds a snapshot, and `CREATE INDEX CONCURRENTLY` in the other process would wait for it.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": ONE_AT_A_TIME}).scalar_one():
        connection.rollback()
        if time.monotonic() > deadline:
            raise TimeoutError("Another migration has been running for two minutes; this one has not begun.")
        time.sleep(0.2)
    connection.rollback()  # the lock belongs to the session and stays


def run(url: str) -> None:
    """Migrate the database at `url`, or print the SQL for it (`--sql`)."""
    options = {
        "target_metadata": metadata,
        "include_object": ours,
        "compare_type": True,
        "compare_server_default": True,
        "transaction_per_migration": True,
    }
    if context.is_offline_mode():
        context.configure(url=url, literal_binds=True, **options)
        with context.begin_transaction():
            context.run_migrations()
        return
    engine = create_engine(url, poolclass=pool.NullPool, connect_args={"options": LIMITS, "connect_timeout": 10})
    with engine.connect() as connection:
        take_turn(connection)
        context.configure(connection=connection, **options)
        with context.begin_transaction():
            context.run_migrations()


given = context.config.attributes.get("url") or context.get_x_argument(as_dictionary=True).get("url")
if given:
    run(given)
else:
    with database(settings()) as urls:
        run(urls.owner)
