"""How long a lead is kept: rules as versioned data, the date set when it closes, the agency told before it expires.

docs/domain.md, section 8: verification material about people never charged expires. A lead keeps the version of the
rule under which it was closed (ADR 0024): changing a rule moves no date.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.highest_office import refuse_past, require_highest_office, setting_id
from huiyin.access.models import Officer
from huiyin.access.permissions import Permission
from huiyin.access.schemas import OfficerRef
from huiyin.clocks.models import ClockRuleCode
from huiyin.clocks.running import start_clock
from huiyin.kit.crypto.vault import encrypt_json
from huiyin.kit.database.items import Work
from huiyin.kit.database.sessions import set_scope
from huiyin.kit.database.tables import insert_into
from huiyin.kit.web.errors import WrongState
from huiyin.kit.working_days import today_in_beijing
from huiyin.leads.record.expiry import RetentionCode, RetentionRule, last_moment, set_expiry
from huiyin.leads.record.models import Finding, Lead, State
from huiyin.leads.record.texts import lead_key
from huiyin.leads.record.visible import visible_lead
from huiyin.leads.retention.models import NoticeKind
from huiyin.leads.retention.notices import notify_agencies
from huiyin.leads.retention.schemas import NewRetentionRule, RetentionReview, RetentionRuleItem, RetentionRuleList
from huiyin.trail.recorder import SYSTEM, record
from huiyin.workflow.models import MoveInput
from huiyin.workflow.moving import input_aad
from huiyin.workflow.visibility import require_at

BATCH = 200
WARN_DAYS = 30
_UNDATED = text("SELECT leads_to_date(:most)")
_TO_WARN = text("SELECT leads_to_warn(:until, :most)")


def _date_it(session: Session, lead_id: UUID) -> bool:
    lead = _locked(session, lead_id)
    if lead is None or lead.expires_on is not None or lead.state != State.closed:
        return False
    facts = set_expiry(session, lead)
    if lead.finding == Finding.undetermined and lead.clock_rule is None:
        start_review_clock(session, lead, datetime.now(UTC))
    lead.version += 1
    session.flush()
    record(session, "lead:retain", lead.id, SYSTEM, matter_id=lead.id, **facts)
    return True


DATING = Work[UUID](
    find=lambda session, most: session.execute(_UNDATED, {"most": most}).scalars().all(), do=_date_it, name=str
)
"""Closed leads that have no date yet (closed before there were rules)."""


def _locked(session: Session, lead_id: UUID) -> Lead | None:
    """None: somebody is changing it."""
    set_scope(session, acting_on=str(lead_id))
    return session.execute(
        select(Lead).where(Lead.id == lead_id).with_for_update(skip_locked=True)
    ).scalar_one_or_none()


def warning(now: datetime) -> Work[UUID]:
    """Leads that expire within 30 days, and of which the agencies in charge were not told yet."""
    until = today_in_beijing(now) + timedelta(days=WARN_DAYS)

    def warn(session: Session, lead_id: UUID) -> bool:
        lead = _locked(session, lead_id)
        if lead is None or lead.expiry_told_at is not None or lead.expires_on is None or lead.state != State.closed:
            return False
        agencies = list(dict.fromkeys([lead.held_by_agency_id, lead.handler_agency_id or lead.held_by_agency_id]))
        facts: dict[str, Any] = {"expires_on": lead.expires_on.isoformat(), "rule": lead.retention_rule}
        lead.expiry_told_at = now
        lead.version += 1
        session.flush()
        told = notify_agencies(session, lead, NoticeKind.expiry, agencies, facts)
        record(
            session,
            "lead:announce_expiry",
            lead.id,
            SYSTEM,
            matter_id=lead.id,
            agencies=[str(id_) for id_ in told],
            **facts,
        )
        return True

    return Work(
        find=lambda session, most: session.execute(_TO_WARN, {"until": until, "most": most}).scalars().all(),
        do=warn,
        name=str,
    )


def review(session: Session, lead_id: UUID, body: RetentionReview, actor: Actor) -> None:
    """An undetermined lead was looked at again and stays undetermined: the next review is six months on.

    Never beyond the day on which it expires. To take it up again is the verb `reopen`.

    Raises:
        NotFound: as for any lead.
        Forbidden: not of the lead's office.
        WrongState: it is not closed as undetermined.
    """
    lead = visible_lead(session, lead_id, lock=True)
    require_at(
        actor, Permission.leads_look_back, lead.desk_agencies, "not_at_desk", "Only a reviewer of its office reviews it"
    )
    if lead.state != State.closed or lead.finding != Finding.undetermined or lead.destroyed_at is not None:
        raise WrongState(
            "Only a lead that was closed as undetermined is reviewed", state=lead.state, allowed_actions=[]
        )
    now = datetime.now(UTC)
    start_review_clock(session, lead, now)
    lead.version += 1
    session.flush()
    event_id = session.execute(text("SELECT uuidv7()")).scalar_one()
    record(session, "lead:review_undetermined", lead.id, actor.by, matter_id=lead.id, event_id=event_id)
    content = encrypt_json(lead_key(lead), {"note": body.note}, input_aad(event_id))
    session.execute(insert_into(MoveInput), {"event_id": event_id, "matter_id": lead.id, "content": content})


def start_review_clock(session: Session, lead: Lead, now: datetime) -> None:
    """Six months to the next review of an undetermined lead, or less where it expires before."""
    start_clock(session, lead, ClockRuleCode.review_undetermined, now, no_later=last_moment(lead))


# --- the rules as settings ---


def rules(session: Session) -> RetentionRuleList:
    """Every rule with its versions, the newest first."""
    now = datetime.now(UTC)
    rows = session.execute(
        select(RetentionRule, Officer.name)
        .outerjoin(Officer, Officer.id == RetentionRule.made_by)
        .order_by(RetentionRule.code, RetentionRule.version.desc())
    ).all()
    items: list[RetentionRuleItem] = []
    held: set[str] = set()
    for row, name in rows:
        in_force = row.effective_from <= now and row.code not in held
        if in_force:
            held.add(row.code)
        items.append(
            RetentionRuleItem(
                code=RetentionCode(row.code),
                version=row.version,
                months=row.months,
                basis=row.basis,
                effective_from=row.effective_from,
                made_by=OfficerRef(id=row.made_by, name=name) if row.made_by else None,
                made_at=row.made_at,
                in_force=in_force,
            )
        )
    return RetentionRuleList(items=items)


def add_rule(session: Session, code: RetentionCode, body: NewRetentionRule, actor: Actor) -> RetentionRuleItem:
    """Add a version of a rule, for leads that close from its moment on; those that are closed keep their date.

    Raises:
        Forbidden: not an administrator of the highest office.
        Invalid: it would hold from a moment in the past.
    """
    require_highest_office(session, actor)
    refuse_past(body.effective_from)
    newest = select(func.max(RetentionRule.version)).where(RetentionRule.code == code)
    version = session.execute(newest).scalar_one() + 1
    session.execute(
        insert_into(RetentionRule), {"code": code, "version": version, "made_by": actor.id, **body.model_dump()}
    )
    record(
        session,
        "retention_rule:add",
        setting_id("retention_rule", code),
        actor.by,
        rule=code,
        version=version,
        months=body.months,
        effective_from=body.effective_from.isoformat(),
    )
    return next(item for item in rules(session).items if (item.code, item.version) == (code, version))
