"""Exports: who took what out, when and why stands on it and in the register; what one may not see is not in it."""

import csv
import io
import zipfile
from typing import Any

import httpx
import pytest
from sqlalchemy.orm import Session, sessionmaker

from huiyin.leads.exports.sheets import Mark, as_csv, as_xlsx, harmless
from tests.factories.closed import close, exonerate, expire, run
from tests.factories.house import House, Lead


def ask(house: House, place: str = "city", role: str = "reviewer", **changes: Any) -> httpx.Response:
    body: dict[str, Any] = {"kind": "inbox", "format": "csv", "purpose": "一季度督办会议材料", "filter": {}} | changes
    return house.signed_in(place, role).post("/api/v1/exports", {k: v for k, v in body.items() if v is not ...})


def dossier(house: House, lead: Lead, place: str = "city", role: str = "reviewer") -> httpx.Response:
    return ask(house, place, role, kind="dossier", format="page", filter=..., lead_id=str(lead.id))


def rows(house: House, export: dict[str, Any], place: str = "city", role: str = "reviewer") -> list[list[str]]:
    answer = house.signed_in(place, role).get(f"/api/v1/exports/{export['id']}/file")
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def number(house: House, lead: Lead) -> str:
    return str(house.value("SELECT number FROM leads WHERE id = :id", id=lead.id))


# --- who may ---


def test_export_asks_for_a_fresh_proof_of_who_asks(house: House):
    house.file()
    made = ask(house).json()
    house.sql("UPDATE sessions SET proved_at = now() - interval '1 day'")
    reviewer = house.signed_in("city", "reviewer")
    for answer in (ask(house), reviewer.get(f"/api/v1/exports/{made['id']}/file")):
        assert answer.json()["type"] == "urn:huiyin:problem:reauthentication_required"


@pytest.mark.parametrize(("place", "role"), [("city", "auditor"), ("district", "verifier"), ("city", "admin")])
def test_only_some_roles_take_leads_out(house: House, place: str, role: str):
    house.file()
    assert ask(house, place, role).status_code == 403


def test_purpose_is_needed_and_the_format_fits_the_kind(house: House):
    lead = house.file()
    for changes, pointer in (
        ({"purpose": ""}, "/purpose"),
        ({"format": "page"}, ""),
        ({"kind": "dossier"}, ""),
        ({"lead_id": str(lead.id)}, ""),
        ({"filter": {"unknown": 1}}, "/filter/unknown"),
    ):
        answer = ask(house, **changes)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer), changes


def test_nothing_to_export_is_said_by_the_filter(house: House):
    assert ask(house).json()["errors"][0]["code"] == "none"


# --- what is in it ---


def test_every_row_and_the_head_say_who_took_it_and_why(house: House):
    leads = [house.file(), house.file()]
    made = ask(house)
    assert made.status_code == 201, made.text
    export = made.json()
    sheet = rows(house, export)
    head = "\n".join(row[0] for row in sheet[:4])
    officer = house.officer("city", "reviewer")
    for said in (export["number"], officer.name, "测试市扫黑办", "一季度督办会议材料", "北京时间"):
        assert said in head
    table = sheet[5:-1]
    assert {row[0] for row in table} == {number(house, lead) for lead in leads}
    assert {row[-1] for row in table} == {export["number"]}
    assert sheet[-1] == [f"{export['number']} · 2"]


def test_spreadsheet_is_one_with_the_mark_on_every_printed_page(house: House):
    house.file()
    export = ask(house, format="xlsx").json()
    answer = house.signed_in("city", "reviewer").get(f"/api/v1/exports/{export['id']}/file")
    assert answer.headers["content-disposition"] == f'attachment; filename="{export["number"]}.xlsx"'
    assert answer.headers["cache-control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert export["number"] in sheet[sheet.index("<headerFooter>") :]
        assert "<f>" not in sheet
        assert export["number"] in book.read("docProps/custom.xml").decode()


@pytest.mark.parametrize("text", ["=1+1", "+86 138", "-2", "@SUM(A1)", "\t=1", " =cmd|'/c'!A1", "＝1", "|x"])
def test_no_cell_is_a_formula(text: str):
    assert harmless(text).startswith("'")
    mark = Mark("EX-1", ("用途 =1+1", text))
    sheet = list(csv.reader(io.StringIO(as_csv(mark, ["a"], [[text]]).decode("utf-8-sig"))))
    assert all(cell[:1] not in "=+-@" or not cell for row in sheet for cell in row)
    with zipfile.ZipFile(io.BytesIO(as_xlsx(mark, "x", ["a"], [[text]]))) as book:
        assert "<f>" not in book.read("xl/worksheets/sheet1.xml").decode()


def test_ordinary_text_is_left_as_it_is():
    assert harmless("市场 A-1 号") == "市场 A-1 号"


def test_exonerated_leads_carry_the_label_and_destroyed_ones_the_tombstone(
    house: House, sessions: sessionmaker[Session]
):
    exonerated, gone = close(house), close(house)
    exonerate(house, exonerated, 0, 1)
    expire(house, gone)
    run(sessions)
    table = {row[0]: row for row in rows(house, ask(house).json())[5:-1]}
    assert table[number(house, exonerated)][13] == "已澄清"
    assert table[number(house, gone)][14] == "已到期销毁"


def test_excluded_and_unseen_leads_are_absent_also_where_the_exclusion_came_after(house: House):
    mine, hidden = house.lead("dispatched"), house.lead("dispatched")
    house.file()  # not the district's
    export = ask(house, "district", "chief").json()
    assert export["leads"] == 2
    body = {"officer_id": str(house.officer("district", "chief").id), "reason": "亲属关系"}
    done = house.signed_in("city", "reviewer").post(
        f"{hidden.url}/exclude", body, {"If-Match": f'"v{house.version(hidden)}"'}
    )
    assert done.status_code == 200, done.text
    sheet = rows(house, export, "district", "chief")
    assert [row[0] for row in sheet[5:-1]] == [number(house, mine)]
    assert dossier(house, hidden, "district", "chief").status_code == 404


def test_what_is_sealed_to_the_discipline_agency_stays_inside(house: House):
    """A branch, and a lead with a tip that was sealed in its reporter's browser."""
    lead, open_ = house.lead("registered"), house.file()
    discipline = house.agencies["discipline"].id
    answer = house.signed_in("city", "dispatcher").post(
        f"{lead.url}/branch",
        {"agency_id": str(discipline), "allegation": "有人打招呼"},
        {"If-Match": f'"v{house.version(lead)}"'},
    )
    assert answer.status_code == 200, answer.text
    branch = house.value("SELECT id FROM leads WHERE branch_of_id = :id", id=lead.id)
    body = {"kind": "dossier", "format": "page", "purpose": "x", "lead_id": str(branch)}
    refused = house.signed_in("discipline", "chief").post("/api/v1/exports", body)
    assert refused.status_code == 409, refused.text
    assert ask(house, "discipline", "chief").json()["errors"][0]["code"] == "none"
    export = ask(house).json()
    house.sql("UPDATE tips SET sealed_for = :agency WHERE id = :tip", agency=discipline, tip=open_.tip_id)
    assert [row[0] for row in rows(house, export)[5:-1]] == [number(house, lead)]
    assert ask(house).json()["leads"] == 1
    assert dossier(house, open_).status_code == 409


def test_dossier_of_a_lead_that_came_to_hold_a_sealed_tip_is_no_longer_handed_out(house: House):
    lead = close(house)
    export = dossier(house, lead).json()
    discipline = house.agencies["discipline"].id
    house.sql("UPDATE tips SET sealed_for = :agency WHERE id = :tip", agency=discipline, tip=lead.tip_id)
    assert house.signed_in("city", "reviewer").get(f"/api/v1/exports/{export['id']}/dossier").status_code == 409


def test_dossier_is_the_lead_as_its_reader_sees_it_with_the_mark(house: House):
    lead = close(house, narrative="市场里有人收费")
    exonerate(house, lead, 0)
    export = dossier(house, lead).json()
    answer = house.signed_in("city", "reviewer").get(f"/api/v1/exports/{export['id']}/dossier")
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert shown["export"]["number"] == export["number"]
    assert shown["lead"]["tips"][0]["narrative"] == "市场里有人收费"
    assert shown["lead"]["tips"][0]["subjects"][0]["status"] == "exonerated"
    wrong = house.signed_in("city", "reviewer").get(f"/api/v1/exports/{export['id']}/file")
    assert wrong.status_code == 404


# --- the register ---


def test_export_is_the_officers_own_for_a_day(house: House):
    house.file()
    export = ask(house).json()
    for role in ("reviewer second", "leader"):
        other = house.signed_in("city", role).get(f"/api/v1/exports/{export['id']}/file")
        assert other.status_code == 404
    house.sql("UPDATE exports SET expires_at = now() - interval '1 second'")
    late = house.signed_in("city", "reviewer").get(f"/api/v1/exports/{export['id']}/file")
    assert (late.status_code, late.json()["state"]) == (409, "expired")


def test_auditors_see_who_took_what_when_and_why_and_how_often(house: House):
    lead = house.lead("dispatched")
    first = ask(house, "district", "chief").json()
    dossier(house, lead)
    rows(house, first, "district", "chief")
    rows(house, first, "district", "chief")
    page = house.signed_in("city", "auditor").get("/api/v1/exports").json()["items"]
    assert [item["kind"] for item in page] == ["dossier", "inbox"]
    assert (page[1]["number"], page[1]["fetched"], page[1]["purpose"]) == (first["number"], 2, "一季度督办会议材料")
    own = house.signed_in("district", "chief").get("/api/v1/exports").json()["items"]
    assert [item["number"] for item in own] == [first["number"]]
    assert house.signed_in("market", "auditor").get("/api/v1/exports").json()["items"] == []
    events = [row.event for row in house.sql("SELECT event FROM events WHERE event LIKE 'export%' ORDER BY id")]
    assert events == ["export:make", "export:make", "export:download", "export:download"]


def test_excluded_auditor_learns_by_no_purpose_and_no_count_that_a_lead_was_taken_out(house: House):
    hidden, other = house.lead("dispatched"), house.lead("dispatched")
    ask(house, "district", "chief", purpose="查张局长的材料")
    dossier(house, hidden)
    dossier(house, other)
    auditor = house.officer("city", "auditor")
    before = house.sign_in(auditor).get("/api/v1/exports").json()["items"]
    assert [(item["kind"], item["leads"]) for item in before] == [("dossier", 1), ("dossier", 1), ("inbox", 2)]
    house.sql("UPDATE leads SET hidden_from = hidden_from || :me WHERE id = :id", me=auditor.id, id=hidden.id)
    shown = house.sign_in(auditor).get("/api/v1/exports").json()["items"]
    assert [(item["kind"], item["leads"], item["purpose"], item["filter"]) for item in shown[1:]] == [
        ("inbox", None, None, None)
    ]
    assert [item["number"] for item in shown] == [before[0]["number"], before[2]["number"]]
    another = house.signed_in("city", "auditor second").get("/api/v1/exports").json()["items"]
    assert [item["purpose"] for item in another] == [item["purpose"] for item in before], "somebody sees all of it"


def test_purpose_is_encrypted(house: House):
    house.file()
    ask(house, purpose="为某领导查阅")
    assert "某领导".encode() not in bytes(house.value("SELECT content FROM exports"))
    assert "某领导" not in str(house.sql("SELECT facts FROM events WHERE event LIKE 'export%'"))


def test_agency_that_took_a_lead_out_is_told_of_an_exoneration(house: House):
    lead = close(house)
    ask(house, "province", "leader")
    exonerate(house, lead)
    told = {row.agency_id for row in house.sql("SELECT agency_id FROM lead_notices")}
    assert house.agencies["province"].id in told
