"""Decisions (docs/decisions) have one head and one index, and are cited in one form; so is docs/domain.md."""

import re
import subprocess
from datetime import date
from pathlib import Path

import pytest

from huiyin.settings import CHECKOUT

DECISIONS = CHECKOUT / "docs" / "decisions"
PAGES = sorted(DECISIONS.glob("[0-9]*.md"))
NUMBERS = {page.name[:4] for page in PAGES}
AREAS = {
    "kit",
    "trail",
    "access",
    "clocks",
    "workflow",
    "channels",
    "tips",
    "leads",
    "accountability",
    "governance",
    "exchange",
    "browser",
    "build",
}
HEAD = re.compile(r"# (\d{4})\. (.+)\n\n- date: (\S+)\n- status: (.+)\n- area: (.+)\n\n## ")
STATUS = re.compile(r"proposed|accepted|superseded by ADR (\d{4})")
WRITTEN = {".css", ".html", ".ini", ".md", ".py", ".sh", ".sql", ".toml", ".ts", ".vue", ".yaml", ".yml"}
WRONG_FORMS = [
    re.compile(r"\bdecisions? \d+\b", re.IGNORECASE),
    re.compile(r"\bADR-?\d+\b|\bADR (?!\d{4}\b)-?\d+|\bADRs \d+"),
    re.compile(r"\bADR \d{4}(?:,? and|,) \d{4}\b"),
    re.compile(r"\[\d{4}\]\(\.\./decisions/"),
    re.compile(r"(?<![/\w])domain\.md, section"),
]


def head(page: Path) -> tuple[str, str, str, str, str]:
    """Number, title, date, status, area."""
    found = HEAD.match(page.read_text(encoding="utf-8"))
    assert found, f"{page.name} does not begin with number, title, date, status and area"
    number, title, day, status, area = found.groups()
    return number, title, day, status, area


def texts() -> dict[str, str]:
    """What people wrote, by its path in the checkout; this file apart, which has to name what it forbids."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )
    names = {name for name in listed.stdout.split("\0") if Path(name).suffix in WRITTEN}
    there = {name: CHECKOUT / name for name in sorted(names) if (CHECKOUT / name).is_file()}
    return {name: path.read_text(encoding="utf-8") for name, path in there.items() if path != Path(__file__).resolve()}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_decision_has_its_head(page: Path):
    number, _, day, status, area = head(page)
    assert number == page.name[:4]
    assert date.fromisoformat(day).isoformat() == day
    stands = STATUS.fullmatch(status)
    assert stands, status
    assert stands[1] is None or stands[1] in NUMBERS - {number}
    areas = area.split(", ")
    assert set(areas) <= AREAS
    assert len(set(areas)) == len(areas)


def test_decisions_are_numbered_without_a_gap():
    assert [page.name[:4] for page in PAGES] == [f"{number:04}" for number in range(1, len(PAGES) + 1)]


def test_index_of_decisions_is_complete():
    rows = re.findall(r"^\| \[.+$", (DECISIONS / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    expected = []
    for page in PAGES:
        number, title, day, status, area = head(page)
        expected.append(f"| [{number}]({page.name}) | {title} | {day} | {status} | {area} |")
    assert rows == expected


def test_every_cited_decision_is_there():
    cited = {
        (name, number)
        for name, text in texts().items()
        for number in re.findall(r"\bADR (\d{4})|decisions/(\d{4})", text)
    }
    assert cited, "nothing was read"
    assert [f"{name}: {one or two}" for name, (one, two) in sorted(cited) if (one or two) not in NUMBERS] == []


def test_decisions_and_domain_are_cited_in_one_form():
    """`ADR 0020`, each with its own ADR; `docs/domain.md, section 3`. Links between documents are relative."""
    found = []
    for name, text in texts().items():
        plain = re.sub(r"\]\((?:\.\./)?domain\.md\)", "]", text)
        found += [f"{name}: {wrong[0]}" for form in WRONG_FORMS for wrong in form.finditer(plain)]
    assert found == []


def test_sections_of_the_domain_that_are_cited_are_there():
    sections = set(
        re.findall(r"^## (\d+)\.", (CHECKOUT / "docs" / "domain.md").read_text(encoding="utf-8"), re.MULTILINE)
    )
    cited = {
        (name, number) for name, text in texts().items() for number in re.findall(r"domain\.md\)?, section (\d+)", text)
    }
    assert cited
    assert {(name, number) for name, number in cited if number not in sections} == set()


def test_glossary_has_the_words_of_the_domain():
    glossary = (CHECKOUT / "README.md").read_text(encoding="utf-8").partition("| English | 中文 |")[2]
    terms = re.findall(r"^\| [\w ,]+ \| ([\u4e00-\u9fff、]+) \|", glossary, re.MULTILINE)
    domain = (CHECKOUT / "docs" / "domain.md").read_text(encoding="utf-8")
    assert len(terms) > 20
    assert [term for cell in terms for term in cell.split("、") if term not in domain] == []
