"""Complex leads: seven days for screening, marked while the ordinary three run."""

from datetime import datetime, timedelta

from tests.factories.house import House, Lead


def clocks(house: House, lead: Lead) -> list[tuple[str, bool]]:
    rows = house.sql(
        "SELECT rule, stopped_at IS NULL AS runs FROM clocks WHERE matter_id = :id ORDER BY id", id=lead.id
    )
    return [(row.rule, row.runs) for row in rows]


def due(house: House, lead: Lead) -> datetime:
    return house.value("SELECT clock_due_at FROM leads WHERE id = :id", id=lead.id)  # type: ignore[no-any-return]


def test_complex_lead_has_seven_days_in_all_and_the_reporter_reads_the_new_date(house: House):
    lead = house.lead("received")
    house.sql(
        "UPDATE clocks SET started_at = started_at - interval '2 days', due_at = due_at - interval '2 days'"
        " WHERE matter_id = :id",
        id=lead.id,
    )
    house.sql("UPDATE leads SET clock_due_at = clock_due_at - interval '2 days' WHERE id = :id", id=lead.id)
    before = due(house, lead)
    page = house.act(lead, "mark_complex", "city", "intake")
    assert (page["state"], page["complex"], page["clock"]["rule"]) == ("received", True, "screen_complex")
    assert due(house, lead) - before == timedelta(days=4)
    assert datetime.fromisoformat(house.receipt(lead)["answer_due_at"]) == due(house, lead)
    assert clocks(house, lead) == [("screen", False), ("screen_complex", True)]


def test_marking_is_on_the_timeline_with_its_reason(house: House):
    lead = house.lead("received")
    house.act(lead, "mark_complex", "city", "intake", reason="涉及多年账目")
    items = house.signed_in("city", "intake").get(f"{lead.url}/timeline").json()["items"]
    assert (items[-1]["event"], items[-1]["input"]) == ("lead:mark_complex", {"reason": "涉及多年账目"})


def test_mark_is_kept_by_screening(house: House):
    lead = house.lead("received")
    house.act(lead, "mark_complex", "city", "intake")
    page = house.act(lead, "screen", "city", "intake", complex=False)
    assert (page["complex"], page["clock"]["rule"]) == (True, "register")


def test_lead_is_marked_once(house: House):
    lead = house.lead("received")
    house.act(lead, "mark_complex", "city", "intake")
    refused = house.attempt(lead, "mark_complex", house.signed_in("city", "intake"))
    assert (refused.status_code, refused.json()["rule"]) == (403, "complex_already")
    assert clocks(house, lead) == [("screen", False), ("screen_complex", True)]


def test_lateness_is_not_mended_by_marking(house: House):
    lead = house.lead("received")
    house.sql("UPDATE leads SET clock_due_at = now() - interval '1 minute' WHERE id = :id", id=lead.id)
    refused = house.attempt(lead, "mark_complex", house.signed_in("city", "intake"))
    assert (refused.status_code, refused.json()["rule"]) == (403, "screening_late")


def test_time_that_the_clock_waited_is_not_lost_by_marking(house: House):
    lead = house.lead("received")
    intake = house.signed_in("city", "intake")
    etag = {"If-Match": f'"v{house.version(lead)}"'}
    paused = intake.post(f"{lead.url}/pause", {"reason_code": "waiting_for_reporter"}, etag)
    assert paused.status_code == 200
    house.sql("UPDATE leads SET clock_paused_at = clock_paused_at - interval '2 days' WHERE id = :id", id=lead.id)
    house.sql("UPDATE clock_pauses SET from_at = from_at - interval '2 days' WHERE matter_id = :id", id=lead.id)
    before = due(house, lead)
    page = house.act(lead, "mark_complex", "city", "intake")
    assert page["clock"]["paused"] is False
    assert due(house, lead) - before == timedelta(days=6), "four more days, and the two that it waited"


def test_reporter_reads_the_date_of_an_extension_and_of_a_clock_that_waited(house: House):
    lead = house.lead("verifying")
    house.act(lead, "extend", "district", "chief")
    house.act(lead, "extend/confirmation", "city", "reviewer")
    assert datetime.fromisoformat(house.receipt(lead)["answer_due_at"]) == due(house, lead)
    verifier = house.signed_in("district", "verifier")
    for act, body in (("pause", {"reason_code": "force_majeure"}), ("resume", {})):
        answer = verifier.post(f"{lead.url}/{act}", body, {"If-Match": f'"v{house.version(lead)}"'})
        assert answer.status_code == 200
        house.sql("UPDATE leads SET clock_paused_at = clock_paused_at - interval '5 days' WHERE id = :id", id=lead.id)
    assert datetime.fromisoformat(house.receipt(lead)["answer_due_at"]) == due(house, lead)
