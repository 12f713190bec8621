"""The standing views: what each counts, for whom, and that the list agrees."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import postgresql

from huiyin.leads.inbox import counts
from huiyin.leads.inbox.counts import VIEWS, ViewKey
from tests.client import Client
from tests.database import as_owner, statements_of
from tests.factories.house import House, Lead

STATES = ["received", "registered", "verifying", "in_review", "approved", "closed", "declined"]


def counted(who: Client) -> dict[str, Any]:
    answer = who.get("/api/v1/leads/counts")
    assert answer.status_code == 200, answer.text
    return {item["key"]: item for item in answer.json()["items"]}


def numbers(who: Client) -> dict[str, int]:
    return {key: item["count"] for key, item in counted(who).items() if item["count"]}


def listed(who: Client, query: dict[str, Any]) -> int:
    answer = who.get("/api/v1/leads", **query)
    assert answer.status_code == 200, answer.text
    return len(answer.json()["items"])


def test_views_count_what_the_list_then_shows(house: House):
    for state in STATES:
        house.lead(state)
    leads = [house.lead("in_review"), house.lead("verifying")]
    house.act(leads[0], "send_back", "city", "reviewer")
    house.sql("UPDATE leads SET clock_due_at = now() - interval '1 hour' WHERE id = :id", id=leads[1].id)
    office = house.signed_in("city", "reviewer")
    views = counted(office)
    assert list(views) == list(ViewKey)
    for view in views.values():
        assert listed(office, view["filter"]) == view["count"], view
    assert {key: views[key]["count"] for key in ("all_open", "returned", "overdue", "verifying", "to_screen")} == {
        "all_open": 7,
        "returned": 1,
        "overdue": 1,
        "verifying": 3,
        "to_screen": 1,
    }


def test_a_filter_is_only_what_is_set(house: House):
    views = counted(house.signed_in("city", "intake"))
    assert views["mine"]["filter"] == {"officer": "me"}
    assert views["due_soon"]["filter"] == {"due_within_days": 3}
    assert views["returned"]["filter"] == {"state": ["verifying"], "clock": "conclude_again"}


def test_mine_and_my_unit_are_the_askers(house: House):
    house.lead("verifying")
    verifier, chief = house.signed_in("district", "verifier"), house.signed_in("district", "chief")
    assert (numbers(verifier)["mine"], numbers(verifier)["my_unit"]) == (1, 1)
    assert (numbers(chief).get("mine", 0), numbers(chief)["my_unit"]) == (0, 1)
    assert "my_unit" not in numbers(house.signed_in("city", "reviewer"))


def supervise(house: House, lead: Lead, kind: str) -> None:
    listing = {"board_number": "2026-07", "public": False, "delisting_test": "主犯到案"} if kind == "listed" else None
    body = {"kind": kind, "reason": "群众反映强烈", "listing": listing}
    asked = house.signed_in("city", "supervisor").post(f"{lead.url}/overlays", body)
    assert asked.status_code == 201, asked.text
    url = f"{lead.url}/overlays/{asked.json()['id']}/decision"
    assert house.signed_in("city", "leader").post(url, {"agreed": True}).status_code == 200


def test_supervised_counts_each_open_lead_under_supervision_or_on_a_board_once(house: House):
    both, listed, closed, raised = (house.lead(state) for state in ("verifying", "received", "answered", "received"))
    for lead, kind in ((both, "supervised"), (both, "listed"), (listed, "listed"), (closed, "supervised")):
        supervise(house, lead, kind)
    supervise(house, raised, "raised")
    house.act(closed, "close", "city", "reviewer")
    office = house.signed_in("city", "reviewer")
    view = counted(office)["supervised"]
    assert (view["count"], view["filter"]) == (2, {"open": True, "overlay": ["supervised", "listed"]})
    shown = office.get("/api/v1/leads", **view["filter"]).json()["items"]
    assert {item["id"] for item in shown} == {str(both.id), str(listed.id)}
    assert numbers(house.signed_in("district", "chief"))["supervised"] == 1


def test_an_excluded_officer_sees_no_supervised_lead_in_list_or_count(house: House):
    lead = house.lead("verifying")
    supervise(house, lead, "supervised")
    chief = house.signed_in("district", "chief")
    assert (numbers(chief)["supervised"], listed(chief, {"overlay": "supervised"})) == (1, 1)
    officer = house.officer("district", "chief").id
    house.sql("UPDATE leads SET hidden_from = ARRAY[:officer]::uuid[] WHERE id = :id", officer=officer, id=lead.id)
    assert (numbers(chief), listed(chief, {"overlay": "supervised"})) == ({}, 0)


def test_leads_that_one_may_not_see_are_in_no_count(house: House):
    house.lead("registered")
    assert numbers(house.signed_in("district", "chief")) == {}
    lead = house.lead("verifying")
    assert numbers(house.signed_in("district", "chief"))["verifying"] == 1
    house.sql(
        "UPDATE leads SET hidden_from = ARRAY[:agency]::uuid[] WHERE id = :id",
        agency=house.agencies["police"].id,
        id=lead.id,
    )
    assert numbers(house.signed_in("district", "chief")) == {}


def test_a_count_stops_at_999_and_says_so(house: House):
    lead = house.lead("received")
    columns = ", ".join(
        name
        for (name,) in house.sql(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'leads'"
            " AND column_name NOT IN ('id', 'number') AND is_generated = 'NEVER'"
        )
    )
    copies = (
        f"INSERT INTO leads (number, {columns}) SELECT '2026-9' || n, {columns}"
        " FROM leads, generate_series(CAST(:a AS int), CAST(:b AS int)) n WHERE id = :id"
    )
    house.sql(copies, a=10000, b=10997, id=lead.id)
    office = house.signed_in("city", "intake")
    view = counted(office)["to_screen"]
    assert (view["count"], view["capped"]) == (999, False)
    house.sql(copies, a=20000, b=20000, id=lead.id)
    view = counted(office)["to_screen"]
    assert (view["count"], view["capped"]) == (999, True)


def test_all_counts_are_one_statement_however_many_leads(house: House):
    office = house.signed_in("city", "intake")

    def statements() -> int:
        with statements_of(house.connection) as seen:
            counted(office)
        assert sum("count(*)" in statement for statement in seen) == 1
        return len(seen)

    few = statements()
    for _ in range(3):
        house.lead("received")
    assert statements() == few


def test_counts_need_the_permission_to_read_leads(house: House):
    answer = house.signed_in("city", "admin").get("/api/v1/leads/counts")
    assert (answer.status_code, answer.json()["permission"]) == (403, "leads:read")


def test_every_view_has_a_label(house: House):
    labels = {row[0] for row in house.sql("SELECT code FROM terms WHERE kind = 'view'")}
    assert labels == set(ViewKey) == set(VIEWS)


@pytest.mark.parametrize("key", ViewKey)
def test_the_plan_of_a_count_uses_an_index(house: House, key: ViewKey):
    """On a table that the planner believes large. Real figures: ADR 0020."""
    house.lead("received")
    officer = house.officer("city", "intake")
    with as_owner(house.connection):
        house.connection.execute(text("SET LOCAL enable_seqscan = off"))
    actor: Any = type("A", (), {"id": officer.id, "agency_ids": [officer.agency.id]})()
    statement = counts._count(key, VIEWS[key], actor, datetime.now(UTC))
    compiled = statement.element.compile(
        dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True, "render_postcompile": True}
    )
    house.connection.execute(
        text("SELECT set_config('huiyin.readers', :r, true), set_config('huiyin.principals', :r, true)"),
        {"r": f"{{{officer.agency.id}}}"},
    )
    plan = "\n".join(house.connection.execute(text("EXPLAIN SELECT " + str(compiled))).scalars())
    assert "Index" in plan
    assert "Seq Scan on leads" not in plan, plan
    house.connection.execute(text("SET LOCAL enable_seqscan = on"))
