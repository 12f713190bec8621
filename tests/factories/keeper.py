"""What the worker does for the log, step by step, and what an audit then says."""

import base64
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from huiyin.exchange.public_log.audit import audit
from huiyin.exchange.public_log.client import LogClient
from huiyin.trail.log import sequence, sign_checkpoint
from huiyin.trail.notes import Checkpoint
from huiyin.trail.signing import log_signer
from tests.database import as_owner
from tests.factories.house import House

LOG = "/api/v1/log"


class Keeper:
    """What the worker does, step by step, and what an audit then says."""

    def __init__(self, house: House, session: Session) -> None:
        self.house, self.session = house, session
        self.now = datetime.now(UTC)

    def place(self) -> int:
        placed = sequence(self.session)
        self.session.commit()
        return placed

    def sign(self, seen: Checkpoint | None = None) -> str | None:
        self.place()
        self.now += timedelta(minutes=1)
        note = sign_checkpoint(self.session, log_signer(), self.now, seen)
        self.session.commit()
        return note

    def checkpoint(self) -> Checkpoint:
        answer = self.house.connect().get(f"{LOG}/checkpoint")
        assert answer.status_code == 200, answer.text
        return Checkpoint.checked(answer.text, log_signer().verifier)

    def faults(self, *earlier: Checkpoint) -> list[str]:
        with as_owner(self.session.connection()) as connection:
            return audit(connection, log_signer().verifier, earlier).faults

    def client(self) -> LogClient:
        return LogClient(lambda path: self.house.connect().get(path), log_signer().verifier)


def unbase64(values: list[str]) -> list[bytes]:
    return [base64.b64decode(value) for value in values]


def roll_back(keeper: Keeper, size: int) -> None:
    """The database as it was when the log had `size` leaves."""
    house = keeper.house
    house.sql("DELETE FROM log_checkpoints WHERE size > :size", size=size)
    house.sql("DELETE FROM log_leaves WHERE log_index >= :size", size=size)
    house.sql("DELETE FROM log_nodes WHERE (at + 1) << level > :size", size=size)
    house.sql("DELETE FROM move_inputs WHERE event_id IN (SELECT id FROM events WHERE log_index >= :size)", size=size)
    tips = house.sql("SELECT facts ->> 'tip' AS id FROM events WHERE event = 'lead:submit' AND log_index >= :s", s=size)
    for tip in tips:
        for table in ("subjects", "tip_words", "tip_terms", "tip_signs", "selectors"):
            house.sql(f"DELETE FROM {table} WHERE tip_id = :id", id=tip.id)
        house.sql("DELETE FROM tips WHERE id = :id", id=tip.id)
    house.sql("DELETE FROM events WHERE log_index >= :size", size=size)
