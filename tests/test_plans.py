"""Plans: nothing that officers do all day reads a large table from end to end.

The tables are small here, so the planner is told that they are not (`pg_class`), and that what it reads once is dear.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from huiyin.leads.matching.search import understand
from tests.client import Client
from tests.database import as_owner
from tests.factories.house import House, Lead

LARGE = (
    "leads",
    "tips",
    "tip_words",
    "tip_terms",
    "tip_signs",
    "selectors",
    "link_proposals",
    "events",
    "assignments",
    "clocks",
    "subjects",
    "messages",
    "move_inputs",
    "conclusions",
    "overlays",
)


@pytest.fixture
def large(house: House) -> House:
    """A house whose tables the planner takes for large ones."""
    for number in range(3):
        house.file(narrative=f"第{number}次到建材市场收卫生费", subjects=[])
    with as_owner(house.connection):
        for table in LARGE:
            house.connection.execute(text(f"ANALYZE {table}"))
        house.connection.execute(
            text("UPDATE pg_class SET reltuples = 2000000, relpages = 100000 WHERE relname = ANY(:names)"),
            {"names": list(LARGE)},
        )
        house.connection.execute(text("SET LOCAL enable_seqscan = off"))
    return house


def scanned(plan: Any) -> Iterator[str]:
    """The tables that a plan reads from end to end."""
    if isinstance(plan, dict):
        if plan.get("Node Type") == "Seq Scan":
            yield plan["Relation Name"]
        for part in plan.values():
            yield from scanned(part)
    elif isinstance(plan, list):
        for part in plan:
            yield from scanned(part)


def plans(house: House, client: Client, path: str, **params: Any) -> list[tuple[str, Any]]:
    """Every SELECT of a request that touches a large table, with its plan under the asker's own policies."""
    statements: list[tuple[str, Any]] = []

    def note(_c: Any, _cur: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")) and any(f" {table}" in statement for table in LARGE):
            statements.append((statement, parameters))

    engine: Engine = house.connection.engine
    event.listen(engine, "before_cursor_execute", note)
    answer = client.get(path, **params)
    event.remove(engine, "before_cursor_execute", note)
    assert answer.status_code == 200, answer.text
    assert statements
    found = []
    for statement, parameters in statements:
        row = house.connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
        found.append((statement, row if isinstance(row, list) else json.loads(row)))
    return found


@pytest.fixture
def lead(large: House) -> Lead:
    return large.file(narrative="又到建材市场收卫生费", subjects=[])


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/api/v1/leads", {}),
        ("/api/v1/leads", {"sort": "due_at"}),
        ("/api/v1/leads", {"officer": "me"}),
        ("/api/v1/leads", {"sector": "markets"}),
        ("/api/v1/leads", {"external_ref": "T-1"}),
        ("/api/v1/leads", {"overlay": ["supervised", "listed"], "open": True}),
        ("/api/v1/leads/counts", {}),
        ("/api/v1/leads/search", {"q": "卫生费"}),
        ("/api/v1/leads/search", {"q": '"建材市场"', "state": "received"}),
    ],
    ids=str,
)
@pytest.mark.parametrize("who", [("city", "intake"), ("district", "chief")], ids=lambda who: who[0])
def test_a_list_reads_no_large_table_from_end_to_end(
    large: House, who: tuple[str, str], path: str, params: dict[str, Any]
):
    for statement, plan in plans(large, large.signed_in(*who), path, **params):
        assert not set(scanned(plan)) & set(LARGE), statement


@pytest.mark.parametrize("page", ["", "/timeline", "/links", "/graph"])
def test_a_leads_page_reads_no_large_table_from_end_to_end(large: House, lead: Lead, page: str):
    for statement, plan in plans(large, large.signed_in("city", "intake"), lead.url + page):
        assert not set(scanned(plan)) & set(LARGE), statement


# What the functions do inside stands in no plan of their callers, so their statements are read as the owner.
INSIDE = {
    "candidates by a word in one stretch": "SELECT tip_id FROM tip_words WHERE stretch = 3"
    " AND visible_to && CAST(:agencies AS uuid[]) AND words @@ CAST(:q AS tsquery) ORDER BY tip_id DESC LIMIT 1000",
    "words of a few leads": "SELECT words FROM tip_words WHERE lead_id = ANY(CAST(:agencies AS uuid[]))",
    "candidates by a rare word": "SELECT tip_id FROM tip_words WHERE visible_to && CAST(:agencies AS uuid[])"
    " AND words @@ CAST(:q AS tsquery) ORDER BY tip_id DESC LIMIT 1000",
    "the newest tips": "SELECT words FROM tip_words ORDER BY tip_id DESC LIMIT 2000",
    "tips with a term": "SELECT tip_id FROM tip_terms WHERE term = 1 ORDER BY tip_id DESC LIMIT 200",
    "tips with a selector": "SELECT tip_id FROM selectors WHERE hash = 1 ORDER BY tip_id DESC LIMIT 10",
    "links of a lead": "SELECT id FROM link_proposals WHERE lead_a = CAST(:id AS uuid) OR lead_b = CAST(:id AS uuid)",
}


@pytest.mark.parametrize("name", INSIDE)
def test_search_and_proposals_read_no_large_table_from_end_to_end(large: House, name: str):
    values = {
        "agencies": [large.agencies["city"].id],
        "q": understand("卫生费").tsquery(),
        "id": large.agencies["city"].id,
    }
    with as_owner(large.connection):
        statement = text(f"EXPLAIN (FORMAT JSON) {INSIDE[name]}")
        plan = large.connection.execute(statement, {k: v for k, v in values.items() if f":{k}" in INSIDE[name]})
        assert not set(scanned(plan.scalar_one())), name
