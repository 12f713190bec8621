"""Taking a tip in: it opens a lead at the office of its region, with a named person and a running clock.

Intake writes a lead and a tip together, so it stands here, above the tips part; `tips.intake` knows how a tip is
recorded and nothing of leads.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from huiyin.access.models import AgencyKind
from huiyin.access.register.registers import unknown_region
from huiyin.channels.models import Channel, ChannelKind, ChannelState
from huiyin.channels.register import nearest_web_channel
from huiyin.clocks.models import Clock, ClockRuleCode
from huiyin.clocks.running import Term, start_row, term, term_of
from huiyin.kit.crypto.vault import SUITE
from huiyin.kit.database.tables import insert_into
from huiyin.kit.web.errors import Conflict, Invalid, ReferenceTaken, field_error
from huiyin.kit.working_days import Due
from huiyin.leads.intake.sealed import landing_of, new_keys
from huiyin.leads.matching.indexing import index_later, index_on_arrival
from huiyin.leads.record.exclusion import officers_named, write_exclusions
from huiyin.leads.record.models import Lead, State
from huiyin.leads.record.texts import new_lead_key
from huiyin.tips.record.models import ReporterStage
from huiyin.tips.reporting.admission import Sender
from huiyin.tips.reporting.in_log import promise_place
from huiyin.tips.reporting.intake import (
    FirstStage,
    check_codes,
    content_digest,
    excluded_agencies,
    named_officials,
    record_tip,
    sealed_in,
    texts_of,
)
from huiyin.tips.reporting.schemas import NextStage, OfficeRef, PublicTip, StaffTip, TipAccepted, TipRegistered
from huiyin.tips.reporting.sealed_rules import refuse_plaintext
from huiyin.tips.sealed.schemas import SealedTipIn
from huiyin.trail.models import ActorKind
from huiyin.trail.recorder import ActorRef, record
from huiyin.workflow.models import Assignment, AssignmentRole, ExclusionSource


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a tip lands: the region, the office that takes it in, and the new rows' keys."""

    region_path: list[str]
    office_id: UUID
    office_name: str
    office_path: list[UUID]
    head_id: UUID
    lead_id: UUID
    tip_id: UUID
    promise_id: UUID
    number: str
    rule: Term
    fields: dict[str, Any] = field(default_factory=dict)
    """What the lead's row has beside what every new lead has."""


# The nearest office for the region that nobody excluded; superior offices may see what it holds. In the same round
# trip: the new keys, the rule of the first clock, and from here on this transaction acts on the new lead.
_DESK = text(
    """
    SELECT d.*, c.code, c.version, c.amount, c.unit, c.basis, c.moves, entered_years() AS years,
           set_config('huiyin.acting_on', d.lead_id::text, true)
    FROM (SELECT r.path AS region_path, a.id AS office_id, a.name AS office_name,
           ARRAY(SELECT o.id FROM agencies o WHERE o.id = ANY(a.path) AND o.kind = 'office'
                 ORDER BY array_position(a.path, o.id)) AS office_path, a.head_id,
           uuidv7() AS lead_id, uuidv7() AS tip_id, uuidv7() AS promise_id,
           draw_number('leads') AS number
    FROM regions r
    LEFT JOIN LATERAL (
        SELECT * FROM agencies o
        WHERE o.kind = 'office' AND o.region_code = ANY(r.path) AND o.head_id IS NOT NULL
          AND NOT o.path && CAST(:hidden AS uuid[]) AND NOT o.head_id = ANY(CAST(:hidden AS uuid[]))
        ORDER BY length(o.region_code) DESC, o.region_code DESC, o.id LIMIT 1
    ) a ON true
    WHERE r.code = :region) d
    CROSS JOIN LATERAL (
        SELECT * FROM clock_rules WHERE code = 'screen' AND effective_from <= now() ORDER BY version DESC LIMIT 1
    ) c
    """
)


def _desk(session: Session, region: str, hidden: list[UUID]) -> Desk:
    row = session.execute(_DESK, {"region": region, "hidden": hidden}).one_or_none()
    if row is None:
        raise unknown_region(region)
    if row.office_id is None:
        if hidden:
            raise Conflict("Every office for this region is excluded; file the tip for the region above it")
        raise Invalid(field_error("/region_code", "no_office", "No office takes tips for this region"))
    return Desk(
        region_path=row.region_path,
        office_id=row.office_id,
        office_name=row.office_name,
        office_path=row.office_path,
        head_id=row.head_id,
        lead_id=row.lead_id,
        tip_id=row.tip_id,
        promise_id=row.promise_id,
        number=row.number,
        rule=term_of(row),
    )


def _sealed_desk(session: Session, body: PublicTip, sealed: SealedTipIn) -> Desk:
    """A sealed tip goes past the office, to the agency that alone can read it, which then acknowledges it."""
    landing = landing_of(session, body, sealed)
    new = new_keys(session)
    return Desk(
        region_path=landing.region_path,
        office_id=landing.agency_id,
        office_name=landing.agency_name,
        office_path=landing.line,
        head_id=landing.head_id,
        lead_id=new.lead_id,
        tip_id=new.tip_id,
        promise_id=new.promise_id,
        number=new.number,
        rule=term(session, ClockRuleCode.acknowledge, datetime.now(UTC)),
        fields=landing.fields,
    )


def _open_lead(
    session: Session, body: PublicTip | StaffTip, channel_id: UUID, by: ActorRef
) -> tuple[Desk, datetime, Due, str | None]:
    """Write lead, tip, assignment, clock and event. The caller has checked the channel.

    Returns also the log's promise, where the reporter has a receipt.
    """
    sealed = sealed_in(body)
    # Before anything is looked up by what may have been told in clear.
    if sealed is not None and isinstance(body, PublicTip):
        refuse_plaintext(session, body)
    check_codes(session, body)
    asked, subjects = excluded_agencies(session, body)
    officers = officers_named(session, named_officials(body))
    hidden = [*asked, *subjects, *officers]
    if sealed is not None and isinstance(body, PublicTip):
        desk = _sealed_desk(session, body, sealed)
    else:
        desk = _desk(session, body.region_code, hidden)
    now = datetime.now(UTC)
    ends = desk.rule.due(now)
    _write_lead(session, body, desk, hidden, ends, now)
    told_as = record_tip(
        session,
        body,
        tip_id=desk.tip_id,
        lead_id=desk.lead_id,
        channel_id=channel_id,
        received_at=now,
        first_step=_first_stage(ends, sealed),
        sealed_for=desk.office_id if sealed else None,
        sender_id=by.actor_id,
    )
    # What a system forwards in bulk is indexed by the worker within seconds (leads.indexing).
    if by.kind is ActorKind.client:
        index_later(session, desk.tip_id, channel_id)
    elif sealed is None:
        told, named = texts_of(body), [subject.model_dump() for subject in body.subjects]
        where = (body.region_code, body.conduct)
        index_on_arrival(session, desk.tip_id, desk.lead_id, channel_id, told, named, where)
    write_exclusions(session, desk.lead_id, asked, officers, ExclusionSource.reporter)
    write_exclusions(session, desk.lead_id, subjects, [], ExclusionSource.subject)
    _write_responsibility(session, desk, ends, now)
    record(
        session,
        "lead:submit",
        desk.lead_id,
        by,
        matter_id=desk.lead_id,
        to_state=desk.fields.get("state", State.received),
        tip=str(desk.tip_id),
        channel=str(channel_id),
        told=told_as,
        excluded=len(hidden),
    )
    given_word = promise_place(session, body.receipt, desk.tip_id, desk.promise_id, now) if body.receipt else None
    return desk, now, ends, given_word


def _first_stage(ends: Due, sealed: SealedTipIn | None) -> FirstStage:
    """What the receipt shows first; a sealed tip is with the discipline agency from the start."""
    if sealed is None:
        return FirstStage(ends.at, ends.provisional)
    return FirstStage(ends.at, ends.provisional, ReporterStage.accepted, AgencyKind.discipline)


def _write_lead(
    session: Session, body: PublicTip | StaffTip, desk: Desk, hidden: list[UUID], ends: Due, now: datetime
) -> None:
    key = new_lead_key(desk.lead_id)
    session.execute(
        insert_into(Lead),
        {
            "id": desk.lead_id,
            "number": desk.number,
            "state": State.received,
            "state_since": now,
            "conduct": body.conduct,
            "sector": body.sector,
            "region_code": body.region_code,
            "region_path": desk.region_path,
            "received_at": now,
            "visible_to": desk.office_path,
            "hidden_from": hidden,
            "desk_agencies": desk.office_path,
            "held_by_agency_id": desk.office_id,
            "held_by_officer_id": desk.head_id,
            "clock_rule": desk.rule.code,
            "clock_due_at": ends.at,
            "clock_provisional": ends.provisional,
            "wrapped_key": key.wrapped,
            "kek_version": key.kek_version,
            "suite": SUITE,
            **desk.fields,
        },
    )


def _write_responsibility(session: Session, desk: Desk, ends: Due, now: datetime) -> None:
    session.execute(
        insert_into(Assignment),
        {
            "matter_id": desk.lead_id,
            "agency_id": desk.office_id,
            "officer_id": desk.head_id,
            "role": AssignmentRole.chief if desk.fields else AssignmentRole.desk,
            "from_at": now,
        },
    )
    session.execute(insert_into(Clock), start_row(desk.lead_id, desk.rule, ends, desk.office_id, desk.head_id, now))


def take_public_tip(session: Session, body: PublicTip, by: ActorRef, sender: Sender) -> TipAccepted:
    """A tip by the open form.

    Raises:
        Invalid: unknown codes, region, channel or agencies, or no sealed identity; of a sealed tip as
            `refuse_plaintext` and `landing_of`.
        ProofRequired, RateLimited: as `Sender.admit`.
    """
    channel_id = _web_channel(session, body)
    sender.admit(session, channel_id)
    desk, now, ends, promise = _open_lead(session, body, channel_id, by)
    return TipAccepted(
        tip_id=desk.tip_id,
        received_at=now,
        answer_from=OfficeRef(name=desk.office_name),
        next_step=NextStage(stage=_first_stage(ends, body.sealed).stage, due_at=ends.at, provisional=ends.provisional),
        promise=promise,
    )


def take_staff_tip(session: Session, body: StaffTip, by: ActorRef) -> TipRegistered:
    """A call, letter or visit that staff register, or a tip that another agency's system forwards.

    Raises:
        Invalid: as for the open form.
        ReferenceTaken: this sender has sent a tip with that reference by this channel.
    """
    channel = session.execute(select(Channel.id, Channel.agency_id).where(Channel.id == body.channel_id)).one_or_none()
    if channel is None:
        raise Invalid(field_error("/channel_id", "unknown_channel", "There is no channel with this id"))
    if body.external_ref is not None:
        _refuse_known_reference(session, body, by)
    desk, now, _, _ = _open_lead(session, body, channel.id, by)
    return TipRegistered(tip_id=desk.tip_id, lead_id=desk.lead_id, lead_number=desk.number, received_at=now)


def _refuse_known_reference(session: Session, body: StaffTip, by: ActorRef) -> None:
    """One reference of one sender by one channel is one tip. Nobody else's tip stands in the way of it.

    Where something else came under it, the trail says so: who lets a tip pass for one that is there suppresses it.
    """
    # The lock makes two requests of one reference wait for each other; the answer does not depend on who may see what.
    place = f"tips/{body.channel_id}/{by.actor_id}/{body.external_ref}"
    session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:place, 0))"), {"place": place})
    known = session.execute(
        text("SELECT tip_id, told FROM tip_of_reference(:channel, :sender, :reference)"),
        {"channel": body.channel_id, "sender": by.actor_id, "reference": body.external_ref},
    ).one_or_none()
    if known is None:
        return
    same = known.told == content_digest(body)
    refused = ReferenceTaken(pointer="/external_ref", tip_id=str(known.tip_id), same=same)
    if not same:
        told = content_digest(body).hex()
        refused.leaves = lambda later: record(
            later, "tip:refuse_reference", known.tip_id, by, channel=str(body.channel_id), told=told
        )
    raise refused


def _web_channel(session: Session, body: PublicTip) -> UUID:
    """The published web channel that was named, or the nearest one that serves the region."""
    web = (Channel.kind == ChannelKind.web, Channel.state == ChannelState.published)
    if body.channel_id is not None:
        found = session.execute(select(Channel.id).where(Channel.id == body.channel_id, *web)).scalar_one_or_none()
        if found is None:
            raise Invalid(
                field_error("/channel_id", "unknown_channel", "There is no published web channel with this id")
            )
        return found
    nearest = nearest_web_channel(session, body.region_code)
    if nearest is None:
        raise Invalid(field_error("/region_code", "no_channel", "No web channel serves this region yet"))
    return nearest
