"""What the hourly jobs forget, and when, as docs/operations/retention.md says it."""

from collections.abc import Callable

import pytest

from huiyin.access.jobs import forget_sign_ins
from huiyin.kit.database.sessions import Sessions
from huiyin.kit.jobs import housekeeping
from huiyin.settings import CHECKOUT
from tests.factories.house import House

# Table, how many minutes after the moment in ROW a row is kept, by which job.
KEPT = [
    ("idempotency_keys", 30 * 24 * 60, housekeeping),
    ("spent_proofs", 0, housekeeping),
    ("sessions", 30 * 24 * 60, forget_sign_ins),
    ("sign_in_challenges", 0, forget_sign_ins),
]
ROW = {
    "idempotency_keys": "(principal, key, body_hash, created_at) VALUES ('x', sha256('k'), sha256('b'), {at})",
    "spent_proofs": "(digest, expires_at) VALUES (sha256('d'), {at})",
    "sessions": "(officer_id, token_hash, expires_at) VALUES ((SELECT id FROM officers LIMIT 1), sha256('t'), {at})",
    "sign_in_challenges": "(purpose, challenge, expires_at) VALUES ('passkey', sha256('c'), {at})",
}


@pytest.mark.parametrize(("table", "minutes", "job"), KEPT, ids=[row[0] for row in KEPT])
def test_row_goes_when_its_term_is_over_and_not_before(
    committed: House, own: Sessions, table: str, minutes: int, job: Callable[[Sessions], None]
):
    listed = (CHECKOUT / "docs/operations/retention.md").read_text()
    (line,) = [one for one in listed.splitlines() if one.startswith(f"| {table} |")]
    assert f"`{job.__name__}`" in line
    committed.sql(f"DELETE FROM {table}")
    for late in (1, -1):
        at = f"now() - make_interval(mins => {minutes + late})"
        committed.sql(f"INSERT INTO {table} {ROW[table].format(at=at)}")
        job(own)
        assert committed.value(f"SELECT count(*) FROM {table}") == (0 if late > 0 else 1)
