"""Reading at scale: inbox, search, a lead's page and proposals, each against the same rows by the owner's own SQL.

HUIYIN_BENCH_LEADS says how many leads (a million by default, with two million tips). Times are what the database took
for all statements of a request, seen from its client on the same machine, after a warm-up.
"""

import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.orm import Session

from bench.generate import fill
from bench.sentences import RARE
from huiyin.access.actors import Actor, enter
from huiyin.access.permissions import Role, permissions_of
from huiyin.kit.database.owner import migrate
from huiyin.kit.database.server import FORGETFUL, running
from huiyin.leads.inbox import inbox
from huiyin.leads.inbox.counts import counts as counts_of
from huiyin.leads.matching import search
from huiyin.leads.matching.search_schemas import SearchQuery
from huiyin.leads.page import views
from huiyin.leads.page.schemas import LeadQuery, LeadSort
from huiyin.leads.record.models import State
from huiyin.trail.models import ActorKind

TIMES = 40
OPEN = "is_open"


class Meter:
    """Adds up what the statements of one request take."""

    def __init__(self, engine: Engine) -> None:
        self.taken = 0.0
        self._began = 0.0
        event.listen(engine, "before_cursor_execute", self._before)
        event.listen(engine, "after_cursor_execute", self._after)

    def _before(self, *_: Any) -> None:
        self._began = time.perf_counter()

    def _after(self, *_: Any) -> None:
        self.taken += time.perf_counter() - self._began


def measure() -> None:
    """Fill a database of its own, measure, and leave nothing behind."""
    leads = int(os.environ.get("HUIYIN_BENCH_LEADS", "1000000"))
    folder = Path(tempfile.mkdtemp(prefix="huiyin-million-"))
    folder.chmod(0o711)
    os.environ |= {"HUIYIN_DEMO": "true", "HUIYIN_DATA": str(folder)}
    try:
        with running(folder, options=FORGETFUL | {"max_wal_size": "8GB", "shared_buffers": "1GB"}) as server:
            migrate(server.owner)
            with server.connect("huiyin") as connection:
                places = fill(connection, str(server.socket_dir), leads)
                _sizes(connection)
                _measure(server.owner, server.app, places, connection)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sizes(connection: psycopg.Connection) -> None:
    rows = connection.execute(
        "SELECT relname, reltuples::bigint, pg_total_relation_size(oid) >> 20, pg_indexes_size(oid) >> 20 FROM pg_class"
        " WHERE relname IN ('leads', 'tips', 'tip_words', 'tip_terms', 'tip_signs', 'selectors') ORDER BY 1"
    )
    for name, count, whole, indexes in rows:
        print(f"  {name:12} {count:>10} rows {whole:>6} MB, of that {indexes} MB indexes")


def _measure(owner_url: str, app_url: str, places: list[Any], connection: psycopg.Connection) -> None:
    app, owner = create_engine(app_url), create_engine(owner_url)
    ours, bare = Meter(app), Meter(owner)
    province = _actor(connection, places[0].offices[0])
    small = _actor(connection, places[min(60, len(places) - 1)].police)
    one = _actor(connection, places[3].police, places[3].verifiers[0])
    chief = _actor(connection, places[0].police, places[0].chief)
    lead = connection.execute("SELECT id FROM leads ORDER BY received_at DESC OFFSET 1000 LIMIT 1").fetchone()[0]  # type: ignore[index]
    sees = "SELECT count(*) FROM leads WHERE visible_to && %s"
    holds = f"SELECT count(*) FROM leads WHERE held_by_officer_id = %s AND {OPEN}"
    counts = [
        connection.execute(query, (value,)).fetchone()[0]  # type: ignore[index]
        for query, value in ((sees, [small.agency_id]), (holds, one.id), (holds, chief.id))
    ]
    print("the small agency sees {} leads; the officer holds {}, the chief {}".format(*counts))
    print(f"{TIMES} times each; ms")
    print(f"{'':34}{'p50':>8}{'p95':>8}{'bare p50':>10}{'ratio':>7}")

    def compare(name: str, actor: Actor, call: Callable[[Session], Any], statement: str | None, **values: Any) -> None:
        took, reference = [], []
        for _ in range(TIMES + 3):
            with Session(app) as session:
                enter(session, actor)
                ours.taken = 0
                call(session)
                took.append(ours.taken * 1000)
                session.rollback()
            if statement is not None:
                with owner.connect() as bare_connection:
                    bare.taken = 0
                    bare_connection.execute(text(statement), values).all()
                    reference.append(bare.taken * 1000)
        took, reference = sorted(took[3:]), sorted(reference[3:])
        p50, p95 = statistics.median(took), took[int(0.95 * len(took))]
        base = statistics.median(reference) if reference else 0
        ratio = f"{p50 / base:7.1f}" if base else "      -"
        print(f"{name:34}{p50:8.1f}{p95:8.1f}{base:10.1f}{ratio}", flush=True)

    page = (
        "SELECT l.*, r.name, a.name, o.name FROM leads l JOIN regions r ON r.code = l.region_code"
        " JOIN agencies a ON a.id = l.held_by_agency_id JOIN officers o ON o.id = l.held_by_officer_id"
        " WHERE l.visible_to @> ARRAY[CAST(:agency AS uuid)] {more} ORDER BY l.received_at DESC, l.id DESC LIMIT 51"
    )
    for name, actor in (("inbox, office", province), ("inbox, small agency", small)):
        compare(
            name,
            actor,
            lambda s, actor=actor: inbox.leads(s, LeadQuery(), actor),  # type: ignore[misc]
            page.format(more=""),
            agency=actor.agency_id,
        )
    compare(
        "inbox, office, due first",
        province,
        lambda s: inbox.leads(s, LeadQuery(sort=LeadSort.due_first), province),
        page.replace("received_at DESC, l.id DESC", "clock_due_at, l.id").format(more="AND clock_due_at IS NOT NULL"),
        agency=province.agency_id,
    )
    for name, actor in (("inbox, one officer's own", one), ("inbox, a chief's own", chief)):
        compare(
            name,
            actor,
            lambda s, actor=actor: inbox.leads(s, LeadQuery(officer="me"), actor),  # type: ignore[misc]
            page.format(more=f"AND l.held_by_officer_id = :me AND {OPEN}"),
            agency=actor.agency_id,
            me=actor.id,
        )
    for name, actor in (("counts, office", province), ("counts, small agency", small)):
        compare(name, actor, lambda s, actor=actor: counts_of(s, actor), None)  # type: ignore[misc]
    answering = "JOIN agencies a ON a.id = p.agency_id JOIN officers o ON o.id = p.officer_id"
    parts = (
        "tips p JOIN channels c ON c.id = p.channel_id JOIN regions r ON r.code = p.region_code WHERE p.lead_id = l.id",
        "subjects p JOIN tips t ON t.id = p.tip_id WHERE t.lead_id = l.id",
        *(f"{table} p {answering} WHERE p.matter_id = l.id" for table in ("assignments", "clocks")),
        *(f"{table} p WHERE p.matter_id = l.id" for table in ("exclusions", "pending_moves")),
        *(f"{table} p WHERE p.lead_id = l.id" for table in ("conclusions", "overlays", "assessments", "checklists")),
    )
    columns = ", ".join(f"(SELECT jsonb_agg(to_jsonb(p)) FROM {part})" for part in parts)
    whole = f"SELECT l.*, {columns} FROM leads l WHERE l.id = :id"
    compare(
        "a lead's page",
        province,
        lambda s: views.lead(s, lead, province),
        whole,
        id=lead,
    )
    told = (
        "SELECT l.* FROM tip_words w JOIN leads l ON l.id = w.lead_id WHERE w.words @@ CAST(:q AS tsquery)"
        " ORDER BY w.tip_id DESC LIMIT 51"
    )
    for name, actor, query in (
        ("search, rare word", province, RARE),
        ("search, a person's name", province, "赵伟强"),
        ("search, common word", province, "收取"),
        ("search, two common words", province, "高利贷 录音"),
        ("search, phrase", province, '"向摊主收取卫生费"'),
        ("search, word in 1 of 14", province, "采石场"),
        ("search, small agency", small, "卫生费"),
        ("search, unknown word", province, "沙漠骆驼"),
        ("search, common word, filtered", province, "收取"),
    ):
        asked = SearchQuery(q=query, state=[State.verifying] if "filtered" in name else [])
        compare(
            name,
            actor,
            lambda s, actor=actor, asked=asked: search.search(s, asked, actor),  # type: ignore[misc]
            told,
            q=search.understand(query).tsquery(),
        )
    _proposals(owner, bare)


def _proposals(owner: Engine, bare: Meter) -> None:
    """What arrival does once the tip is written: look for tips like it, and write the proposals."""
    took, found = [], []
    with owner.connect() as connection:
        tips = connection.execute(
            text(
                "SELECT tip_id FROM tip_signs WHERE tip_id > uuidv7(interval '-60 days')"
                " ORDER BY md5(tip_id::text) LIMIT 43"
            )
        ).scalars()
        for tip in list(tips):
            bare.taken = 0
            found.append(len(connection.execute(text("SELECT * FROM propose_links(:tip)"), {"tip": tip}).all()))
            took.append(bare.taken * 1000)
            connection.rollback()
    took = sorted(took[3:])
    print(f"{'proposals for a new tip':34}{statistics.median(took):8.1f}{took[int(0.95 * len(took))]:8.1f}")
    print(f"links found a tip: {statistics.mean(found):.2f}")


def _actor(connection: psycopg.Connection, agency: Any, officer: Any = None) -> Actor:
    row = connection.execute(
        "SELECT o.id, o.name, a.path FROM officers o JOIN agencies a ON a.id = o.agency_id"
        " WHERE a.id = %s AND o.id = coalesce(%s, a.head_id)",
        (agency, officer),
    ).fetchone()
    assert row is not None
    roles = (Role.intake, Role.verifier, Role.reviewer)
    return Actor(ActorKind.officer, row[0], row[1], agency, tuple(row[2]), roles, permissions_of(list(roles)))
