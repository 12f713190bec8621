"""Officers with a sign-in session of their own, without the slow hash of a password unless a test needs one."""

import functools
import itertools
import secrets
from dataclasses import dataclass
from uuid import UUID, uuid4
from weakref import WeakKeyDictionary

from argon2 import PasswordHasher
from sqlalchemy import Connection, text

from huiyin.access.actors import hash_token
from tests.database import as_owner
from tests.factories.agencies import Agency

PASSWORD = "correct horse battery staple"
_numbers = itertools.count(1)
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"


@dataclass(frozen=True)
class Officer:
    id: UUID
    name: str
    login: str
    agency: Agency
    roles: tuple[str, ...]
    cookie: str


@functools.cache
def password_hash() -> str:
    """The hash of `PASSWORD`, made once, and cheap to check: its costs stand in it."""
    return PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)


_INSERT = text(
    "WITH made AS (INSERT INTO officers (id, agency_id, login, name, roles, password_hash, active)"
    " VALUES (:id, :agency, :login, :name, :roles, :hash, :active) RETURNING id)"
    " INSERT INTO sessions (officer_id, token_hash, expires_at)"
    " SELECT id, :token_hash, now() + interval '12 hours' FROM made"
)
# Every officer of a test by id, for as long as its connection lives.
made: WeakKeyDictionary[Connection, dict[str, Officer]] = WeakKeyDictionary()
_HEAD = text("UPDATE agencies SET head_id = :officer WHERE id = :agency AND head_id IS NULL")


def make_officer(
    connection: Connection,
    agency: Agency,
    *roles: str,
    name: str | None = None,
    active: bool = True,
    may_sign_in: bool = False,
) -> Officer:
    """An officer who is signed in. The first one of an agency is its head."""
    number = next(_numbers)
    shown = name or f"{_SURNAMES[number % len(_SURNAMES)]}测试{number}号"
    officer = Officer(uuid4(), shown, f"officer{number}.{roles[0]}", agency, roles, secrets.token_urlsafe(32))
    row = {
        "id": officer.id,
        "agency": agency.id,
        "login": officer.login,
        "name": officer.name,
        "roles": list(roles),
        "hash": password_hash() if may_sign_in else "none",
        "active": active,
    }
    with as_owner(connection):
        connection.execute(_INSERT, row | {"token_hash": hash_token(officer.cookie)})
        connection.execute(_HEAD, {"officer": officer.id, "agency": agency.id})
    made.setdefault(connection, {})[str(officer.id)] = officer
    return officer
