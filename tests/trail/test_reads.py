"""Reading what a tip tells is an event."""

from tests.factories.house import House


def test_reading_what_a_tip_tells_is_an_event_once_an_hour_for_each_reader(house: House):
    lead = house.file()
    intake, reviewer = house.signed_in("city", "intake"), house.signed_in("city", "reviewer")
    for _ in range(3):
        assert intake.get(lead.url).status_code == 200
    reads = "SELECT actor_id, agency_id FROM events WHERE event = 'lead:read' AND matter_id = :id"
    (read,) = house.sql(reads, id=lead.id)
    assert (read.actor_id, read.agency_id) == (house.officer("city", "intake").id, house.agencies["city"].id)
    assert reviewer.get(f"{lead.url}/messages").status_code == 200
    assert len(house.sql(reads, id=lead.id)) == 2
    house.sql("UPDATE events SET id = uuidv7(interval '-61 minutes') WHERE event = 'lead:read'")
    intake.get(lead.url)
    assert len(house.sql(reads, id=lead.id)) == 3


def test_auditor_who_reads_no_text_leaves_no_read(house: House):
    lead = house.file()
    assert house.signed_in("city", "auditor").get(lead.url).status_code == 200
    assert house.value("SELECT count(*) FROM events WHERE event = 'lead:read'") == 0


def test_page_of_search_results_that_shows_words_of_tips_is_one_event_without_the_words(house: House):
    lead = house.file()
    intake = house.signed_in("city", "intake")
    assert intake.get("/api/v1/leads/search", q="卫生费").json()["items"]
    assert intake.get("/api/v1/leads/search", q="从未写过的词").json()["items"] == []
    (event,) = house.sql("SELECT actor_id, matter_id, facts FROM events WHERE event = 'search:show_excerpts'")
    assert event.actor_id == house.officer("city", "intake").id
    assert (event.lead_id, event.facts) == (None, {"leads": [str(lead.id)]})


def test_reads_are_not_in_the_timeline_nor_on_the_receipt(house: House):
    lead = house.file()
    intake = house.signed_in("city", "intake")
    before = house.receipt(lead)
    intake.get(lead.url)
    assert all(item["event"] != "lead:read" for item in intake.get(f"{lead.url}/timeline").json()["items"])
    assert house.receipt(lead) == before
