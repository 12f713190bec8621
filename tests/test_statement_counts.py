"""The number of SQL statements of a page does not grow with what is on it."""

import weakref
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import Connection

from tests.client import Client
from tests.database import statements_of
from tests.factories.agencies import make_agency
from tests.factories.channels import make_channel
from tests.factories.closed import close, exonerate, in_days
from tests.factories.house import House, Lead
from tests.factories.identities import DeskKey, asked, file_with_identity, publish_key
from tests.factories.officers import Officer, make_officer
from tests.factories.reporting.sealed import AgencyKey, file_sealed, publish_sealed_key
from tests.factories.secondments import second
from tests.factories.tips import tip_body
from tests.security.test_routes import api_routes, name_of

keys: weakref.WeakKeyDictionary[Connection, DeskKey] = weakref.WeakKeyDictionary()
sealed_keys: weakref.WeakKeyDictionary[Connection, AgencyKey] = weakref.WeakKeyDictionary()
CONDUCTS = ("sheltering", "dereliction", "extortion", "illegal_mining")  # of one day and conduct is one row


def desk_key(house: House) -> DeskKey:
    """The desk's one key of this test."""
    if house.connection not in keys:
        keys[house.connection] = publish_key(house)
    return keys[house.connection]


def sealed_key(house: House) -> AgencyKey:
    """The discipline agency's one key of this test."""
    if house.connection not in sealed_keys:
        sealed_keys[house.connection] = publish_sealed_key(house)
    return sealed_keys[house.connection]


def more(house: House) -> None:
    """One more of everything."""
    number = house.value("SELECT count(*) FROM agencies")
    agency = make_agency(house.connection, f"单位{number}", "township", "430104")
    make_officer(house.connection, agency, "verifier")
    make_channel(house.connection, agency, "hotline", "电话")
    house.sql("INSERT INTO system_accounts (agency_id, name) VALUES (:id, '系统')", id=agency.id)
    house.sql(
        "INSERT INTO api_tokens (account_id, token_hash, scopes, channel_ids, issued_by, answered_by, expires_at)"
        " SELECT min(id::text)::uuid, sha256(uuid_send(uuidv7())), '{tips:create}', '{}', :me, :me, now()"
        " FROM system_accounts",
        me=house.officer("city", "admin").id,
    )
    house.signed_in("city", "intake").post("/api/v1/saved-views", {"name": f"视图{number}", "filter": {}})
    surge = {"until_at": (datetime.now(UTC) + timedelta(hours=1)).isoformat(), "reason": "x"}
    house.signed_in("city", "leader").post("/api/v1/form-surges", surge)
    second(house, make_officer(house.connection, agency, "verifier"), roles=["verifier"])
    house.sql(
        "INSERT INTO look_back_draws (month, seed, population, population_digest, drawn)"
        " SELECT CAST('2000-01-01' AS date) + make_interval(months => CAST(count(*) AS int)), decode(repeat('00', 32),"
        " 'hex'), 1, decode('', 'hex'), '{}' FROM look_back_draws"
    )
    house.sql(
        "INSERT INTO clock_rules (code, version, amount, unit, basis, effective_from)"
        " SELECT code, max(version) + 1, 3, 'hours', 'x', now() FROM clock_rules GROUP BY code"
    )
    house.sql(
        "INSERT INTO retention_rules (code, version, months, basis, effective_from)"
        " SELECT code, max(version) + 1, 12, 'x', now() FROM retention_rules GROUP BY code"
    )
    house.sql(
        "INSERT INTO checklist_templates (conduct, version, items) SELECT conduct, max(version) + 1, '[]'"
        " FROM checklist_templates GROUP BY conduct"
    )
    house.sql(
        "INSERT INTO working_years SELECT 2090 + count(*), '{}', '{}', 'x', :officer FROM working_years",
        officer=house.officer("city", "intake").id,
    )
    file_sealed(house, sealed_key(house), conduct=CONDUCTS[number % len(CONDUCTS)])
    asked(house, file_with_identity(house, desk_key(house))).decide("province", "leader")
    name_custodian(house, make_officer(house.connection, agency, "verifier"))
    me = house.officer("city", "intake").id
    house.sql(
        "INSERT INTO sessions (officer_id, token_hash, expires_at)"
        " VALUES (:me, sha256(uuid_send(uuidv7())), now() + interval '1 hour')",
        me=me,
    )
    house.sql(
        "INSERT INTO passkeys (officer_id, credential_id, public_key, sign_count, name)"
        " VALUES (:me, uuid_send(uuidv7()), '', 0, '电脑')",
        me=me,
    )
    exonerate(house, close(house))
    taken = {"kind": "inbox", "format": "csv", "purpose": "x", "filter": {}}
    assert house.signed_in("city", "reviewer").post("/api/v1/exports", taken).status_code == 201
    lead = house.lead("verifying", subjects=[{"kind": "person", "name": "甲"}, {"kind": "person", "name": "乙"}])
    house.sql("SELECT job_item_failed('tend_attachments', uuidv7()::text, 'OSError')")
    note = {"text": "请看", "mention_ids": [str(house.officer("city", "reviewer").id)]}
    assert house.signed_in("city", "intake").post(f"{lead.url}/notes", note).status_code == 201
    house.sql(
        "INSERT INTO look_back_samples (month, lead_id, agency_id) SELECT max(month), :lead, :agency"
        " FROM look_back_draws",
        lead=lead.id,
        agency=house.agencies["city"].id,
    )


def tokens_of(house: House) -> str:
    first = house.value("SELECT min(id::text) FROM system_accounts")
    return f"/api/v1/system-accounts/{first}/tokens"


def key_id(house: House) -> str:
    desk_key(house)
    items = house.signed_in("city", "identity_desk").get("/api/v1/key-shares").json()["items"]
    return str(items[0]["key_id"])


def name_custodian(house: House, officer: Officer) -> None:
    """Somebody else keeps the first share of the desk's key now."""
    desk = house.signed_in("city", "identity_desk")
    url = f"/api/v1/key-shares/{key_id(house)}"
    held = desk.get("/api/v1/key-shares").json()["items"][0]["shares"][0]["custody"]
    body = {"officer_id": str(officer.id), "replaces": held and held["id"]}
    assert desk.request("PUT", f"{url}/1/custodian", json=body).status_code == 200


LISTS: dict[str, Callable[[House], tuple[Client, str]]] = {
    "/api/v1/leads": lambda house: (house.signed_in("city", "intake"), "/api/v1/leads?limit=200"),
    "/api/v1/me/sessions": lambda house: (house.signed_in("city", "intake"), "/api/v1/me/sessions"),
    "/api/v1/me/sign-in": lambda house: (house.signed_in("city", "intake"), "/api/v1/me/sign-in"),
    "/api/v1/agencies": lambda house: (house.signed_in("city", "intake"), "/api/v1/agencies?limit=200"),
    "/api/v1/officers": lambda house: (house.signed_in("city", "intake"), "/api/v1/officers?limit=200"),
    "/api/v1/channels": lambda house: (house.signed_in("city", "intake"), "/api/v1/channels?limit=200"),
    "/api/v1/system-accounts": lambda house: (house.signed_in("city", "admin"), "/api/v1/system-accounts"),
    "/api/v1/system-accounts/{account_id}/tokens": lambda house: (house.signed_in("city", "admin"), tokens_of(house)),
    "/api/v1/leads/counts": lambda house: (house.signed_in("city", "intake"), "/api/v1/leads/counts"),
    "/api/v1/leads/search": lambda house: (house.signed_in("city", "intake"), "/api/v1/leads/search?q=市场"),
    "/api/v1/saved-views": lambda house: (house.signed_in("city", "intake"), "/api/v1/saved-views"),
    "/api/v1/secondments": lambda house: (house.signed_in("city", "admin"), "/api/v1/secondments?limit=200"),
    "/api/v1/me/mentions": lambda house: (house.signed_in("city", "reviewer"), "/api/v1/me/mentions?limit=200"),
    "/api/v1/look-back-draws": lambda house: (
        house.signed_in("city", "reviewer"),
        "/api/v1/look-back-draws?limit=200",
    ),
    "/api/v1/me/notices": lambda house: (house.signed_in("district", "chief"), "/api/v1/me/notices?limit=200"),
    "/api/v1/retention/upcoming": lambda house: (
        house.signed_in("city", "reviewer"),
        "/api/v1/retention/upcoming?days=3000&limit=200",
    ),
    "/api/v1/exports": lambda house: (house.signed_in("city", "auditor"), "/api/v1/exports?limit=200"),
    "/api/v1/retention-rules": lambda house: (house.signed_in("city", "admin"), "/api/v1/retention-rules"),
    "/api/v1/failed-jobs": lambda house: (house.signed_in("city", "admin"), "/api/v1/failed-jobs"),
    "/api/v1/clock-rules": lambda house: (house.signed_in("city", "admin"), "/api/v1/clock-rules"),
    "/api/v1/working-years": lambda house: (house.signed_in("city", "admin"), "/api/v1/working-years"),
    "/api/v1/checklist-templates": lambda house: (house.signed_in("city", "admin"), "/api/v1/checklist-templates"),
    "/api/v1/identity-openings": lambda house: (
        house.signed_in("city", "auditor"),
        "/api/v1/identity-openings?limit=200",
    ),
    "/api/v1/identity-desk/openings": lambda house: (
        house.signed_in("city", "identity_desk"),
        "/api/v1/identity-desk/openings",
    ),
    "/api/v1/identity-keys/{version}/envelopes": lambda house: (
        house.signed_in("city", "identity_desk"),
        "/api/v1/identity-keys/1/envelopes",
    ),
    "/api/v1/key-shares/{key_id}/events": lambda house: (
        house.signed_in("city", "auditor"),
        f"/api/v1/key-shares/{key_id(house)}/events?limit=200",
    ),
    "/api/v1/form-surges": lambda house: (house.signed_in("city", "leader"), "/api/v1/form-surges"),
    "/api/v1/sealed-tips": lambda house: (house.signed_in("city", "intake"), "/api/v1/sealed-tips?limit=200"),
    "/api/v1/sealed-keys/{key_id}/envelopes": lambda house: (
        house.signed_in("discipline", "chief"),
        f"/api/v1/sealed-keys/{sealed_key(house).id}/envelopes",
    ),
    "/api/v1/public/channels": lambda house: (house.connect(), "/api/v1/public/channels?region=430104"),
    "/api/v1/public/agencies": lambda house: (house.connect(), "/api/v1/public/agencies?region=430104"),
    "/api/v1/public/regions": lambda house: (house.connect(), "/api/v1/public/regions?parent=430100"),
    "/api/v1/taxonomies": lambda house: (house.connect(), "/api/v1/taxonomies"),
}
# Of a fixed length here, or counted.
SHOW_NO_MORE = {"/api/v1/taxonomies", "/api/v1/public/regions", "/api/v1/leads/counts"}
OF_A_LEAD = {"/api/v1/leads/{lead_id}", "/api/v1/leads/{lead_id}/timeline", "/api/v1/leads/{lead_id}/messages"}
WORK_ON_A_LEAD = {
    f"/api/v1/leads/{{lead_id}}/{part}" for part in ("notes", "overlays", "checklist", "identity", "retention")
}
SINGLE = {"/api/v1/me", "/api/v1/channels/{channel_id}", "/api/v1/saved-views/{view_id}"}
# A handful of keys, each with a count of its own that stops at a thousand.
CHALLENGE = {"/api/v1/public/challenge"}
KEYS = {f"/api/v1/{path}" for path in ("identity-keys", "public/identity-key", "sealed-keys", "public/sealed-keys")} | {
    # Five shares of each, read together.
    "/api/v1/key-shares",
    "/api/v1/me/key-shares",
}
# A list of verbs that reads no rows, and a stream that stays open.
WITHOUT_ROWS = {"/api/v1/leads/bulk", "/api/v1/live", "/api/v1/sessions/options"} | {
    f"/api/v1/sessions/oidc{part}" for part in ("", "/callback")
}
ANSWERED_BY_ONE_ROW = {
    "/api/v1/leads/{lead_id}/attachments/{attachment_id}",  # a file; the tip lists them
    "/api/v1/leads/{lead_id}/responsible",
    "/api/v1/exports/{export_id}/dossier",  # one lead, as its page
}
LINKS = {f"/api/v1/leads/{{lead_id}}/{part}" for part in ("links", "graph")}


# Each answers with one checkpoint, proof or tile; keys list the few witnesses in one statement.
LOG = {
    f"/api/v1/log/{part}"
    for part in ("checkpoint", "keys", "proof/inclusion", "proof/consistency", "tile/{level}/{number:path}")
}


def test_every_route_that_reads_is_counted_here(service: FastAPI):
    routes = api_routes(list(service.routes))
    reading = {name_of(route) for route in routes if "GET" in (route.methods or ()) and "/api/" in route.path}
    assert (
        reading - {"/api/v1/exports/{export_id}/file"}
        == set(LISTS)
        | OF_A_LEAD
        | WORK_ON_A_LEAD
        | SINGLE
        | WITHOUT_ROWS
        | KEYS
        | ANSWERED_BY_ONE_ROW
        | LINKS
        | LOG
        | CHALLENGE
    )


def test_every_list_takes_as_many_statements_for_many_rows_as_for_one(house: House):
    """One test for all lists: making one more of everything is what takes long."""
    more(house)
    asked = {path: ask(house) for path, ask in LISTS.items()}
    few = {path: _statements(house, *request) for path, request in asked.items()}
    more(house)
    more(house)
    many = {path: _statements(house, *request) for path, request in asked.items()}
    grown = {path: (few[path][0], many[path][0]) for path in LISTS if few[path][0] != many[path][0]}
    assert grown == {}, "statements for few rows, and for many"
    assert {path: count for path, (count, _) in many.items() if count >= 20} == {}
    assert {path for path in LISTS if many[path][1] <= few[path][1]} == SHOW_NO_MORE, "there was more to show"


def _statements(house: House, client: Client, url: str) -> tuple[int, int]:
    """How many statements a request takes, and how long its answer is."""
    with statements_of(house.connection) as statements:
        answer = client.request("GET", url)
    assert answer.status_code == 200, (url, answer.text)
    return len(statements), len(answer.content)


@pytest.mark.parametrize("page", ["", "/timeline", "/messages"])
def test_page_of_a_lead_takes_as_many_statements_for_many_tips_as_for_one(house: House, page: str):
    """Tips with subjects, messages, assignments, clocks and events."""
    lead = house.lead("verifying")
    intake = house.signed_in("city", "intake")
    intake.post(f"{lead.url}/messages", {"text": "何时？"})
    counts = []
    for _ in range(2):
        with statements_of(house.connection) as statements:
            answer = intake.get(lead.url + page)
        assert answer.status_code == 200
        counts.append((len(statements), len(answer.content)))
        for index in range(3):
            body = tip_body(
                channel_id=str(house.channels["hotline"]),
                subjects=[{"kind": "person", "name": f"甲{index}"}, {"kind": "organisation", "name": "某公司"}],
            )
            made = intake.post("/api/v1/tips", body).json()
            merge = {"target_lead_id": str(lead.id), "reason": "重复"}
            done = intake.post(f"/api/v1/leads/{made['lead_id']}/merge", merge, {"If-Match": '"v1"'})
            assert done.status_code == 200, done.text
            asked = intake.post(f"{lead.url}/messages", {"text": "何处？", "tip_id": made["tip_id"]})
            assert asked.status_code == 201
        house.act(lead, "conclude", "district", "verifier")
        house.act(lead, "send_back", "district", "chief")
    assert counts[0][1] < counts[1][1], "there was more to show"
    # The finding's own row is read only where there is a finding.
    assert counts[1][0] - counts[0][0] <= (1 if page == "" else 0)
    assert counts[1][0] < 40


@pytest.mark.parametrize("page", ["", "/notes", "/overlays", "/checklist"])
def test_work_on_a_lead_takes_as_many_statements_for_much_as_for_little(house: House, page: str):
    """Notes with mentions, overlays, ticks and sessions."""
    lead = house.lead("verifying")
    reviewer, verifier = house.signed_in("city", "reviewer"), house.signed_in("district", "verifier")
    counts: list[int] = []
    for code, kind in (("scene_visited", "supervised"), ("witnesses_heard", "raised")):
        mention_ids = [str(house.officer("city", role).id) for role in ("intake", "dispatcher")]
        for _ in counts or [0]:
            assert reviewer.post(f"{lead.url}/notes", {"text": "x", "mention_ids": mention_ids}).status_code == 201
        assert reviewer.post(f"{lead.url}/overlays", {"kind": kind, "reason": "x"}).status_code == 201
        ticks = {"items": [{"code": code, "done": True, "note": "x"}]}
        etag = {"If-Match": f'"v{len(counts) + 1}"'}
        assert verifier.put(f"{lead.url}/checklist", ticks, etag).status_code == 200
        with statements_of(house.connection) as statements:
            assert reviewer.get(lead.url + page).status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert counts[0] < 40


@pytest.mark.parametrize("page", ["/links", "/graph"])
def test_links_of_a_lead_take_as_many_statements_for_many_as_for_one(house: House, page: str):
    def alike() -> Lead:
        return house.file(narrative="收保护费的人用电话 13800138000 联系摊主")

    lead, intake = alike(), house.signed_in("city", "intake")
    alike()
    counts: list[tuple[int, int]] = []
    for _ in range(2):
        with statements_of(house.connection) as statements:
            answer = intake.get(lead.url + page)
        assert answer.status_code == 200
        counts.append((len(statements), len(answer.content)))
        alike()
        alike()
    assert counts[0][0] == counts[1][0]
    assert counts[1][1] > counts[0][1], "there was more to show"


def test_sheet_takes_as_many_statements_for_many_leads_as_for_one(house: House):
    reviewer = house.signed_in("city", "reviewer")
    counts: list[tuple[int, int]] = []
    for _ in range(2):
        house.file()
        made = reviewer.post("/api/v1/exports", {"kind": "inbox", "format": "csv", "purpose": "x", "filter": {}}).json()
        counts.append(_statements(house, reviewer, f"/api/v1/exports/{made['id']}/file"))
    assert counts[0][0] == counts[1][0] < 20
    assert counts[0][1] < counts[1][1]


def test_retention_of_a_lead_takes_as_many_statements_for_much_as_for_little(house: House):
    """Holds, exonerations, corrections and notices."""
    lead, reviewer = close(house), house.signed_in("city", "reviewer")
    counts: list[tuple[int, int]] = []
    for seq in (0, 1):
        exonerate(house, lead, seq)
        body = {"tip_id": str(lead.tip_id), "seq": seq, "unit": "某处", "reason": "x"}
        assert reviewer.post(f"{lead.url}/corrections", body).status_code == 201
        held = house.signed_in("district", "chief").post(f"{lead.url}/holds", {"to": in_days(9), "reason": "x"}).json()
        decision = f"{lead.url}/holds/{held['id']}/decision"
        assert reviewer.post(decision, {"agreed": False}).status_code == 200
        with statements_of(house.connection) as statements:
            answer = reviewer.get(f"{lead.url}/retention")
        counts.append((len(statements), len(answer.content)))
    assert counts[0][0] == counts[1][0] < 20
    assert counts[0][1] < counts[1][1], "there was more to show"
