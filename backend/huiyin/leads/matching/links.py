"""Links between leads (串并): proposed when a tip arrives, decided by an officer, shown as a list and as a graph.

A link says that two leads may be one matter, and why. There is no link between people, and no score of one. Row-level
security shows a link to those who see both leads; for all others it does not exist.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, text, union_all
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.models import Agency, Officer, Region
from huiyin.kit.crypto.blind import number
from huiyin.kit.crypto.vault import decrypt_or_none, encrypt_json
from huiyin.kit.database.items import Work
from huiyin.kit.text.segment import bare
from huiyin.kit.web.errors import Conflict, NotFound
from huiyin.leads.lifecycle.rules import circumstances
from huiyin.leads.matching.links_schemas import Edge, Graph, LinkItem, LinkList, Node
from huiyin.leads.matching.models import Link, LinkStatus
from huiyin.leads.matching.selectors import SelectorKind, selectors
from huiyin.leads.matching.similarity import sign
from huiyin.leads.page.rows import row_fields
from huiyin.leads.page.schemas import LeadRow
from huiyin.leads.record.models import Lead, State
from huiyin.leads.record.texts import lead_key, lead_key_or_none
from huiyin.trail.recorder import SYSTEM, record

_MOST_LINKS = 200
_MOST_NODES = 100
_MOST_EDGES = 400
_SHORTEST_PLACE = 4
BATCH = 50
SECOND_LOOK = timedelta(minutes=1)
"""So long after a tip came, everything that was being written at that moment is committed or gone."""
_SHORTEST_TEXT = 12
_MOST_SELECTORS = 50

_LINK_TIP = text(
    "SELECT link_id, codes FROM link_tip(:tip, :lead, :terms, CAST(:weights AS smallint[]), :cities, :counties,"
    " :hashes, :kinds)"
)


_TO_LINK = text("SELECT tips_to_link(:before, :most)")
_LINK_AGAIN = text("SELECT link_id, codes FROM link_again(:tip)")
_MOVE_ON = text("UPDATE link_cursor SET after = :last WHERE after < :last")


def link_tip(
    session: Session,
    tip_id: UUID,
    lead_id: UUID,
    told: dict[str, Any],
    subjects: Iterable[dict[str, Any]],
    where: tuple[str, str],
) -> None:
    """Keep what a tip is recognised by, and propose links to leads with tips like it; `where`: region and conduct.

    Never compares with everything: the newest tips that share a number, a place or several rare words, no others.
    """
    given = [told.get("title"), told.get("narrative"), told.get("place")]
    given += [value for subject in subjects for value in subject.values() if isinstance(value, str)]
    whole = "\n".join(value for value in given if value)
    its = sign(whole)
    exact = {(str(kind), number(f"selector/{kind}", value)) for kind, value in selectors(whole)}
    exact |= {(str(kind), number(f"selector/{kind}", value)) for kind, value in _wholes(told, where)}
    kept = sorted(exact)[:_MOST_SELECTORS]
    proposed = session.execute(
        _LINK_TIP,
        {
            "tip": tip_id,
            "lead": lead_id,
            "terms": its.terms,
            "weights": its.weights,
            "cities": its.cities,
            "counties": its.counties,
            "hashes": [value for _, value in kept],
            "kinds": [kind for kind, _ in kept],
        },
    ).all()
    for link_id, codes in proposed:
        # On no timeline: what a link is about is told to those who see both leads, by the link itself.
        record(session, "link:propose", link_id, SYSTEM, reasons=codes)


def linking_again(before: timedelta = SECOND_LOOK) -> Work[UUID]:
    """Tips whose links are proposed a second time, from what is kept of them; each once.

    Two tips that come at the same moment do not see each other when they arrive.
    """

    def find(session: Session, most: int) -> Sequence[UUID]:
        tips = session.execute(_TO_LINK, {"before": before, "most": most}).scalars().all()
        # In the same transaction as the links: a run that is cut short goes on where the one before it ended.
        session.execute(_MOVE_ON, {"last": max(tips, default=None)})
        return tips

    def link(session: Session, tip_id: UUID) -> bool:
        proposed = session.execute(_LINK_AGAIN, {"tip": tip_id}).all()
        for link_id, codes in proposed:
            record(session, "link:propose", link_id, SYSTEM, reasons=codes)
        return bool(proposed)

    return Work(find=find, do=link, name=str)


def _wholes(told: dict[str, Any], where: tuple[str, str]) -> list[tuple[SelectorKind, str]]:
    """The place with the conduct, and the text as a whole, where they are long enough to mean something."""
    found = []
    place = bare(told.get("place") or "")
    if len(place) >= _SHORTEST_PLACE:
        found.append((SelectorKind.place, "/".join((*where, place))))
    body = bare(told.get("narrative") or "")
    if len(body) >= _SHORTEST_TEXT:
        found.append((SelectorKind.text, body))
    return found


# --- read ---


def links(session: Session, lead_id: UUID, actor: Actor) -> LinkList:
    """Proposed, confirmed and rejected links of a lead, the surest first, with the leads at their other ends.

    Raises:
        NotFound: unknown, or not for the actor to see.
    """
    _require(session, lead_id)
    found = session.execute(
        select(Link, Officer.name)
        .outerjoin(Officer, Officer.id == Link.decided_by)
        .where(or_(Link.lead_a == lead_id, Link.lead_b == lead_id))
        .order_by(Link.score.desc(), Link.id)
        .limit(_MOST_LINKS)
    ).all()
    others = _rows(session, {_other(link, lead_id) for link, _ in found}, actor)
    keys = _keys(session, {link.lead_a for link, _ in found if link.reason is not None}, actor)
    return LinkList(
        items=[
            LinkItem.model_validate(
                {
                    "id": link.id,
                    "lead": others[_other(link, lead_id)],
                    "status": link.status,
                    "score": link.score,
                    "reasons": _reasons(link),
                    "proposed_at": link.proposed_at,
                    "decided_at": link.decided_at,
                    "decided_by": {"id": link.decided_by, "name": name} if link.decided_by else None,
                    "reason": decrypt_or_none(keys.get(link.lead_a), link.reason, _place(link.id))
                    if link.reason
                    else None,
                }
            )
            for link, name in found
            # The links of a lead that was merged hold for the one that took its tips.
            if _other(link, lead_id) in others and others[_other(link, lead_id)].state != State.merged
        ]
    )


def graph(session: Session, lead_id: UUID, hops: int, actor: Actor) -> Graph:
    """Leads within one or two links of this one, and the links among them but rejected ones. Raises NotFound."""
    _require(session, lead_id)
    seen, frontier = {lead_id}, {lead_id}
    edges: dict[UUID, Link] = {}
    cut = False
    for _ in range(hops):
        reached = session.execute(
            select(Link)
            .where(or_(Link.lead_a.in_(frontier), Link.lead_b.in_(frontier)), Link.status != LinkStatus.rejected)
            .order_by(Link.score.desc(), Link.id)
            .limit(_MOST_EDGES + 1)
        ).scalars()
        following: set[UUID] = set()
        for link in reached:
            for end in (link.lead_a, link.lead_b):
                if end not in seen and len(seen) < _MOST_NODES:
                    seen.add(end)
                    following.add(end)
            if {link.lead_a, link.lead_b} <= seen and len(edges) < _MOST_EDGES:
                edges[link.id] = link
            else:
                cut = True
        frontier = following
    rows = _rows(session, seen, actor)
    nodes = {id_: row for id_, row in rows.items() if id_ == lead_id or row.state != State.merged}
    return Graph(
        nodes=[Node(lead=row, start=id_ == lead_id) for id_, row in nodes.items()],
        edges=[
            Edge(
                id=link.id,
                lead_a=link.lead_a,
                lead_b=link.lead_b,
                status=LinkStatus(link.status),
                score=link.score,
                reasons=_reasons(link),
            )
            for link in edges.values()
            if link.lead_a in nodes and link.lead_b in nodes
        ],
        complete=not cut,
    )


def _require(session: Session, lead_id: UUID) -> None:
    if session.execute(select(Lead.id).where(Lead.id == lead_id)).one_or_none() is None:
        raise NotFound


def _other(link: Link, lead_id: UUID) -> UUID:
    return link.lead_b if link.lead_a == lead_id else link.lead_a


def _reasons(link: Link) -> list[str]:
    return sorted({str(why["code"]) for why in link.reasons})


def _rows(session: Session, ids: set[UUID], actor: Actor) -> dict[UUID, LeadRow]:
    """The inbox rows of these leads, those that the actor sees."""
    found = session.execute(
        select(Lead, Region.name, Agency.name, Officer.name)
        .join(Region, Region.code == Lead.region_code)
        .join(Agency, Agency.id == Lead.held_by_agency_id)
        .join(Officer, Officer.id == Lead.held_by_officer_id)
        .where(Lead.id.in_(ids))
    ).all()
    around = circumstances(session, actor, datetime.now(UTC))
    return {row[0].id: LeadRow(**row_fields(row[0], row[1], row[2], row[3], actor, around)) for row in found}


def _keys(session: Session, ids: set[UUID], actor: Actor) -> dict[UUID, bytes]:
    keys = {}
    for lead in session.execute(select(Lead).where(Lead.id.in_(ids))).scalars():
        if (key := lead_key_or_none(lead)) is not None:
            keys[lead.id] = key
    return keys


def _place(link_id: UUID) -> str:
    return f"link_proposals/{link_id}/reason"


# --- decide ---


def decide(session: Session, lead_id: UUID, other_id: UUID, status: LinkStatus, why: str | None, actor: Actor) -> None:
    """Confirm or reject a link; a decision may be changed later, with a reason, and is never made again by the system.

    Raises:
        NotFound: no such link, or not for the actor to see.
        Conflict: that is what was decided already.
    """
    first, second = sorted((lead_id, other_id))
    link = session.execute(
        select(Link).where(Link.lead_a == first, Link.lead_b == second).with_for_update()
    ).scalar_one_or_none()
    if link is None:
        raise NotFound
    if link.status == status:
        raise Conflict(f"This link is {status} already", status=status)
    keeper = session.execute(select(Lead).where(Lead.id == first)).scalar_one()
    before = link.status
    link.status, link.decided_by, link.decided_at = status, actor.id, datetime.now(UTC)
    link.reason = encrypt_json(lead_key(keeper), why, _place(link.id)) if why else None
    session.flush()
    verb = "confirm" if status is LinkStatus.confirmed else "reject"
    for end in (first, second):
        record(session, f"link:{verb}", link.id, actor.by, matter_id=end, was=before, reasons=_reasons(link))


def links_proposed(session: Session, ids: list[UUID]) -> dict[UUID, int]:
    """How many undecided links each of these leads has to leads that the asker sees; those with none are left out."""
    ends = [
        select(end.label("id")).where(end.in_(ids), Link.status == LinkStatus.proposed)
        for end in (Link.lead_a, Link.lead_b)
    ]
    of = union_all(*ends).subquery()
    rows = session.execute(select(of.c.id, func.count()).group_by(of.c.id)).all()
    return {row[0]: row[1] for row in rows}
