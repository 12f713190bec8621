"""Search: a tip's words go into the index when it arrives; a query finds leads, ranks them and shows where it matched.

The index holds keyed hashes alone (ADR 0008). Text is decrypted for the page that is shown, and for nothing else.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, cast, column, func, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Session
from sqlalchemy.types import REAL

from huiyin.access.actors import Actor
from huiyin.access.models import Agency, Officer, Region
from huiyin.kit.crypto.blind import lexeme
from huiyin.kit.crypto.vault import decrypt_or_none
from huiyin.kit.database.tables import insert_into
from huiyin.kit.text.segment import (
    Sought,
    fold,
    fold_with_places,
    index_tokens,
    is_han,
    is_single,
    join_numbers,
    phrase,
    query_words,
    runs,
)
from huiyin.kit.web.paging import decode_cursor, moment, page_of
from huiyin.leads.lifecycle.rules import circumstances
from huiyin.leads.matching.links import links_proposed
from huiyin.leads.matching.models import TipWords
from huiyin.leads.matching.search_schemas import SearchPage, SearchQuery, SearchRow, Shown, Snippet
from huiyin.leads.page.rows import conditions_of, row_fields
from huiyin.leads.record.models import Lead
from huiyin.tips.record.content import content_aad, tip_key
from huiyin.tips.record.models import Subject, Tip
from huiyin.tips.record.subjects import subject_texts

WAY = 2
"""Counts changes of how text is cut; `huiyin reindex` redoes tips of an older way."""

_FIELD_GAP = 8  # a phrase never runs from one field into the next
_LAST_POSITION = 16_383  # of a tsvector
# A tsvector holds a mebibyte of words and positions. A text of 50,000 different characters (nobody writes one, but a
# program can) has more: what comes first in it is found, what comes behind that is not.
_ROOM = 1_000_000
_MOST_POSITIONS = 255
_MOST_WORDS = 32
_CANDIDATES = 600
_CANDIDATES_FILTERED = 4_000
_FEW = 1_000
_SNIPPET = 120
_MOST_MATCHES = 20
_YEAR = 365 * 86_400.0


# --- into the index ---


def document(told: dict[str, Any], subjects: Iterable[dict[str, Any]]) -> str:
    """A tip's words as the literal of a tsvector: title A, names B, place C, narrative D."""
    named = [subject.get(name) for subject in subjects for name in ("name", "nickname", "unit", "post", "description")]
    parts = [("A", told.get("title")), ("C", told.get("place")), *(("B", name) for name in named)]
    found: dict[str, list[str]] = {}
    position, room = 1, _ROOM
    for weight, text in [*parts, ("D", told.get("narrative"))]:
        if text:
            mark = "" if weight == "D" else weight
            tokens, position = index_tokens(text, position)
            for token, place in tokens:
                word = lexeme(token)
                places = found.get(word)
                if places is None and room >= len(word) + 8:
                    places = found[word] = []
                    room -= len(word) + 8  # with its length and a first position, aligned
                if places is not None and len(places) < _MOST_POSITIONS and room >= 2:
                    places.append(f"{min(place, _LAST_POSITION)}{mark}")
                    room -= 2
            position += _FIELD_GAP
    return " ".join(f"'{word}':{','.join(places)}" for word, places in found.items())


def index_tip(
    session: Session, tip_id: UUID, lead_id: UUID, told: dict[str, Any], subjects: Iterable[dict[str, Any]]
) -> None:
    """Make a tip findable, in the transaction that records it."""
    row = {
        "tip_id": tip_id,
        "lead_id": lead_id,
        "visible_to": [],
        "hidden_from": [],
        "stretch": 0,
        "way": WAY,
    }  # a trigger knows better
    session.execute(insert_into(TipWords), row | {"words": document(told, subjects)})


# --- what a query means ---


@dataclass
class Wanted:
    """A query taken apart: all groups must hold, one of each group's alternatives suffices, none of `without` may."""

    groups: list[list[Sought]] = field(default_factory=list)
    without: list[Sought] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    @property
    def words(self) -> list[str]:
        """What is looked for, as folded text."""
        return list(dict.fromkeys(sought.text for group in self.groups for sought in group))

    def tsquery(self) -> str:
        """The query over the index, in keyed hashes."""
        groups = ["(" + " | ".join(_tokens(sought) for sought in group) + ")" for group in self.groups]
        return " & ".join([*groups, *(f"!{_tokens(sought)}" for sought in self.without)])


def _tokens(sought: Sought) -> str:
    """`'a' <2> 'b'`: the tokens at their distances."""
    pieces: list[str] = []
    before = 0
    for token, place in sought.tokens:
        if pieces:
            pieces.append(f"<{place - before}>")
        pieces.append(f"'{lexeme(token)}'")
        before = place
    return f"({' '.join(pieces)})"


_QUOTES = str.maketrans("“”„«»「」『』＂", '"' * 10)
_PARTS = re.compile(r'(?P<minus>(?<!\S)[-－])?(?:"(?P<quoted>[^"]*)"?|(?P<plain>[^\s"]+))')
_OR = frozenset({"OR", "或", "|"})


def understand(query: str) -> Wanted:
    """Take a query apart: words, "phrases", -exclusions, OR between two of them."""
    wanted = Wanted()
    either = False
    before = ""
    for part in _PARTS.finditer(join_numbers(query.translate(_QUOTES))):
        plain, quoted = part["plain"], part["quoted"]
        if plain in _OR and not part["minus"]:
            either = bool(wanted.groups)
            continue
        if quoted is not None:
            whole = phrase(fold(quoted))
            found, ignored = ([whole], []) if whole else ([], [quoted] if quoted.strip() else [])
        else:
            found, ignored = query_words(fold(plain or ""))
        wanted.ignored += ignored
        if part["minus"]:
            wanted.without += found
        elif either and found:
            wanted.groups[-1] += found
        else:
            groups = [[sought] for sought in found]
            _as_one_name(wanted.groups, groups, before, plain or "")
            wanted.groups += groups
        before = "" if part["minus"] or either else plain or ""
        either = False
    _bound(wanted)
    return wanted


def _as_one_name(groups: list[list[Sought]], following: list[list[Sought]], before: str, plain: str) -> None:
    """王 伟 looks for both, or for 王伟: a single character beside a blank may be part of a name."""
    if groups and following and (is_single(fold(before)) or is_single(fold(plain))):
        whole = phrase(fold(before + plain))
        if whole is not None and is_han(whole.text):
            groups[-1].append(whole)
            following[0].append(whole)


def _bound(wanted: Wanted) -> None:
    """No word twice, and no more than the database answers quickly; a long text is found by its beginning."""
    seen: set[tuple[str, ...]] = set()
    groups = []
    for group in wanted.groups:
        name = tuple(sought.text for sought in group)
        if name not in seen:
            seen.add(name)
            groups.append(group)
    wanted.ignored += [sought.text for group in groups[_MOST_WORDS:] for sought in group]
    wanted.groups = [group[:_MOST_WORDS] for group in groups[:_MOST_WORDS]]
    wanted.without = wanted.without[:_MOST_WORDS]
    wanted.ignored = list(dict.fromkeys(wanted.ignored))[:100]


# --- out of the index ---


def search(session: Session, query: SearchQuery, actor: Actor) -> SearchPage:
    """A page of leads whose tips hold what the query looks for, the best first; those that the asker may see.

    At most the newest 600 matches are ranked; where a filter is given, all matches in the leads that fit it if these
    are 1,000 or fewer, else those that fit it of the newest 4,000 matches. `complete` says whether that was all.
    A word counts more in the title and in names, near to the others, and in a recent lead.
    """
    wanted = understand(query.q)
    if not wanted.groups:
        return SearchPage(items=[], next_cursor=None, words=[], ignored=wanted.ignored, complete=True)
    now = datetime.now(UTC)
    as_of, place = _cursor(query.cursor, now)
    filtered = conditions_of(query, actor, now)
    within = _few(session, filtered) if filtered else None
    at_most = _CANDIDATES_FILTERED if filtered else _CANDIDATES
    leads = cast(within, ARRAY(PG_UUID(as_uuid=True)))
    found = func.search_tips(cast(wanted.tsquery(), TSQUERY), at_most, leads).table_valued(
        column("tip_id", PG_UUID(as_uuid=True)), column("lead_id", PG_UUID(as_uuid=True)), column("rank", REAL)
    )
    hits = select(found.c.tip_id, found.c.lead_id, found.c.rank, func.count().over().label("found")).subquery("hits")
    hit = hits.c
    age = func.greatest(func.extract("epoch", as_of - Lead.received_at), 0)
    score = (hit.rank * (0.7 + 0.3 * func.exp(-age / _YEAR))).label("score")
    best = (
        select(
            Lead.id,
            score,
            hit.tip_id,
            func.row_number().over(partition_by=Lead.id, order_by=score.desc()).label("place"),
            func.max(hit.found).over().label("found"),
        )
        .join(hits, hit.lead_id == Lead.id)
        .where(*filtered)
        .subquery("best")
    )
    statement = (
        select(Lead, Region.name, Agency.name, Officer.name, best.c.tip_id, best.c.score, best.c.found)
        .join(best, and_(best.c.id == Lead.id, best.c.place == 1))
        .join(Region, Region.code == Lead.region_code)
        .join(Agency, Agency.id == Lead.held_by_agency_id)
        .join(Officer, Officer.id == Lead.held_by_officer_id)
        .order_by(best.c.score.desc(), Lead.id.desc())
        .limit(query.limit + 1)
    )
    if place is not None:
        statement = statement.where(tuple_(best.c.score, Lead.id) < place)
    rows = session.execute(statement).all()
    shown, following = page_of(rows, query.limit, lambda row: (as_of, float(row.score), row[0].id))
    around = circumstances(session, actor, now)
    proposed = links_proposed(session, [row[0].id for row in shown])
    snippets = _snippets(session, [row.tip_id for row in shown], wanted)
    items = [
        SearchRow(
            **row_fields(row[0], row[1], row[2], row[3], actor, around),
            links_proposed=proposed.get(row[0].id, 0),
            tip_id=row.tip_id,
            snippets=snippets.get(row.tip_id, []),
        )
        for row in shown
    ]
    complete = not rows or rows[0].found < at_most
    return SearchPage(items=items, next_cursor=following, words=wanted.words, ignored=wanted.ignored, complete=complete)


def _few(session: Session, filtered: list[Any]) -> list[UUID] | None:
    """The leads that a filter leaves; None if they are many."""
    newest = select(Lead.id).where(*filtered).order_by(Lead.received_at.desc(), Lead.id.desc()).limit(_FEW + 1)
    ids = list(session.execute(newest).scalars())
    return ids if len(ids) <= _FEW else None


def _cursor(cursor: str | None, now: datetime) -> tuple[datetime, tuple[float, UUID] | None]:
    """As of when ranks are counted, and the last row of the page before."""
    if cursor is None:
        return now, None
    as_of, *place = decode_cursor(cursor, moment, _score, UUID)
    return as_of, (place[0], place[1])


def _score(text: str) -> float:
    if not math.isfinite(score := float(text)):
        raise ValueError
    return score


# --- what is shown of a match ---


def _snippets(session: Session, tip_ids: list[UUID], wanted: Wanted) -> dict[UUID, list[Snippet]]:
    """Where the words stand in these tips, decrypted for this page alone."""
    pattern = _pattern([sought for group in wanted.groups for sought in group])
    keys: dict[UUID, bytes | None] = {}
    found: dict[UUID, list[Snippet]] = {}
    for tip in session.execute(select(Tip).where(Tip.id.in_(tip_ids))).scalars():
        keys[tip.id] = tip_key(tip.id, tip.wrapped_key)
        told = decrypt_or_none(keys[tip.id], tip.content, content_aad(tip.id)) or {}
        found[tip.id] = [
            snippet
            for name in ("title", "place", "narrative")
            if told.get(name) and (snippet := highlight(name, told[name], pattern, always=name == "narrative"))
        ]
    for subject in session.execute(select(Subject).where(Subject.tip_id.in_(tip_ids)).order_by(Subject.seq)).scalars():
        told = subject_texts(keys[subject.tip_id], subject) or {}
        for name in ("name", "nickname", "unit", "post", "description"):
            if told.get(name) and (snippet := highlight("subject", told[name], pattern)):
                found[subject.tip_id].append(snippet)
    return found


def _pattern(sought: list[Sought]) -> re.Pattern[str]:
    """Finds each of them in folded text, with whatever punctuation stands inside."""
    texts = sorted({"".join(runs(each.text)) for each in sought}, key=len)
    spelled = []
    for text in reversed(texts):
        inner = r"[\W_]{0,3}".join(re.escape(character) for character in text)
        before = r"(?<![a-z0-9])" if text[0].isascii() else ""
        after = r"(?![a-z0-9])" if text[-1].isascii() else ""
        spelled.append(f"{before}{inner}{after}")
    return re.compile("|".join(spelled))


def highlight(name: Shown, text: str, pattern: re.Pattern[str], *, always: bool = False) -> Snippet | None:
    """The part of a text around the first matches, with the ranges to mark; the beginning where it has none."""
    folded, places = fold_with_places(text)
    ranges = []
    for match in pattern.finditer(folded):
        ranges.append((places[match.start()], places[match.end() - 1] + 1))
        if len(ranges) == _MOST_MATCHES:
            break
    if not ranges and not always:
        return None
    start = max(0, ranges[0][0] - _SNIPPET // 4) if ranges else 0
    start = max(0, min(start, len(text) - _SNIPPET))
    end = min(len(text), start + _SNIPPET)
    inside = [(first - start, last - start) for first, last in ranges if first >= start and last <= end]
    return Snippet(field=name, text=text[start:end], cut_before=start > 0, cut_after=end < len(text), matches=inside)
