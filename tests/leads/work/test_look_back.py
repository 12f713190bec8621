"""Look-back sampling: a draw that anyone can repeat, offices that did not verify, and a job that may run twice."""

import hashlib
import threading
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from huiyin.kit.database.owner import Urls
from huiyin.kit.database.sessions import make_engine, make_sessions, transaction
from huiyin.kit.working_days import BEIJING
from huiyin.leads.work.look_back import draw, draw_month, month_before
from tests.factories.house import House, Lead

SEED = bytes(range(32))
LAST = month_before(datetime.now(UTC))


def closed_last_month(house: House, **tip: Any) -> Lead:
    lead = house.lead("closed", **tip)
    house.sql(
        "UPDATE leads SET closed_at = (CAST(:day AS date) + interval '9 day')::timestamp AT TIME ZONE 'Asia/Shanghai'"
        " WHERE id = :id",
        day=LAST,
        id=lead.id,
    )
    return lead


def run(house: House, session: Session, month: date = LAST, seed: bytes | None = SEED) -> int | None:
    """The draw as the job does it: the app role, nobody signed in."""
    names = ("readers", "principals", "acting_on", "receipt")
    session.execute(text("SELECT " + ", ".join(f"set_config('huiyin.{name}', '', true)" for name in names)))
    drawn = draw_month(session, month, seed)
    session.commit()
    return drawn


# --- the draw itself ---


def test_draw_has_a_known_answer():
    """Computed once with sha256sum over seed || id; a change of the draw changes old samples and fails here."""
    ids = [UUID(int=number) for number in range(40)]
    by_hand = sorted(ids, key=lambda id_: hashlib.sha256(SEED + id_.bytes).hexdigest())[:2]
    assert draw(SEED, ids) == by_hand == KNOWN


KNOWN = [UUID(int=30), UUID(int=26)]


def test_draw_depends_on_neither_order_nor_repetition():
    ids = [uuid4() for _ in range(100)]
    assert draw(SEED, ids) == draw(SEED, reversed(ids)) == draw(SEED, ids + ids)
    assert draw(SEED, ids) != draw(bytes(32), ids)


@pytest.mark.parametrize(("closed", "drawn"), [(0, 0), (1, 1), (19, 1), (20, 1), (21, 2), (40, 2), (41, 3), (1000, 50)])
def test_at_least_five_in_a_hundred_are_drawn_and_at_least_one(closed: int, drawn: int):
    assert len(draw(SEED, [UUID(int=number) for number in range(closed)])) == drawn


def test_month_before_is_reckoned_in_beijing():
    assert month_before(datetime(2026, 3, 31, 17, tzinfo=UTC)) == date(2026, 3, 1)
    assert month_before(datetime(2026, 1, 15, tzinfo=UTC)) == date(2025, 12, 1)


# --- the job ---


def test_closing_starts_no_clock_and_the_draw_does(house: House, session: Session):
    lead = closed_last_month(house)
    assert house.value("SELECT count(*) FROM clocks WHERE matter_id = :id AND stopped_at IS NULL", id=lead.id) == 0
    assert run(house, session) == 1
    (clock,) = house.sql("SELECT * FROM clocks WHERE matter_id = :id AND stopped_at IS NULL", id=lead.id)
    city = house.agencies["city"].id
    assert (clock.rule, clock.agency_id, clock.officer_id) == ("look_back", city, house.officer("city", "intake").id)
    page = house.signed_in("city", "reviewer").get(lead.url).json()
    assert page["clock"]["rule"] == "look_back"
    assert page["look_backs"] == [{"month": LAST.isoformat(), "agency": {"id": str(city), "name": "测试市扫黑办"}}]
    house.act(lead, "look_back", "city", "reviewer")
    assert house.value("SELECT count(*) FROM clocks WHERE matter_id = :id AND stopped_at IS NULL", id=lead.id) == 0


def test_office_that_verified_does_not_look_back(house: House, session: Session):
    """The city's office took part in the verification: the province's looks back."""
    lead = closed_last_month(house)
    house.sql(
        "UPDATE leads SET verifier_agency_ids = verifier_agency_ids || :city WHERE id = :id",
        city=[house.agencies["city"].id],
        id=lead.id,
    )
    run(house, session)
    assert house.value("SELECT agency_id FROM look_back_samples") == house.agencies["province"].id


def test_lead_that_every_office_verified_is_not_in_the_population(house: House, session: Session):
    lead = closed_last_month(house)
    house.sql("UPDATE leads SET verifier_agency_ids = desk_agencies WHERE id = :id", id=lead.id)
    assert run(house, session) == 0
    assert house.value("SELECT population FROM look_back_draws") == 0


def test_month_is_drawn_once(house: House, session: Session):
    closed_last_month(house)
    assert run(house, session) == 1
    assert run(house, session, seed=None) is None
    assert house.value("SELECT count(*) FROM look_back_samples") == 1
    assert house.value("SELECT count(*) FROM events WHERE event = 'look_back:draw'") == 1


def test_open_reopened_and_other_months_leads_are_not_drawn(house: House, session: Session):
    house.lead("answered")
    house.lead("closed")  # this month's
    reopened = closed_last_month(house)
    house.act(reopened, "reopen", "city", "reviewer")
    assert run(house, session) == 0


def test_month_that_is_not_over_has_no_candidates(house: House, session: Session):
    house.lead("closed")
    this = datetime.now(BEIJING).date().replace(day=1)
    assert session.execute(text("SELECT count(*) FROM look_back_candidates(:m)"), {"m": this}).scalar_one() == 0


def test_run_that_breaks_in_the_middle_leaves_nothing(house: House, session: Session):
    closed_last_month(house)
    house.sql("ALTER TABLE look_back_samples ADD CONSTRAINT broken CHECK (false) NOT VALID")
    with pytest.raises(DBAPIError):
        run(house, session)
    session.rollback()
    house.sql("ALTER TABLE look_back_samples DROP CONSTRAINT broken")
    assert house.value("SELECT count(*) FROM look_back_draws") == 0
    assert run(house, session) == 1


def test_two_runs_at_once_draw_once(live: Urls):
    sessions = make_sessions(make_engine(live.app, 2))
    results: list[int | None] = []

    def work() -> None:
        with transaction(sessions) as session:
            results.append(draw_month(session, LAST))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sessions.kw["bind"].dispose()
    assert sorted(results, key=str) == [0, None]


def test_draw_can_be_repeated_from_what_is_published(house: House, session: Session):
    leads = [closed_last_month(house) for _ in range(3)]
    run(house, session, seed=None)
    (item,) = house.signed_in("city", "reviewer").get("/api/v1/look-back-draws").json()["items"]
    ids = sorted(lead.id for lead in leads)
    assert "population" not in item, "it would count what the asker may not see"
    assert item["population_digest"] == hashlib.sha256(b"".join(id_.bytes for id_ in ids)).hexdigest()
    assert [sample["lead_id"] for sample in item["samples"]] == [
        str(id_) for id_ in draw(bytes.fromhex(item["seed"]), ids)
    ]


def test_sample_of_a_lead_that_one_may_not_see_is_not_listed(house: House, session: Session):
    closed_last_month(house, exclusions=[{"agency_id": str(house.agencies["discipline"].id)}])
    run(house, session)
    reads = house.signed_in("discipline", "leader").get("/api/v1/look-back-draws").json()["items"][0]
    assert reads["samples"] == []
    assert not {"drawn", "population"} & set(reads), "no count tells that something is hidden"
    assert house.signed_in("city", "intake").get("/api/v1/look-back-draws").status_code == 403
