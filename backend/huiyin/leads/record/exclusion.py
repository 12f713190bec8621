"""Conflict exclusion (回避): who is named in a lead, or has a conflict, cannot see that it exists.

Access ends in the transaction that records the exclusion: `hidden_from` on the lead's row is what the policies read.
If an excluded agency or officer was working on the lead, it goes back to where somebody else can take it.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huiyin.access.models import Agency, Officer
from huiyin.kit.database.tables import insert_into
from huiyin.kit.text.segment import bare, is_named_in
from huiyin.kit.web.errors import Conflict
from huiyin.leads.record.models import Lead
from huiyin.workflow.models import AssignmentRole, Exclusion, ExclusionSource


def officers_named(session: Session, texts: Iterable[str | None]) -> list[UUID]:
    """Officers whose name occurs in what was told of an official: rather one namesake too many than one too few."""
    told = [bare(words) for words in texts if words]
    if not told:
        return []
    officers = session.execute(select(Officer.id, Officer.name).where(Officer.active).order_by(Officer.id))
    return [id_ for id_, name in officers if any(is_named_in(name, words) for words in told)]


def write_exclusions(
    session: Session, lead_id: UUID, agencies: Iterable[UUID], officers: Iterable[UUID], source: ExclusionSource
) -> None:
    """Record who is excluded; the caller puts the same ids into `hidden_from`."""
    rows = [{"matter_id": lead_id, "agency_id": id_, "officer_id": None, "source": source} for id_ in agencies]
    rows += [{"matter_id": lead_id, "agency_id": None, "officer_id": id_, "source": source} for id_ in officers]
    if rows:
        session.execute(insert_into(Exclusion), rows)


def hide(
    session: Session, lead: Lead, agencies: Iterable[UUID], officers: Iterable[UUID], source: ExclusionSource
) -> list[UUID]:
    """Hide a lead from more agencies and officers; returns those that are new."""
    agencies = [id_ for id_ in agencies if id_ not in lead.hidden_from]
    officers = [id_ for id_ in officers if id_ not in lead.hidden_from]
    write_exclusions(session, lead.id, agencies, officers, source)
    lead.hidden_from = [*lead.hidden_from, *agencies, *officers]
    return [*agencies, *officers]


def excluded_agencies_of(session: Session, lead: Lead, agency_ids: Iterable[UUID]) -> set[UUID]:
    """Which of these agencies are excluded, themselves or by an agency above them."""
    rows = session.execute(
        select(Agency.id).where(Agency.id.in_(list(agency_ids)), Agency.path.overlap(lead.hidden_from))
    )
    return set(rows.scalars())


def excluded_officers_of(session: Session, lead: Lead, officer_ids: Iterable[UUID]) -> set[UUID]:
    """Which of these officers are excluded, themselves or by their agency."""
    rows = session.execute(
        select(Officer.id)
        .join(Agency, Agency.id == Officer.agency_id)
        .where(
            Officer.id.in_(list(officer_ids)),
            Agency.path.overlap(lead.hidden_from) | Officer.id.in_(lead.hidden_from),
        )
    )
    return set(rows.scalars())


def answerable(
    session: Session, lead: Lead, agency_id: UUID, role: AssignmentRole
) -> tuple[UUID, UUID, AssignmentRole]:
    """Who answers for the lead at an agency: its head, or, where the head is excluded, the first above who is not.

    Raises:
        Conflict: nobody up the line may see the lead; a higher office has to take it.
    """
    path = session.execute(select(Agency.path).where(Agency.id == agency_id)).scalar_one()
    rows = session.execute(select(Agency.id, Agency.head_id, Agency.path).where(Agency.id.in_(path))).all()
    hidden = set(lead.hidden_from)
    heads = {row.id: row.head_id for row in rows if row.head_id is not None and not hidden & {row.head_id, *row.path}}
    for id_ in reversed(path):
        if id_ in heads:
            return id_, heads[id_], role
    raise Conflict("Nobody up the line of that agency may answer for this lead; it needs a higher office")
