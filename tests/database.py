"""The tests' PostgreSQL: one throw-away cluster a run, one migrated database a worker, one savepoint a test.

database          addresses of this worker's database
connection        inside a transaction that is rolled back, as the app role; `as_owner(connection)` looks underneath
sessions          a session maker on that connection, for `app.state.sessions`; its commits release savepoints
session           one session of it
owner_connection  another connection, as owner, rolled back too; sees only what is committed
live              addresses of a database of the test's own, where commits are commits: races, crashes, real servers
owner             a connection to it, as owner, that commits each statement
own               sessions of the app role on it
empty_database    like `live`, before the first migration
"""

import contextlib
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg import sql
from sqlalchemy import Connection, Engine, create_engine, event, pool, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from huiyin.kit.database.owner import Urls, migrate
from huiyin.kit.database.server import APP_ROLE, FORGETFUL, Server, running
from huiyin.kit.database.sessions import Sessions, make_engine, make_sessions

TEMPLATE = "huiyin_template"

held = pytest.StashKey[contextlib.ExitStack]()
started = pytest.StashKey[Server]()
problem = pytest.StashKey[str]()


def pytest_sessionstart(session: pytest.Session) -> None:
    """With workers, their parent starts the cluster: it outlives them all."""
    config = session.config
    if is_worker(config):
        given = config.workerinput["huiyin"]  # type: ignore[attr-defined]
        config.stash[started], config.stash[problem] = Server(Path(given["socket_dir"]), None), given["problem"]
    elif config.getoption("numprocesses", None) and not config.getoption("collectonly"):
        start_cluster(config)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node) -> None:
    """Tell a worker where the cluster is."""
    stash = node.config.stash
    node.workerinput["huiyin"] = {"socket_dir": str(stash[started].socket_dir), "problem": stash[problem]}


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the cluster and leave nothing of it."""
    if stack := config.stash.get(held, None):
        stack.close()


def is_worker(config: pytest.Config) -> bool:
    """Whether this process is one of pytest-xdist's workers."""
    return hasattr(config, "workerinput")


def start_cluster(config: pytest.Config) -> None:
    """Start the cluster and build the template by the migrations. Broken migrations fail the tests that need them."""
    stack = config.stash[held] = contextlib.ExitStack()
    folder = Path(tempfile.mkdtemp(prefix="huiyin-test-"))
    folder.chmod(0o711)  # as root, the cluster belongs to another user
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    config.stash[started] = server = stack.enter_context(running(folder, options=FORGETFUL))
    config.stash[problem] = ""
    create(server, TEMPLATE)
    try:
        migrate(server.url("postgres", TEMPLATE))
    except Exception as error:  # noqa: BLE001  whatever it is, the fixture shows it
        config.stash[problem] = f"{type(error).__name__}: {error}"


def create(server: Server, name: str, *, template: str | None = None) -> None:
    """Create a database, a copy of `template` if one is named."""
    statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    if template:
        # Files are copied as they are: a third of the time that writing every page to the log takes.
        statement += sql.SQL(" TEMPLATE {} STRATEGY FILE_COPY").format(sql.Identifier(template))
    with server.connect("postgres") as connection:
        connection.execute(statement)


@contextlib.contextmanager
def temporary(server: Server, *, template: str | None) -> Iterator[Urls]:
    """A database for the time of the block."""
    name = f"huiyin_{uuid.uuid4().hex[:12]}"
    create(server, name, template=template)
    try:
        yield Urls(server.url("postgres", name), server.url(APP_ROLE, name), server)
    finally:
        with server.connect("postgres") as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Server:
    """The running PostgreSQL of this run of the tests."""
    if started not in request.config.stash:
        start_cluster(request.config)
    return request.config.stash[started]


@pytest.fixture(scope="session")
def template(cluster: Server, request: pytest.FixtureRequest) -> str:
    """The name of the database that the migrations built, to copy from. Nothing may stay connected to it."""
    if said := request.config.stash[problem]:
        pytest.fail(f"The migrations do not run: {said}", pytrace=False)
    return TEMPLATE


@pytest.fixture(scope="session")
def database(cluster: Server, template: str) -> Iterator[Urls]:
    """This worker's database, built by the migrations. What tests commit here stays; use `live` for that."""
    with temporary(cluster, template=template) as urls:
        yield urls


@pytest.fixture
def live(cluster: Server, template: str) -> Iterator[Urls]:
    """A migrated database of the test's own, dropped after it."""
    with temporary(cluster, template=template) as urls:
        yield urls


@pytest.fixture
def owner(live: Urls) -> Iterator[Connection]:
    """A connection to the test's own database that commits each statement."""
    engine = create_engine(live.owner, isolation_level="AUTOCOMMIT", poolclass=pool.NullPool)
    with engine.connect() as connection:
        yield connection


@pytest.fixture
def own(live: Urls) -> Iterator[Sessions]:
    """Sessions of the app role on the test's own database, as a job has them."""
    engine = make_engine(live.app, 2)
    yield make_sessions(engine)
    engine.dispose()


@pytest.fixture
def empty_database(cluster: Server) -> Iterator[Urls]:
    """A database of the test's own before the first migration, dropped after it."""
    with temporary(cluster, template=None) as urls:
        yield urls


@pytest.fixture(scope="session")
def owner_engine(database: Urls) -> Iterator[Engine]:
    """The owner's engine on this worker's database."""
    # Two tests' connections at most, never shared state: what a test sets ends with its transaction.
    engine = create_engine(database.owner, pool_size=4, connect_args={"options": "-c timezone=UTC -c lock_timeout=5s"})
    yield engine
    engine.dispose()


@pytest.fixture
def connection(owner_engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction that is rolled back after the test, acting as the app role.

    Row-level security and grants bind as they bind the app. Two things differ from the real thing, by nature:
    `now()` stands still, and a setting made `true` (for the transaction) lasts until the next one replaces it.
    """
    with owner_engine.connect() as connection:
        outer = connection.begin()
        connection.execute(text(f"SET LOCAL ROLE {APP_ROLE}"))
        yield connection
        outer.rollback()


@contextlib.contextmanager
def as_owner(connection: Connection) -> Iterator[Connection]:
    """Look underneath: the same transaction without row-level security and with every right. Blocks may be nested."""
    if connection.info.get("as_owner"):
        yield connection
        return
    connection.execute(text("SET LOCAL ROLE NONE"))
    connection.info["as_owner"] = True
    try:
        yield connection
    finally:
        del connection.info["as_owner"]
        connection.execute(text(f"SET LOCAL ROLE {APP_ROLE}"))


@contextlib.contextmanager
def refused_by_the_database(connection: Connection, constraint: str) -> Iterator[None]:
    """Even the owner cannot write what the block writes."""
    with as_owner(connection), pytest.raises(IntegrityError, match=constraint), connection.begin_nested():
        yield


@contextlib.contextmanager
def statements_of(connection: Connection) -> Iterator[list[str]]:
    """The statements of the block, savepoints of the tests aside."""
    statements: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    yield statements
    event.remove(connection, "before_cursor_execute", note)


@pytest.fixture
def sessions(connection: Connection) -> sessionmaker[Session]:
    """What `make_sessions` gives the app, on the test's connection: a commit releases a savepoint."""
    return sessionmaker(connection, expire_on_commit=False, autoflush=False, join_transaction_mode="create_savepoint")


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """A session on the test's connection."""
    with sessions() as session:
        yield session


@pytest.fixture
def owner_connection(database: Urls) -> Iterator[Connection]:
    """A second connection, as owner, rolled back after the test. It does not see what `connection` has written."""
    engine = create_engine(database.owner, poolclass=pool.NullPool)
    with engine.connect() as connection:
        yield connection
        connection.rollback()
