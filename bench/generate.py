"""A database of leads and tips for measurements, written through COPY by as many processes as there are cores.

Invented sentences about invented people; what is true is the shape: a few counties have most leads, most leads are
closed, most have one tip, a tip has two to seven sentences, and each names its own place, person and number.
The index rows are what `leads.search` and `leads.similarity` make, put together from sentences cut once.
"""

import math
import os
import random
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import Process

import psycopg

from bench.sentences import Texts
from huiyin.kit.crypto.blind import number
from huiyin.kit.crypto.vault import encrypt_json
from huiyin.tips.record.content import content_aad, new_tip_key

STATES = ["closed"] * 70 + ["merged"] * 6 + ["declined"] * 6 + ["transferred"] * 3 + ["received"] * 2 + ["screened"]
STATES += (
    ["registered", "dispatched", "acknowledged"]
    + ["verifying"] * 5
    + ["concluded", "in_review", "approved", "answered"]
)
DONE = {"closed", "merged", "declined", "transferred"}
YEARS = 4
TIPS_A_LEAD = 2.0
SKEW = 0.7
LEADS_A_VERIFIER = 40


@dataclass(frozen=True)
class Place:
    """A county's office and police, with who stands above."""

    region: str
    path: list[str]
    offices: list[uuid.UUID]
    police: uuid.UUID
    officer: uuid.UUID
    chief: uuid.UUID
    verifiers: list[uuid.UUID]
    channel: uuid.UUID


def uuid7(moment: datetime, chance: random.Random) -> uuid.UUID:
    """As PostgreSQL makes them, for a time in the past."""
    milliseconds = int(moment.timestamp() * 1000)
    return uuid.UUID(int=milliseconds << 80 | 7 << 76 | chance.getrandbits(12) << 64 | 2 << 62 | chance.getrandbits(62))


Made = tuple[uuid.UUID, list[uuid.UUID], uuid.UUID]
"""An agency, its path and its head."""


def array(values: list[object]) -> str:
    return "{" + ",".join(str(value) for value in values) + "}"


TABLES = {
    "matters": "id, kind, number, is_open, open_since, visible_to, hidden_from, held_by_agency_id, held_by_officer_id",
    "leads": "id, number, state, is_open, state_since, nature, sector, conduct, region_code, region_path, received_at,"
    " tip_count, visible_to, desk_agencies, handler_agency_id, held_by_agency_id, held_by_officer_id, clock_rule,"
    " clock_due_at,"
    " kek_version, suite",
    "tips": "id, lead_id, channel_id, region_code, conduct, occurred_kind, received_at, content, wrapped_key,"
    " kek_version, suite",
    "tip_words": "tip_id, lead_id, visible_to, hidden_from, way, stretch, words",
    "tip_terms": "term, tip_id, weight",
    "tip_signs": "tip_id, weight, cities, counties",
    "selectors": "hash, tip_id, kind",
    "assignments": "matter_id, agency_id, officer_id, role, from_at, to_at",
    "clocks": "matter_id, rule, rule_version, basis, agency_id, officer_id, started_at, due_at, stopped_at",
}


def write(socket: str, places: list[Place], first: int, last: int, seed: int) -> None:
    """The leads from the first to the last, in order of time."""
    chance = random.Random(seed)
    texts = Texts(chance)
    begin = datetime.now(UTC) - timedelta(days=365 * YEARS)
    with psycopg.connect(host=socket, user="postgres", dbname="huiyin", autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        for start in range(first, last, 5000):
            rows: dict[str, list[str]] = {table: [] for table in TABLES}
            for index in range(start, min(last, start + 5000)):
                moment = begin + timedelta(days=365 * YEARS) * (index / TOTAL[0])
                for table, row in _lead(index, moment, places, texts, chance):
                    rows[table].append("\t".join(row))
            for table, lines in rows.items():
                with connection.cursor().copy(f"COPY {table} ({TABLES[table]}) FROM STDIN") as copy:
                    copy.write("\n".join(lines) + "\n")


TOTAL = [1]


def _lead(
    index: int, moment: datetime, places: list[Place], texts: Texts, chance: random.Random
) -> Iterator[tuple[str, list[str]]]:
    place = places[min(len(places) - 1, int(chance.paretovariate(SKEW)) - 1)]
    state = chance.choice(STATES)
    lead = str(uuid7(moment, chance))
    taken = state not in {"received", "screened", "registered", "declined", "transferred"}
    visible = array([*place.offices, *([place.police] if taken else [])])
    holder, officer = (place.police, place.chief) if taken else (place.offices[-1], place.officer)
    if state == "verifying":
        officer = chance.choice(place.verifiers)
    at, due = moment.isoformat(), (moment + timedelta(days=chance.randrange(3, 60))).isoformat()
    tips = 1 if chance.random() < 0.52 else 2 + int(chance.expovariate(0.65))
    conduct = chance.choice(["protection_money", "forced_trade", "market_lording", "village_tyranny", "bid_rigging"])
    running = state not in DONE
    yield (
        "matters",
        [lead, "lead", f"2026-{index:06d}", str(running), at, visible, "{}", str(holder), str(officer)],
    )
    yield (
        "leads",
        [
            lead,
            f"2026-{index:06d}",
            state,
            str(running),
            at,
            "malign",
            "markets",
            conduct,
            place.region,
            array(list(place.path)),
            at,
            str(tips),
            visible,
            array(list(place.offices)),
            str(place.police) if taken else "\\N",
            str(holder),
            str(officer),
            "conclude" if running else "\\N",
            due if running else "\\N",
            "1",
            "aes-256-gcm",
        ],
    )
    yield "assignments", [lead, str(holder), str(officer), "chief", at, "\\N" if running else due]
    yield "clocks", [lead, "conclude", "1", "x", str(holder), str(officer), at, due, "\\N" if running else due]
    told, name, spot = texts.matter()
    for repeat in range(tips):
        if repeat and chance.random() < 0.7:
            other, _, _ = texts.tip()
            told = f"{spot}，为首的叫{name}，" + other.split("，", 2)[2]
        elif repeat:
            told, _, _ = texts.tip()
        stretch = str(int(index * TIPS_A_LEAD) >> 14)
        yield from _tip(lead, moment + timedelta(seconds=repeat), told, place, visible, conduct, stretch, texts, chance)


def _tip(
    lead: str,
    moment: datetime,
    told: str,
    place: Place,
    visible: str,
    conduct: str,
    stretch: str,
    texts: Texts,
    chance: random.Random,
) -> Iterator[tuple[str, list[str]]]:
    id_ = uuid7(moment, chance)
    tip, key = str(id_), new_tip_key(id_)
    content = encrypt_json(key.plain, {"title": None, "narrative": told, "place": None, "when": None}, content_aad(id_))
    at = moment.isoformat()
    yield (
        "tips",
        [
            tip,
            lead,
            str(place.channel),
            place.region,
            conduct,
            "unknown",
            at,
            f"\\\\x{content.hex()}",
            f"\\\\x{key.wrapped.hex()}",
            "1",
            "aes-256-gcm",
        ],
    )
    yield "tip_words", [tip, lead, visible, "{}", "1", stretch, texts.document(told)]
    its = texts.terms(told)
    yield "tip_signs", [tip, str(sum(weight * weight for _, weight in its)), "{}", "{}"]
    for term, weight in its:
        yield "tip_terms", [str(term), tip, str(weight)]
    if "电话" in told:
        yield "selectors", [str(number("selector/phone", told.split("电话")[1][:11])), tip, "phone"]


def fill(connection: psycopg.Connection, socket: str, leads: int) -> list[Place]:
    """Write so many leads, with all that belongs to them, and what the planner wants to know. Returns the places."""
    places = _registers(connection, leads)
    print("leads by county, the first ten:", [round(1 - (k + 1) ** -SKEW, 2) for k in range(1, 11)], "cumulated")
    indexes = _drop_indexes(connection)
    TOTAL[0] = leads
    began = time.monotonic()
    cores = os.cpu_count() or 2
    step = math.ceil(leads / cores)
    works = [
        Process(target=write, args=(socket, places, k * step, min(leads, (k + 1) * step), k)) for k in range(cores)
    ]
    for work in works:
        work.start()
    for work in works:
        work.join()
        if work.exitcode:
            raise RuntimeError("a writer failed")
    print(f"rows written in {time.monotonic() - began:.0f} s", flush=True)
    connection.execute("SET maintenance_work_mem = '1GB'")
    for statement in indexes:
        connection.execute(statement)
    connection.execute(f"SELECT setval('tip_words_arrival', {int(leads * TIPS_A_LEAD)})")
    connection.execute("VACUUM ANALYZE")
    print(f"filled in {time.monotonic() - began:.0f} s", flush=True)
    return places


def _registers(connection: psycopg.Connection, leads: int) -> list[Place]:
    counties = connection.execute(
        "SELECT code, path FROM regions WHERE code LIKE '43%' AND level = 'county' ORDER BY code"
    ).fetchall()
    chance = random.Random(1)
    chance.shuffle(counties)
    made: dict[str, Made] = {}

    def hire(agency: uuid.UUID) -> uuid.UUID:
        officer = uuid.uuid4()
        connection.execute(
            "INSERT INTO officers (id, agency_id, login, name, roles, password_hash) VALUES (%s, %s, %s, %s, %s, 'x')",
            (officer, agency, f"o{officer.hex[:12]}", "测试", ["intake", "verifier", "reviewer"]),
        )
        return officer

    def agency(name: str, kind: str, region: str, above: list[uuid.UUID]) -> Made:
        id_ = uuid.uuid4()
        connection.execute(
            "INSERT INTO agencies (id, name, kind, region_code, parent_id, path) VALUES (%s, %s, %s, %s, %s, %s)",
            (id_, name, kind, region, above[-1] if above else None, [*above, id_]),
        )
        officer = hire(id_)
        connection.execute("UPDATE agencies SET head_id = %s WHERE id = %s", (officer, id_))
        return id_, [*above, id_], officer

    places: list[Place] = []
    made["430000"] = agency("省扫黑办", "office", "430000", [])
    channel = uuid.uuid4()
    connection.execute(
        "INSERT INTO channels (id, kind, name, region_code, agency_id, held_by_agency_id, state)"
        " VALUES (%s, 'web', '网上', '430000', %s, %s, 'published')",
        (channel, made["430000"][0], made["430000"][0]),
    )
    for code, path in counties:
        for above in path[1:-1]:
            made.setdefault(
                above, agency(f"{above}扫黑办", "office", above, made["430000"][1])
            ) if above not in made else None
        office = agency(f"{code}扫黑办", "office", code, made[path[-2]][1])
        police = agency(f"{code}公安局", "police", code, [])
        verifying = leads * STATES.count("verifying") / len(STATES) * _share(len(places), len(counties))
        verifiers = [hire(police[0]) for _ in range(max(1, round(verifying / LEADS_A_VERIFIER)))]
        places.append(Place(code, path, office[1], police[0], office[2], police[2], verifiers, channel))
    return places


def _share(place: int, places: int) -> float:
    """How much of all leads a county has: Pareto's distribution, its tail on the last county."""
    tail = math.pow(place + 1, -SKEW)
    return tail if place == places - 1 else tail - math.pow(place + 2, -SKEW)


def _drop_indexes(connection: psycopg.Connection) -> list[str]:
    """Indexes are built once at the end. Returns the statements that build them."""
    rows = connection.execute(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i"
        " WHERE i.indrelid = ANY(%s::regclass[])"
        " AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)",
        (list(TABLES),),
    ).fetchall()
    again = []
    for name, definition in rows:
        connection.execute(f"DROP INDEX {name}")
        again.append(definition)
    keyed = connection.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = ANY(%s::regclass[]) AND (contype = 'x' OR conname = 'pk_tip_terms')",
        (list(TABLES),),
    ).fetchall()
    for table, name, definition in keyed:
        connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        again.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
    return again
