"""What a third kind of matter has without a line of its own: page, timeline, clock, ladder, second officer, refusals.

Its verbs are tried by every role in every state beside those of the other kinds (`tests/workflow/test_*.py`).
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.permissions import Permission as P
from huiyin.clocks.ladder import climbing
from huiyin.kit.crypto.vault import vault
from huiyin.kit.working_days import BEIJING, packaged
from huiyin.machines import MACHINES
from huiyin.trail.models import ActorKind
from huiyin.workflow.actions import actions
from huiyin.workflow.machine import Circumstances, Machine, Move, Second
from huiyin.workflow.models import PendingMove
from huiyin.workflow.moving import allowed
from huiyin.workflow.recompute import recomputing
from tests.answers import problem, refused
from tests.client import Client
from tests.database import as_owner
from tests.factories.house import House
from tests.factories.officers import make_officer
from tests.workflow.toy.toys import TOYS, Toy, key_aad
from tests.workflow.toy.world import HOLDER, ToyWorld
from tests.workflow.world import One

ALL = (*MACHINES, TOYS)


@pytest.fixture
def toys(house: House) -> ToyWorld:
    return ToyWorld(house)


def page(toys: ToyWorld, toy: One, who: Client) -> dict[str, Any]:
    answer = who.get(toys.url(toy))
    assert answer.status_code == 200, answer.text
    return answer.json()  # type: ignore[no-any-return]


def timeline(toys: ToyWorld, toy: One, who: Client) -> list[dict[str, Any]]:
    answer = who.get(f"{toys.url(toy)}/timeline")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]  # type: ignore[no-any-return]


def offered(toys: ToyWorld, toy: One, place: str, role: str) -> list[tuple[str, bool, str | None]]:
    """Of each verb on the page: its name, whether it is a confirmation, and why it is blocked."""
    listed = page(toys, toy, toys.house.signed_in(place, role))["actions"]
    return [(item["verb"], item["confirm"], item["blocked_code"]) for item in listed]


# --- what its page shows ---


@pytest.mark.parametrize(
    ("place", "role", "expected"),
    [
        (HOLDER, "intake", [("wind", False, None), ("scrap", False, "permission")]),
        (HOLDER, "dispatcher", [("wind", False, "permission"), ("scrap", False, None)]),
        (HOLDER, "auditor", [("wind", False, "permission"), ("scrap", False, "permission")]),
        ("district", "intake", [("wind", False, "not_of_holder"), ("scrap", False, "permission")]),
        ("district", "dispatcher", [("wind", False, "permission"), ("scrap", False, "not_of_holder")]),
    ],
)
def test_page_says_to_each_role_what_is_open_and_why_the_rest_is_not(
    toys: ToyWorld, place: str, role: str, expected: list[tuple[str, bool, str | None]]
):
    assert offered(toys, toys.make("wound"), place, role) == expected


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("dispatcher", ("scrap", True, None)),
        ("dispatcher second", ("scrap", True, "own_request")),
        ("intake", ("scrap", True, "permission")),
    ],
)
def test_what_waits_is_offered_as_a_confirmation_and_not_to_the_asker(
    toys: ToyWorld, role: str, expected: tuple[str, bool, str | None]
):
    toy = toys.make("wound, scrap asked")
    assert expected in offered(toys, toy, HOLDER, role)
    shown = page(toys, toy, toys.house.signed_in(HOLDER, role))["pending"]
    asker = toys.house.officer(HOLDER, "dispatcher second")
    assert shown == {"verb": "scrap", "asked_by": str(asker.id), "input": {"note": "发条断了"}}


def test_nothing_is_offered_on_what_is_scrapped(toys: ToyWorld):
    assert offered(toys, toys.make("scrapped"), HOLDER, "dispatcher") == []


def test_timeline_tells_who_did_what_with_which_words(toys: ToyWorld):
    told = timeline(toys, toys.make("scrapped"), toys.house.signed_in("district", "chief"))
    asker, second = (toys.house.officer(HOLDER, role) for role in ("dispatcher second", "dispatcher"))
    assert [(one["event"], one["from"], one["to"], one["actor"]["name"], one["input"]) for one in told] == [
        ("toy:wind", "boxed", "wound", toys.house.officer(HOLDER, "intake").name, {"note": None, "turns": 3}),
        ("toy:ask_scrap", "wound", "wound", asker.name, {"note": "发条断了"}),
        ("toy:scrap", "wound", "scrapped", second.name, {"note": "发条断了"}),
    ]
    assert [one["facts"] for one in told] == [{"turns": 3}, {}, {"asked_by": str(asker.id)}]
    assert {one["actor"]["agency"]["id"] for one in told} == {str(toys.house.agencies[HOLDER].id)}


def test_timeline_is_paged(toys: ToyWorld):
    toy, who = toys.make("scrapped"), toys.house.signed_in(HOLDER, "intake")
    first = who.get(f"{toys.url(toy)}/timeline", None, limit=2).json()
    rest = who.get(f"{toys.url(toy)}/timeline", None, limit=2, cursor=first["next_cursor"]).json()
    assert (len(first["items"]), [one["event"] for one in rest["items"]]) == (2, ["toy:scrap"])
    assert rest["next_cursor"] is None


def test_text_of_a_body_is_nowhere_in_clear(toys: ToyWorld):
    toy = toys.make("wound, scrap asked")
    kept = toys.house.sql(
        "SELECT content FROM move_inputs WHERE matter_id = :id"
        " UNION ALL SELECT content FROM pending_moves WHERE matter_id = :id",
        id=toy.id,
    )
    assert len(kept) == 3
    assert not any("发条".encode() in bytes(row.content) for row in kept)
    facts = toys.house.value("SELECT string_agg(facts::text, '') FROM events WHERE matter_id = :id", id=toy.id)
    assert "发条" not in facts


# --- second officer ---


def test_second_officer_refuses_and_it_stays_as_it_is(toys: ToyWorld):
    toy = toys.make("wound, scrap asked")
    who = toys.house.signed_in(HOLDER, "dispatcher")
    answer = toys.attempt(toy, "scrap/confirmation", who, {"agreed": False, "note": "还能修"})
    assert (answer.status_code, answer.json()["state"], answer.json()["pending"]) == (200, "wound", None)
    newest = timeline(toys, toy, who)[-1]
    assert (newest["event"], newest["input"]) == ("toy:refuse_scrap", {"agreed": False, "note": "还能修"})
    assert toys.row(toy).clock_rule == "play"


def test_asker_cannot_confirm_even_with_every_role(toys: ToyWorld):
    toy = toys.make("wound")
    both = make_officer(toys.house.connection, toys.house.agencies[HOLDER], "intake", "dispatcher", "chief", "reviewer")
    who = toys.house.sign_in(both)
    assert toys.attempt(toy, "scrap", who).status_code == 200
    before = toys.snapshot(toy)
    said = refused(toys.attempt(toy, "scrap/confirmation", who), 403, "own_request")
    assert said["permission"] == "leads:dispatch"
    assert toys.snapshot(toy) == before


def test_confirmation_of_what_nobody_asked_is_refused(toys: ToyWorld):
    toy = toys.make("wound")
    before = toys.snapshot(toy)
    answer = toys.attempt(toy, "scrap/confirmation", toys.house.signed_in(HOLDER, "dispatcher"))
    assert problem(answer, 409, "wrong_state")["allowed_actions"] == ["scrap"]
    assert toys.snapshot(toy) == before


def test_what_waits_is_taken_back_by_a_verb_that_moves_the_toy(toys: ToyWorld):
    toy = toys.make("wound, scrap asked")
    assert toys.row(toy).pending_verb == "scrap"
    toys.carry_out(toy, "wind", HOLDER, "intake")
    assert (toys.row(toy).pending_verb, toys.row(toy).turns) == (None, 6)
    late = toys.attempt(toy, "scrap/confirmation", toys.house.signed_in(HOLDER, "dispatcher"))
    assert problem(late, 409, "wrong_state")["state"] == "wound"


def test_one_request_at_a_time(toys: ToyWorld):
    toy = toys.make("wound, scrap asked")
    problem(toys.attempt(toy, "scrap", toys.house.signed_in(HOLDER, "dispatcher")), 409, "wrong_state")


def test_verb_with_no_second_officer_has_no_confirmation(toys: ToyWorld):
    toy = toys.make("wound")
    answer = toys.attempt(toy, "wind/confirmation", toys.house.signed_in(HOLDER, "intake"), {"agreed": True})
    assert answer.status_code == 404


def test_what_waits_does_not_open_on_another_toy(toys: ToyWorld):
    """A waiting body is bound to its matter: put below another one, even where the same key opens both, it is none."""
    toy, other = toys.make("wound, scrap asked"), toys.make("wound, scrap asked")
    same = vault().wrap(vault().unwrap(toys.row(toy).wrapped_key, key_aad(toy.id)), key_aad(other.id), vault().version)
    toys.house.sql("UPDATE toys SET wrapped_key = :same WHERE id = :id", same=same, id=other.id)
    toys.house.sql(
        "UPDATE pending_moves SET content = (SELECT content FROM pending_moves WHERE matter_id = :toy)"
        " WHERE matter_id = :other",
        toy=toy.id,
        other=other.id,
    )
    before, who = toys.snapshot(other), toys.house.signed_in(HOLDER, "dispatcher")
    problem(toys.attempt(other, "scrap/confirmation", who), 409, "conflict")
    assert toys.snapshot(other) == before
    assert page(toys, other, who)["pending"]["input"] is None


def test_toy_whose_key_is_gone_moves_no_more_and_still_has_its_page_and_timeline(toys: ToyWorld):
    toy = toys.make("wound")
    toys.house.sql("UPDATE toys SET wrapped_key = 'x' WHERE id = :id", id=toy.id)
    before, who = toys.snapshot(toy), toys.house.signed_in(HOLDER, "intake")
    problem(toys.attempt(toy, "wind", who), 409, "conflict")
    assert toys.snapshot(toy) == before
    assert page(toys, toy, who)["state"] == "wound"
    assert [one["input"] for one in timeline(toys, toy, who)] == [None]


# --- other ids, old versions, two at once ---


def test_verbs_of_one_kind_do_not_reach_a_matter_of_another(toys: ToyWorld):
    house, toy = toys.house, toys.make("wound, scrap asked")
    lead, channel = house.lead("received"), house.channels["hotline"]
    dispatcher, intake = house.signed_in(HOLDER, "dispatcher"), house.signed_in(HOLDER, "intake")
    version = {"If-Match": f'"v{toys.row(toy).version}"'}
    before = toys.snapshot(toy)
    for other in (lead.id, channel):
        for one in ('"v1"', version["If-Match"]):
            for verb, who in (("wind", intake), ("scrap", dispatcher), ("scrap/confirmation", dispatcher)):
                answer = who.post(f"/api/v1/toys/{other}/{verb}", toys.body(verb, toy), {"If-Match": one})
                problem(answer, 404, "not_found")
        for read in ("", "/timeline"):
            problem(intake.get(f"/api/v1/toys/{other}{read}"), 404, "not_found")
    for plural, verb, body in (("leads", "screen", house.given("screen")), ("channels", "publish", {"reason": "无"})):
        problem(intake.post(f"/api/v1/{plural}/{toy.id}/{verb}", body, version), 404, "not_found")
        problem(intake.get(f"/api/v1/{plural}/{toy.id}"), 404, "not_found")
    problem(intake.get(f"/api/v1/leads/{toy.id}/timeline"), 404, "not_found")
    assert toys.snapshot(toy) == before
    assert (house.state(lead), house.version(lead)) == ("received", 1)


def test_id_of_nothing_and_no_id_are_refused(toys: ToyWorld):
    who = toys.house.signed_in(HOLDER, "intake")
    problem(who.post(f"/api/v1/toys/{uuid4()}/wind", {"turns": 1}, {"If-Match": '"v1"'}), 404, "not_found")
    problem(who.post("/api/v1/toys/mine/wind", {"turns": 1}, {"If-Match": '"v1"'}), 422, "validation")


def test_agency_that_has_no_part_in_it_learns_nothing(toys: ToyWorld):
    toy, who = toys.make("wound"), toys.house.signed_in("market", "chief")
    for path in ("", "/timeline"):
        problem(who.get(toys.url(toy) + path), 404, "not_found")


def test_whoever_is_excluded_sees_neither_it_nor_its_timeline(toys: ToyWorld):
    toy, officer = toys.make("wound"), toys.house.officer(HOLDER, "intake second")
    toys.house.sql("UPDATE toys SET hidden_from = ARRAY[:officer] WHERE id = :id", officer=officer.id, id=toy.id)
    who = toys.house.sign_in(officer)
    for path in ("", "/timeline"):
        problem(who.get(toys.url(toy) + path), 404, "not_found")
    problem(toys.attempt(toy, "wind", who), 404, "not_found")


@pytest.mark.parametrize(
    ("etag", "status", "kind"),
    [('"v1"', 412, "stale"), ('"v99"', 412, "stale"), ("*", 412, "stale"), (None, 428, "precondition_required")],
)
def test_verb_and_confirmation_at_another_version_change_nothing(
    toys: ToyWorld, etag: str | None, status: int, kind: str
):
    toy = toys.make("wound, scrap asked")
    before = toys.snapshot(toy)
    headers = {} if etag is None else {"If-Match": etag}
    for verb, role in (("wind", "intake"), ("scrap/confirmation", "dispatcher")):
        who = toys.house.signed_in(HOLDER, role)
        problem(who.post(f"{toys.url(toy)}/{verb}", toys.body(verb, toy), headers), status, kind)
    assert toys.snapshot(toy) == before


@pytest.mark.parametrize("body", [{}, {"turns": 0}, {"turns": 3, "state": "scrapped"}, {"turns": "many"}])
def test_body_that_is_not_the_verbs_own_is_refused(toys: ToyWorld, body: dict[str, Any]):
    toy = toys.make("boxed")
    before = toys.snapshot(toy)
    problem(toys.attempt(toy, "wind", toys.house.signed_in(HOLDER, "intake"), body), 422, "validation")
    assert toys.snapshot(toy) == before


@pytest.mark.parametrize(
    ("situation", "verb", "role", "event"),
    [
        ("boxed", "wind", "intake", "toy:wind"),
        ("wound", "scrap", "dispatcher", "toy:ask_scrap"),
        ("wound, scrap asked", "scrap/confirmation", "dispatcher", "toy:scrap"),
    ],
)
def test_of_two_officers_at_once_exactly_one_does_it(
    committed: House, situation: str, verb: str, role: str, event: str
):
    """Over connections of their own, with commits: the deferred check of who answers runs too."""
    toys = ToyWorld(committed)
    pair = (committed.signed_in(HOLDER, role), committed.signed_in(HOLDER, f"{role} third"))
    for _ in range(10):
        toy = toys.make(situation)
        version = {"If-Match": f'"v{toys.row(toy).version}"'}
        answers = pair[0].race(("POST", f"{toys.url(toy)}/{verb}", version, toys.body(verb, toy)), pair[1])
        assert sorted(answer.status_code for answer in answers) == [200, 412]
        done = "SELECT count(*) FROM events WHERE matter_id = :id AND event = :event"
        assert committed.value(done, id=toy.id, event=event) == 1
        running = "SELECT count(*) FROM assignments WHERE matter_id = :id AND to_at IS NULL"
        assert committed.value(running, id=toy.id) == (0 if verb == "scrap/confirmation" else 1)


# --- its clock ---


def test_who_winds_it_up_answers_and_the_clock_runs_for_them(toys: ToyWorld):
    toy = toys.make("boxed")
    toys.carry_out(toy, "wind", HOLDER, "intake second")
    officer = toys.house.officer(HOLDER, "intake second")
    clock = "SELECT rule, officer_id, basis FROM clocks WHERE matter_id = :id AND stopped_at IS NULL"
    assert [tuple(row) for row in toys.house.sql(clock, id=toy.id)] == [("play", officer.id, "the box says so")]
    spans = toys.house.sql(
        "SELECT officer_id, to_at FROM assignments WHERE matter_id = :id ORDER BY from_at, to_at NULLS LAST", id=toy.id
    )
    assert [row.officer_id for row in spans] == [toys.house.officer(HOLDER, "intake").id, officer.id]
    assert spans[0].to_at is not None
    with as_owner(toys.house.connection) as connection:
        connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))  # somebody answers at every moment


def due(toys: ToyWorld, toy: One, at: datetime, *, provisional: bool = False) -> None:
    """Move the running clock: it began 30 days before it is due."""
    moved = {"id": toy.id, "due": at, "provisional": provisional}
    toys.house.sql("UPDATE toys SET clock_due_at = :due, clock_provisional = :provisional WHERE id = :id", **moved)
    toys.house.sql(
        "UPDATE clocks SET due_at = :due, provisional = :provisional, started_at = :due - interval '30 days'"
        " WHERE matter_id = :id AND stopped_at IS NULL",
        **moved,
    )


def test_late_toy_climbs_the_ladder_and_its_timeline_says_so(toys: ToyWorld, session: Session):
    toy, now = toys.make("wound"), datetime.now(UTC)
    due(toys, toy, now + timedelta(days=1))
    for days in (0, 3, 9, 17, 17):
        climbing(now + timedelta(days=days)).once(session, 200)
    told = [one["event"] for one in timeline(toys, toy, toys.house.signed_in(HOLDER, "intake"))]
    assert told[1:] == [
        "clock:remind",
        "clock:tell_chief",
        "clock:draft_supervision_notice",
        "clock:propose_criticism",
    ]
    head = toys.house.officer(HOLDER, "intake").id
    assert {row.officer_id for row in toys.house.sql("SELECT officer_id FROM ladder_entries")} == {head}


def test_scrapped_toy_is_late_no_more(toys: ToyWorld, session: Session):
    toy = toys.make("wound, scrap asked")
    due(toys, toy, datetime.now(UTC) - timedelta(days=30))
    toys.carry_out(toy, "scrap/confirmation", HOLDER, "dispatcher")
    assert climbing(datetime.now(UTC)).once(session, 200) == 0


def test_provisional_date_becomes_final_beside_those_of_leads(toys: ToyWorld, session: Session):
    toy, lead = toys.make("wound"), toys.house.lead("screened")
    version = toys.row(toy).version
    began = datetime(2039, 12, 30, 10, tzinfo=BEIJING)
    toys.house.sql("UPDATE leads SET clock_provisional = true, clock_due_at = :at WHERE id = :id", at=began, id=lead.id)
    toys.house.sql("UPDATE toys SET clock_provisional = true, clock_due_at = :at WHERE id = :id", at=began, id=toy.id)
    toys.house.sql(
        "UPDATE clocks SET provisional = true, started_at = :at, due_at = :at WHERE stopped_at IS NULL", at=began
    )
    known(toys.house, 2040)
    recomputing(ALL, datetime(2039, 12, 31, tzinfo=UTC)).once(session, 200)
    row = toys.row(toy)
    assert (row.clock_provisional, row.version) == (False, version + 1)
    assert row.clock_due_at > began
    newest = timeline(toys, toy, toys.house.signed_in(HOLDER, "intake"))[-1]
    assert (newest["event"], newest["facts"]["rule"]) == ("clock:recompute", "play")
    assert datetime.fromisoformat(newest["facts"]["due_at"]) == row.clock_due_at
    assert toys.house.value("SELECT clock_provisional FROM leads WHERE id = :id", id=lead.id) is False


def known(house: House, last: int) -> None:
    """Every year up to `last` has a calendar, without a day off."""
    officer: UUID = house.officer("city", "admin").id
    for year in range(2020, last + 1):
        if not packaged(year):
            house.sql(
                "INSERT INTO working_years (year, holidays, working_days, basis, entered_by)"
                " VALUES (:year, '{}', '{}', 'x', :officer)",
                year=year,
                officer=officer,
            )


# --- what a table of verbs cannot be ---


def machine(**verbs: Move[Toy]) -> Machine[Toy]:
    return replace(TOYS, moves=verbs, facts={})


def test_verb_that_waits_needs_a_key_for_its_body():
    with pytest.raises(ValueError, match="toy:scrap waits for a second officer"):
        replace(TOYS, moves={"scrap": TOYS.moves["scrap"]}, facts={}, key_of=None)


def test_verb_leads_to_a_state_that_there_is():
    with pytest.raises(ValueError, match="toy:melt names states that there are not"):
        machine(melt=replace(TOYS.moves["wind"], target="molten"))


def test_of_two_verbs_that_need_a_second_officer_only_the_one_that_waits_is_offered():
    """As the routes have it: one request at a time."""
    scrap = replace(TOYS.moves["scrap"], rules=(), second=Second(permission=P.leads_dispatch))
    both = machine(scrap=scrap, burn=scrap)
    agency, asker = uuid4(), uuid4()
    actor = Actor(ActorKind.officer, uuid4(), "张三", agency, (agency,), (), frozenset({P.leads_dispatch}))
    toy, around = Toy(id=uuid4(), state="wound", pending_verb=None), Circumstances(now=datetime.now(UTC))
    assert [item.verb for item in actions(both, toy, actor, around, None)] == ["scrap", "burn"]
    toy.pending_verb = "burn"
    pending = PendingMove(matter_id=toy.id, verb="burn", asked_by=asker, content=b"")
    assert [(item.verb, item.confirm) for item in actions(both, toy, actor, around, pending)] == [("burn", True)]
    assert allowed(both, toy, actor, around) == []
