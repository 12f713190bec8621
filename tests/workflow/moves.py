"""`every_move`, `clocks_of` and `atomicity_of`: what holds for the table of verbs of every kind of matter.

`every_move` tries every verb × state × role at the office, at the agency in charge and at an agency that has no part
in it, by HTTP: allowed, or refused in the right way with nothing changed. Two savings, unless it is asked to be
thorough: who lacks the permission is refused before the matter is read, so each verb and role of those is tried in
every eighth situation, at one of the three places, which change from situation to situation; and where a verb does not
lead on from a state, each role that holds its permission tries it at one of the three.
"""

from dataclasses import dataclass
from itertools import product
from typing import Any

import httpx
from sqlalchemy import Connection, text

from huiyin.access.permissions import ROLE_PERMISSIONS, Permission, Role
from huiyin.kit.working_days import TermUnit, due
from huiyin.workflow.machine import Clocked
from tests.client import Client
from tests.database import as_owner
from tests.domain import Row
from tests.workflow.world import PLACES, ROLES, World

# --- the table in words is the table ---

# verb: (from, to, roles, roles of the second officer); to None: stays.
Verb = tuple[frozenset[str], str | None, frozenset[str], frozenset[str]]


def table_in_words(world: type[World[Any]]) -> dict[str, Verb]:
    """The table's rows, one for each verb; what opens a matter apart."""
    found: dict[str, Verb] = {}
    for row in world.table():
        if not row.sources:
            continue
        sources, target, roles, second = found.get(row.verb, (frozenset(), row.target, frozenset(), frozenset()))
        assert target == row.target, f"{row.verb} leads to two states"
        found[row.verb] = (sources | row.sources, target, roles | row.roles, second | row.second_roles)
    return found


def table_as_built(world: type[World[Any]]) -> dict[str, Verb]:
    """The machine's table in the same form."""

    def roles(permission: Permission | None) -> frozenset[str]:
        return frozenset(role for role, held in ROLE_PERMISSIONS.items() if permission in held)

    return {
        verb: (
            move.sources,
            move.target,
            roles(move.permission),
            roles(move.second.permission if move.second else None),
        )
        for verb, move in world.machine.moves.items()
    }


def clocks_in_words(world: type[World[Any]]) -> dict[str, str | Clocked]:
    """Which clock each verb starts, or what it does to the one that runs."""
    goes_on = {"runs on": Clocked.keep, "pauses": Clocked.pause, "goes on": Clocked.resume}

    def clock(row: Row) -> str | Clocked:
        if row.clock_goes_on is not None:
            return goes_on[row.clock_goes_on]
        return row.clock[0] if row.clock else Clocked.stop

    return {row.verb: clock(row) for row in world.table() if row.sources}


# --- every verb × state × role × place ---


@dataclass(frozen=True)
class Case:
    """One try: who, where, which verb, on a matter in which state, with what waiting for a second officer."""

    world: World[Any]
    verb: str
    role: Role
    place: str
    matter: Any
    state: str
    waits: str
    unmet: frozenset[str]
    named: frozenset[tuple[str, str]]
    """Role and place of those whom the table names for it."""

    def __str__(self) -> str:
        return f"{self.verb} by {self.role} of {self.place}, {self.state}, waiting: {self.waits or 'nothing'}"

    @property
    def base(self) -> str:
        return self.verb.removesuffix("/confirmation")

    @property
    def confirms(self) -> bool:
        return self.verb.endswith("/confirmation")

    @property
    def asks(self) -> bool:
        """Whether it takes effect only when a second officer confirms it."""
        second = self.world.machine.moves[self.base].second
        return not self.confirms and second is not None and self.world.needs_second(self.base, self.matter)

    @property
    def permission(self) -> Permission:
        move = self.world.machine.moves[self.base]
        return move.second.permission if self.confirms and move.second else move.permission

    @property
    def holds_permission(self) -> bool:
        return self.permission in ROLE_PERMISSIONS[self.role]

    def expected(self, rows: dict[str, Verb]) -> tuple[int, str]:
        """Status, and of a refusal its kind."""
        if not self.holds_permission:
            return 403, str(self.permission)
        if not self.world.sees(self.place, self.matter, self.state):
            return 404, "urn:huiyin:problem:not_found"
        wrong_state = self.waits != self.base if self.confirms else self.state not in rows[self.base][0]
        if wrong_state or self.verb in self.unmet:
            return 409, "urn:huiyin:problem:wrong_state"
        if (self.role, self.place) not in self.named:
            return 403, str(self.permission)
        if self.asks and self.waits:  # one request at a time
            return 409, "urn:huiyin:problem:wrong_state"
        return 200, ""


def named_by_the_table(world: World[Any], verb: str, matter: Any, state: str) -> frozenset[tuple[str, str]]:
    """Role and place of those whom the table names for a verb, or for its confirmation, on the matter at hand."""
    base = verb.removesuffix("/confirmation")
    rows = [row for row in world.table() if row.verb == base]
    if base != verb:
        named = [(row.second_roles, row.second_places) for row in rows]
    else:
        named = [(row.roles, row.places) for row in rows if state in row.sources]
    return frozenset(
        (role, there)
        for roles, places in named
        for role in roles
        for place in places
        for there in world.at(place, matter, state)
    )


def cases(world: World[Any], matter: Any, state: str, waits: str, situation: int | None) -> list[Case]:
    """Who holds the permission of a verb that is open, everywhere; of the others, some (None: everybody)."""
    unmet, table = world.unmet(matter), table_in_words(type(world))
    found = []
    for verb, (row, role) in product(world.verbs, enumerate(ROLES)):
        named = named_by_the_table(world, verb, matter, state)
        for column, place in enumerate(PLACES):
            case = Case(world, verb, role, place, matter, state, waits, unmet, named)
            turn = 0 if situation is None else world.verbs.index(verb) + row + situation
            here = situation is None or situation % len(PLACES) == column
            leads_on = waits == case.base if case.confirms else state in table[case.base][0]
            if (leads_on or here) if case.holds_permission else (turn % 8 == 0 and here):
                found.append(case)
    return found


def verdict(answer: httpx.Response) -> tuple[int, str]:
    if answer.status_code in {200, 204}:
        return 200, ""
    problem = answer.json()
    return answer.status_code, problem["permission"] if answer.status_code == 403 else problem["type"]


def every_move(world: World[Any], situation: str, *, thorough: bool = False) -> None:
    """Each officer's each verb in one situation: granted or refused as the table has it, and offered accordingly."""
    house = world.house
    state, *conditions = situation.split(", ")
    waits = next((one.removesuffix(" asked") for one in conditions if one.endswith(" asked")), "")
    matter = world.make(situation)
    version = world.row(matter).version
    rows = table_in_words(type(world))
    bodies = {verb: world.body(verb, matter) for verb in world.verbs}
    every = cases(
        world,
        matter,
        state,
        waits,
        None if thorough or len(world.situations) < 8 else world.situations.index(situation),
    )
    clients = {(case.place, case.role): house.signed_in(case.place, case.role) for case in every}
    before = world.snapshot(matter)
    wrong: list[str] = []
    granted: dict[tuple[str, str], set[str]] = {}
    for case in every:
        savepoint = house.connection.begin_nested()
        answer = clients[case.place, case.role].post(
            f"{world.url(matter)}/{case.verb}", bodies[case.verb], {"If-Match": f'"v{version}"'}
        )
        found = verdict(answer)
        if found != case.expected(rows):
            wrong.append(f"{case}: {found}, expected {case.expected(rows)}")
        if found[0] == 200:
            savepoint.rollback()
            granted.setdefault((case.place, case.role), set()).add(case.verb)
            target = state if case.asks else rows[case.base][1] or state
            if answer.status_code == 200 and answer.json()["state"] != target:
                wrong.append(f"{case}: led to {answer.json()['state']}")
        else:
            savepoint.commit()
    assert wrong == []
    assert world.snapshot(matter) == before, "a refused verb has changed something"
    offered_is_granted(world, clients, matter, granted)


def offered_is_granted(
    world: World[Any], clients: dict[tuple[str, Role], Client], matter: Any, granted: dict[tuple[str, str], set[str]]
) -> None:
    """What the page offers an officer is what the routes then let through, no more and no less; the list too."""
    for who, client in clients.items():
        page = client.get(world.url(matter))
        if page.status_code != 200:
            assert page.status_code in {403, 404}
            assert not granted.get(who)
            continue
        offered = {
            item["verb"] + ("/confirmation" if item["confirm"] else "")
            for item in page.json()["actions"]
            if item["allowed"]
        }
        assert offered == granted.get(who, set()), who
        refused = [item for item in page.json()["actions"] if not item["allowed"]]
        assert all(item["blocked_code"] and item["blocked_detail"] for item in refused)
        asked_for = {verb for verb in offered if not verb.endswith("/confirmation")}
        assert set(page.json()["allowed_actions"]) == asked_for, who
        listed = world.listed(client, matter)
        assert listed is None or set(listed) == asked_for, who


# --- the clock of each verb ---


def clocks_of(world: World[Any], verb: str) -> None:
    """After a verb its clock runs, by its rule and for whoever answers, and none besides; or the one before runs on."""
    if verb in world.begins:
        _only_its_clock_runs(world, world.begun(verb), verb)
        return
    name = f"{verb}/confirmation" if world.machine.moves[verb].second else verb
    tried = world.runs_on.get(verb) or world.tries[name]
    matter = world.make(tried.situation)
    before = running_clocks(world, matter)
    answer = world.attempt(matter, name, world.house.signed_in(tried.place, tried.role))
    assert answer.status_code in {200, 204}, answer.text
    goes_on = next(row.clock_goes_on for row in world.table() if row.verb == verb)
    if goes_on is None:
        _only_its_clock_runs(world, matter, verb)
        return
    after = running_clocks(world, matter)
    assert [(clock.id, clock.rule) for clock in after] == [(clock.id, clock.rule) for clock in before]
    row = world.row(matter)
    for clock in after:
        assert (row.clock_rule, row.clock_due_at, row.clock_paused_at) == (clock.rule, clock.due_at, clock.paused_at)
        assert (clock.paused_at is not None) is (goes_on == "pauses")


def running_clocks(world: World[Any], matter: Any) -> list[Any]:
    return world.house.sql("SELECT * FROM clocks WHERE matter_id = :id AND stopped_at IS NULL", id=matter.id)


def _only_its_clock_runs(world: World[Any], matter: Any, verb: str) -> None:
    running, row = running_clocks(world, matter), world.row(matter)
    expected = next(row.clock for row in world.table() if row.verb == verb)
    if expected is None:
        assert running == []
        assert (row.clock_rule, row.clock_due_at) == (None, None)
        return
    (clock,) = running
    rule, amount, unit = expected
    ends = due(clock.started_at, amount, TermUnit(unit), moves=True)
    assert (clock.rule, clock.due_at, clock.provisional) == (rule, ends.at, ends.provisional)
    assert (row.clock_rule, row.clock_due_at, row.clock_provisional) == (rule, ends.at, ends.provisional)
    assert (clock.agency_id, clock.officer_id) == (row.held_by_agency_id, row.held_by_officer_id)
    assert clock.basis, "a clock says on what rule it stands"
    every = world.house.sql("SELECT stopped_at FROM clocks WHERE matter_id = :id ORDER BY id", id=matter.id)
    assert all(before.stopped_at is not None for before in every[:-1])


# --- nothing is half written ---

BREAK = """
CREATE FUNCTION pg_temp.broken() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the disk is full' USING ERRCODE = 'disk_full'; END $$;
"""


def dump(connection: Connection) -> dict[str, Any]:
    """Every row of every table, in order; what the session of an officer notes about itself aside."""
    with as_owner(connection):
        tables = connection.execute(
            text("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        ).scalars()
        skipped = {"regions", "terms", "clock_rules", "sessions", "alembic_version"}
        return {
            table: connection.execute(
                text(f"SELECT md5(string_agg(t::text, E'\\n' ORDER BY t::text)) FROM \"{table}\" t")
            ).scalar_one()
            for table in sorted(set(tables) - skipped)
            if not table.startswith("procrastinate")
        }


def broken_at(connection: Connection, table: str, attempt: Any) -> httpx.Response:
    """What `attempt` answers while every write to `table` fails; nothing of the trigger stays."""
    savepoint = connection.begin_nested()
    with as_owner(connection):
        connection.execute(text(BREAK))
        connection.execute(
            text(
                f"CREATE TRIGGER broken BEFORE INSERT OR UPDATE OR DELETE ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION pg_temp.broken()"
            )
        )
    before = dump(connection)
    answer: httpx.Response = attempt()
    assert dump(connection) == before, f"half written when {table} fails"
    savepoint.rollback()
    return answer


def atomicity_of(world: World[Any], verb: str) -> None:
    """Whatever breaks inside a verb, at each table that it writes, the database is what it was before."""
    tried = world.tries[verb]
    matter = world.make(tried.situation)
    who = world.house.signed_in(tried.place, tried.role)
    body = world.body(verb, matter)  # what it needs is made before the comparison
    for table in [*tried.tables.split(), world.machine.table.__tablename__]:
        answer = broken_at(world.house.connection, table, lambda: world.attempt(matter, verb, who, body))
        assert answer.status_code == 500, f"{table}: nothing was written to it: {answer.text}"
        assert "disk" not in answer.text
    assert world.attempt(matter, verb, who, body).status_code in {200, 204}
