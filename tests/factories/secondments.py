"""Officers of one agency who are seconded to another for a time."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.factories.house import House
from tests.factories.officers import Officer

URL = "/api/v1/secondments"


def term(house: House, officer: Officer, **changes: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "officer_id": str(officer.id),
        "agency_id": str(house.agencies["city"].id),
        "roles": ["reviewer"],
        "from": (now - timedelta(hours=1)).isoformat(),
        "to": (now + timedelta(days=90)).isoformat(),
        "undertaking_number": "保承〔2026〕1号",
        "undertaking_signed_on": "2026-01-05",
    } | changes


def second(house: House, officer: Officer, **changes: Any) -> dict[str, Any]:
    answer = house.signed_in("city", "admin").post(URL, term(house, officer, **changes))
    assert answer.status_code == 201, answer.text
    return answer.json()  # type: ignore[no-any-return]
