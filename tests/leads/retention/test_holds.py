"""Legal hold: what keeps a lead from expiring, asked by one agency and granted by another."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from huiyin.leads.retention.holds import HOLDS
from huiyin.workflow.requests import lapsing
from tests.database import as_owner
from tests.factories.closed import close, expire, gone, hold, in_days, retention, run
from tests.factories.house import House


def test_hold_needs_an_officer_of_another_agency(house: House):
    lead = close(house)
    asked = hold(house, lead)
    for role in ("chief", "chief second"):
        answer = house.signed_in("district", role).post(f"{lead.url}/holds/{asked['id']}/decision", {"agreed": True})
        assert (answer.status_code, answer.json()["rule"]) == (403, "askers_agency")
    granted = house.signed_in("city", "reviewer").post(f"{lead.url}/holds/{asked['id']}/decision", {"agreed": True})
    assert (granted.status_code, granted.json()["state"]) == (200, "running")
    again = house.signed_in("city", "reviewer").post(f"{lead.url}/holds/{asked['id']}/decision", {"agreed": False})
    assert again.status_code == 409
    assert (
        house.signed_in("city", "reviewer").post(f"{lead.url}/holds", {"to": in_days(60), "reason": "x"}).status_code
        == 409
    ), "one at a time"


def test_even_the_database_refuses_a_grant_by_the_askers_agency(house: House):
    lead = close(house)
    asked = hold(house, lead)
    with (
        as_owner(house.connection),
        pytest.raises(IntegrityError, match="ck_legal_holds_four_eyes"),
        house.connection.begin_nested(),
    ):
        house.connection.execute(
            text(
                "UPDATE legal_holds SET state = 'running', decided_by = :other, decided_at = now(),"
                " decided_agency_id = asked_agency_ids[1] WHERE id = :id"
            ),
            {"id": asked["id"], "other": house.officer("city", "reviewer").id},
        )


@pytest.mark.parametrize("granted", [True, False, None])
def test_hold_that_waits_or_runs_stops_expiry_and_a_refused_one_does_not(
    house: House, sessions: sessionmaker[Session], granted: bool | None
):
    lead = close(house)
    asked = hold(house, lead)
    if granted is not None:
        reviewer = house.signed_in("city", "reviewer")
        assert reviewer.post(f"{lead.url}/holds/{asked['id']}/decision", {"agreed": granted}).status_code == 200
    expire(house, lead)
    kept = granted is not False
    assert retention(house, lead)["waits"] == ("hold" if kept else None)
    assert run(sessions) == (0 if kept else 1)
    assert gone(house, lead) is not kept


def test_hold_is_lifted_by_another_agency_only_and_ends_by_itself_with_a_notice(
    house: House, session: Session, sessions: sessionmaker[Session]
):
    lead, other = close(house), close(house)
    reviewer = house.signed_in("city", "reviewer")
    for one in (lead, other):
        asked = hold(house, one)
        reviewer.post(f"{one.url}/holds/{asked['id']}/decision", {"agreed": True})
    expire(house, lead, other)
    ((id_,),) = house.sql("SELECT id FROM legal_holds WHERE lead_id = :id", id=lead.id)
    refused = house.signed_in("district", "chief").post(f"{lead.url}/holds/{id_}/lift", {"reason": "不必"})
    assert (refused.status_code, refused.json()["rule"]) == (403, "askers_agency")
    lifted = reviewer.post(f"{lead.url}/holds/{id_}/lift", {"reason": "已审结"})
    assert (lifted.status_code, lifted.json()["state"]) == (200, "ended")
    assert (run(sessions), run(sessions, days_ahead=29)) == (0, 0), "thirty days from when it was told"
    assert run(sessions, days_ahead=31) == 1
    later = datetime.now(UTC) + timedelta(days=62)
    assert [lapsing(HOLDS, later).once(session, 50) for _ in range(2)] == [1, 0]
    session.commit()
    assert retention(house, other)["holds"][0]["ended_at"] is not None
    told = house.signed_in("district", "chief").get("/api/v1/me/notices").json()["items"]
    assert [(one["kind"], one["facts"]["cause"]) for one in told] == [("hold_ended", "term"), ("hold_ended", "lifted")]


def test_request_that_nobody_decides_lapses_and_another_may_be_made(house: House, session: Session):
    lead = close(house)
    hold(house, lead)
    house.sql("UPDATE legal_holds SET lapses_at = lapses_at - interval '15 days'")
    assert retention(house, lead)["holds"][0]["state"] == "lapsed"
    hold(house, lead)
    house.sql("UPDATE legal_holds SET lapses_at = lapses_at - interval '15 days'")
    assert lapsing(HOLDS, datetime.now(UTC)).once(session, 50) == 1


@pytest.mark.parametrize("to", ["2020-01-01", "2099-01-01"])
def test_hold_has_a_term_of_two_years_at_most(house: House, to: str):
    answer = house.signed_in("district", "chief").post(f"{close(house).url}/holds", {"to": to, "reason": "x"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/to")
