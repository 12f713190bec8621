"""Saved views: one's own, those of the agency, and nobody else's."""

from typing import Any

from tests.client import Client
from tests.database import statements_of
from tests.factories.house import House

URL = "/api/v1/saved-views"
FILTER = {"state": ["received", "screened"], "sector": "markets", "due_within_days": 3}


def body(**changes: Any) -> dict[str, Any]:
    return {"name": "市场类待办", "filter": FILTER, "sort": "due_at"} | changes


def saved(who: Client, **changes: Any) -> dict[str, Any]:
    answer = who.post(URL, body(**changes))
    assert answer.status_code == 201, answer.text
    return answer.json()  # type: ignore[no-any-return]


def names(who: Client) -> list[str]:
    return [item["name"] for item in who.get(URL).json()["items"]]


def put(who: Client, view: dict[str, Any], **changes: Any) -> Any:
    return who.put(f"{URL}/{view['id']}", body(**changes), {"If-Match": f'"v{view["version"]}"'})


def test_a_saved_filter_comes_back_as_the_list_takes_it(house: House):
    who = house.signed_in("city", "intake")
    view = saved(who)
    assert (view["filter"], view["sort"], view["shared"], view["may_change"]) == (FILTER, "due_at", False, True)
    assert who.get(f"{URL}/{view['id']}").json() == view
    assert who.get("/api/v1/leads", **view["filter"], sort=view["sort"]).status_code == 200


def test_a_private_view_is_its_owners_alone(house: House):
    view = saved(house.signed_in("city", "intake"))
    colleague = house.signed_in("city", "reviewer")
    assert names(colleague) == []
    assert colleague.get(f"{URL}/{view['id']}").status_code == 404
    assert put(colleague, view).status_code == 404


def test_a_shared_view_is_seen_at_the_agency_and_nowhere_else(house: House):
    view = saved(house.signed_in("district", "verifier"), shared=True)
    assert names(house.signed_in("district", "chief")) == ["市场类待办"]
    for place, role in (("police", "chief"), ("city", "intake"), ("province", "intake")):
        other = house.signed_in(place, role)
        assert names(other) == []
        assert other.get(f"{URL}/{view['id']}").status_code == 404
        assert other.delete(f"{URL}/{view['id']}", {"If-Match": '"v1"'}).status_code == 404


def test_a_shared_view_is_changed_by_its_owner_or_the_chief(house: House):
    owner, colleague, chief = (house.signed_in("district", role) for role in ("verifier", "verifier second", "chief"))
    view = saved(owner, shared=True)
    refused = put(colleague, view, shared=True, name="别的")
    assert (refused.status_code, refused.json()["permission"]) == (403, "views:manage")
    assert colleague.get(f"{URL}/{view['id']}").json()["may_change"] is False
    changed = put(chief, view, shared=True, name="本单位市场类")
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert put(chief, changed.json(), shared=False).status_code == 403, "it would vanish from the chief's own sight"
    assert put(owner, changed.json(), shared=False).status_code == 200
    assert names(chief) == []


def test_a_change_needs_the_version_that_one_saw(house: House):
    who = house.signed_in("city", "intake")
    view = saved(who)
    assert put(who, view, name="一").status_code == 200
    assert put(who, view, name="二").status_code == 412
    assert who.put(f"{URL}/{view['id']}", body()).status_code == 428
    assert who.delete(f"{URL}/{view['id']}", {"If-Match": '"v1"'}).status_code == 412
    assert who.delete(f"{URL}/{view['id']}", {"If-Match": '"v2"'}).status_code == 204
    assert who.get(f"{URL}/{view['id']}").status_code == 404


def test_names_are_unique_for_one_officer_only(house: House):
    who = house.signed_in("city", "intake")
    saved(who)
    assert who.post(URL, body()).status_code == 409
    other = saved(who, name="另一个")
    assert put(who, other).status_code == 409
    assert put(who, other, name="另一个").status_code == 200
    saved(house.signed_in("city", "reviewer"))


def test_the_same_key_saves_once(house: House):
    who = house.signed_in("city", "intake")
    first, again = (who.post(URL, body(), {"Idempotency-Key": "k"}) for _ in range(2))
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert names(who) == ["市场类待办"]


def test_what_is_no_filter_is_refused(house: House):
    who = house.signed_in("city", "intake")
    for wrong in ({"filter": {"limit": 5}}, {"filter": {"state": ["gone"]}}, {"sort": "number"}, {"name": " "}):
        assert who.post(URL, body(**wrong)).status_code == 422, wrong


def test_the_database_holds_no_word_of_it(house: House):
    saved(house.signed_in("city", "intake"), name="三哥一伙")
    (row,) = house.sql("SELECT * FROM saved_views")
    stored = b"".join(bytes(value) for value in row if isinstance(value, bytes | memoryview))
    assert "三哥".encode() not in stored
    assert b"markets" not in stored


def test_the_list_takes_as_many_statements_for_many_views(house: House):
    who = house.signed_in("city", "intake")

    def statements() -> int:
        with statements_of(house.connection) as seen:
            names(who)
        return len(seen)

    saved(who, name="0")
    few = statements()
    for number in range(1, 6):
        saved(who, name=str(number))
    assert statements() == few
