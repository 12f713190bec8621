"""Taking leads out of the system: asked for with a purpose and a fresh proof of who asks, in a register, for 24 hours.

Nothing is kept as a file: each fetching makes it anew from what the officer may see at that moment, so a lead from
which they were excluded meanwhile is not in it. Every row, sheet and page carries who took it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, func, or_, select, text
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.models import Agency, Officer, Region, Term
from huiyin.access.permissions import Permission as P
from huiyin.kit.crypto.vault import SUITE, Unreadable, decrypt_json, encrypt_json, vault
from huiyin.kit.database.tables import insert_into
from huiyin.kit.web.errors import Conflict, Invalid, NotFound, WrongState, field_error
from huiyin.kit.web.paging import decode_cursor, page_of
from huiyin.kit.working_days import BEIJING
from huiyin.leads.exports.models import Export, ExportFormat, ExportKind
from huiyin.leads.exports.schemas import Dossier, ExportItem, ExportPage, ExportQuery, NewExport
from huiyin.leads.exports.sheets import Mark, as_csv, as_xlsx
from huiyin.leads.page import views
from huiyin.leads.page.rows import conditions_of
from huiyin.leads.page.schemas import LeadFilter
from huiyin.leads.record.models import Lead
from huiyin.leads.record.visible import require_texts, visible_lead
from huiyin.tips.record.models import Tip
from huiyin.tips.reporting.views import messages_of
from huiyin.trail.recorder import record
from huiyin.workflow.visibility import require_at

HOURS = 24
MOST_ROWS = 10_000
_HIDING = text("SELECT export_id FROM exports_that_hide(:ids)")
_NEW = text("SELECT uuidv7(), draw_number('exports')")
TITLES = (
    "线索编号",
    "状态",
    "性质",
    "行业领域",
    "行为",
    "地区",
    "收到时间",
    "举报件数",
    "在办时限",
    "到期时间",
    "承办单位",
    "责任人",
    "核查结论",
    "澄清正名",
    "保存至",
)


# A branch that was split off for the discipline agency, and leads of tips that are sealed to it, stay inside.
_NOT_SEALED = and_(Lead.branch_of_id.is_(None), ~exists().where(Tip.lead_id == Lead.id, Tip.sealed_for.is_not(None)))


def _key_aad(export_id: UUID) -> str:
    return f"exports/{export_id}"


def _place(export_id: UUID) -> str:
    return f"exports/{export_id}/content"


def _require_not_sealed(session: Session, lead_id: UUID) -> None:
    visible_and_sealed = select(Lead.id).where(Lead.id == lead_id, ~_NOT_SEALED)
    if session.execute(visible_and_sealed).one_or_none() is not None:
        raise Conflict("What is sealed to the discipline agency does not leave the system")


def make(session: Session, body: NewExport, actor: Actor) -> ExportItem:
    """Enter an export into the register; it can be fetched by the same officer for 24 hours.

    Raises:
        NotFound: as for any lead.
        Forbidden: the permission, or reading what was told, is held at another agency only.
        Conflict: the lead is sealed to the discipline agency.
        Invalid: more than 10,000 leads, or none.
    """
    now = datetime.now(UTC)
    if body.lead_id is not None:
        lead = visible_lead(session, body.lead_id)
        require_texts(actor, lead)
        require_at(actor, P.exports_make, lead.visible_to, "not_of_lead", "Only agencies that work on it export")
        _require_not_sealed(session, lead.id)
        ids = [lead.id]
    else:
        ids = list(
            session.execute(
                select(Lead.id)
                .where(_NOT_SEALED, *conditions_of(body.filter or LeadFilter(), actor, now))
                .order_by(Lead.received_at.desc(), Lead.id.desc())
                .limit(MOST_ROWS + 1)
            ).scalars()
        )
        if len(ids) > MOST_ROWS:
            raise Invalid(field_error("/filter", "too_many", f"More than {MOST_ROWS} leads; narrow the filter"))
        if not ids:
            raise Invalid(field_error("/filter", "none", "No lead fits the filter"))
    export_id, drawn = session.execute(_NEW).one()
    key = vault().new_key(_key_aad(export_id))
    kept = body.filter.model_dump(mode="json", exclude_defaults=True) if body.filter is not None else None
    at = actor.agency_ids_for(P.exports_make)
    agency = actor.agency_id if actor.agency_id in at else min(at)
    number = f"EX-{drawn}"
    session.execute(
        insert_into(Export),
        {
            "id": export_id,
            "number": number,
            "kind": body.kind,
            "format": body.format,
            "lead_ids": ids,
            "officer_id": actor.id,
            "agency_id": agency,
            "at": now,
            "expires_at": now + timedelta(hours=HOURS),
            "content": encrypt_json(key.plain, {"purpose": body.purpose, "filter": kept}, _place(export_id)),
            "wrapped_key": key.wrapped,
            "kek_version": key.kek_version,
            "suite": SUITE,
        },
    )
    facts: dict[str, Any] = {"number": number, "kind": body.kind, "format": body.format, "leads": len(ids)}
    record(session, "export:make", export_id, actor.by, matter_id=body.lead_id, **facts)
    return _item(*_row(session, export_id), actor)


def fetch(session: Session, export_id: UUID, actor: Actor) -> tuple[Export, bytes]:
    """The file of an export of the inbox, made now.

    Raises:
        NotFound: not the officer's, or a dossier.
        WrongState: its 24 hours are over.
    """
    row, mark = _fetched(session, export_id, actor, ExportKind.inbox)
    table = _table(session, row.lead_ids)
    if row.format == ExportFormat.csv:
        return row, as_csv(mark, TITLES, table)
    return row, as_xlsx(mark, row.number, TITLES, table)


def dossier(session: Session, export_id: UUID, actor: Actor) -> Dossier:
    """The lead of a dossier, to print, as the officer may see it now.

    Raises:
        NotFound: not the officer's, no dossier, or no longer a lead that they may see.
        Conflict: the lead is sealed to the discipline agency by now.
        WrongState: its 24 hours are over.
    """
    row, _ = _fetched(session, export_id, actor, ExportKind.dossier)
    _require_not_sealed(session, row.lead_ids[0])
    lead = views.lead(session, row.lead_ids[0], actor)
    return Dossier(
        export=_item(*_row(session, export_id), actor), lead=lead, messages=messages_of(session, lead.id).items
    )


def register(session: Session, query: ExportQuery, actor: Actor) -> ExportPage:
    """An officer's own exports; for auditors all of leads that they see, and of their agency.

    Whose exclusion reaches a lead learns by no purpose and no count that it was taken out (回避).
    """
    statement = _rows().order_by(Export.id.desc()).limit(query.limit + 1)
    if not actor.may(P.exports_audit):
        statement = statement.where(Export.officer_id == actor.id)
    else:
        hides = Export.kind == ExportKind.dossier, func.lead_hides_from_asker(Export.lead_ids[1])
        statement = statement.where(or_(Export.officer_id == actor.id, ~and_(*hides)))
    if query.cursor is not None:
        (last,) = decode_cursor(query.cursor, UUID)
        statement = statement.where(Export.id < last)
    rows, following = page_of(session.execute(statement).all(), query.limit, lambda row: [row[0].id])
    others = [row[0].id for row in rows if row[0].officer_id != actor.id]
    hiding = set(session.execute(_HIDING, {"ids": others}).scalars())
    items = [_item(row[0], row[1], row[2], actor, hides=row[0].id in hiding) for row in rows]
    return ExportPage(items=items, next_cursor=following)


def _fetched(session: Session, export_id: UUID, actor: Actor, kind: ExportKind) -> tuple[Export, Mark]:
    row = session.execute(
        select(Export)
        .where(Export.id == export_id, Export.officer_id == actor.id, Export.kind == kind)
        .with_for_update()
    ).scalar_one_or_none()
    if row is None:
        raise NotFound
    now = datetime.now(UTC)
    if row.expires_at <= now:
        raise WrongState(
            "An export can be fetched for 24 hours; ask for a new one", state="expired", allowed_actions=[]
        )
    row.fetched, row.fetched_at = row.fetched + 1, now
    session.flush()
    lead_id = row.lead_ids[0] if kind is ExportKind.dossier else None
    record(session, "export:download", row.id, actor.by, matter_id=lead_id, number=row.number, leads=len(row.lead_ids))
    _, officer, agency = _row(session, export_id)
    purpose = (_content(row) or {}).get("purpose") or ""
    lines = (
        f"导出编号 {row.number} · 内部资料，不得外传",
        f"导出人 {officer} · {agency}",
        f"导出时间 {now.astimezone(BEIJING):%Y-%m-%d %H:%M}（北京时间）",
        f"用途 {purpose}",
    )
    return row, Mark(row.number, lines)


def _table(session: Session, ids: Sequence[UUID]) -> list[list[str]]:
    """The rows of these leads in their order, those that the officer may see now."""
    labels = {
        (row.kind, row.code): row.zh_cn
        for row in session.execute(
            select(Term.kind, Term.code, Term.zh_cn)
            .where(Term.kind.in_(("state", "nature", "sector", "conduct", "clock_rule", "finding", "lead_exoneration")))
            .order_by(Term.version)
        )
    }

    def said(kind: str, code: str | None) -> str:
        return labels.get((kind, code), code) or "" if code else ""

    def moment(at: datetime | None) -> str:
        return f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M}" if at else ""

    found = session.execute(
        select(Lead, Region.name, Agency.name, Officer.name)
        .join(Region, Region.code == Lead.region_code)
        .join(Agency, Agency.id == Lead.held_by_agency_id)
        .join(Officer, Officer.id == Lead.held_by_officer_id)
        .where(_NOT_SEALED, Lead.id.in_(ids))
    ).all()
    rows = {
        lead.id: [
            lead.number,
            said("state", lead.state),
            said("nature", lead.nature),
            said("sector", lead.sector),
            said("conduct", lead.conduct),
            region,
            moment(lead.received_at),
            str(lead.tip_count),
            said("clock_rule", lead.clock_rule),
            moment(lead.clock_due_at),
            agency,
            officer,
            said("finding", lead.finding),
            said("lead_exoneration", lead.exoneration),
            "已到期销毁" if lead.destroyed_at else lead.expires_on.isoformat() if lead.expires_on else "",
        ]
        for lead, region, agency, officer in found
    }
    return [rows[id_] for id_ in ids if id_ in rows]


def _rows() -> Any:
    return (
        select(Export, Officer.name, Agency.name)
        .join(Officer, Officer.id == Export.officer_id)
        .join(Agency, Agency.id == Export.agency_id)
        .execution_options(populate_existing=True)
    )


def _row(session: Session, export_id: UUID) -> tuple[Export, str, str]:
    row = session.execute(_rows().where(Export.id == export_id)).one()
    return row[0], row[1], row[2]


def _content(row: Export) -> dict[str, Any] | None:
    try:
        content: dict[str, Any] = decrypt_json(
            vault().unwrap(row.wrapped_key, _key_aad(row.id)), row.content, _place(row.id)
        )
    except Unreadable:
        return None
    return content


def _item(row: Export, officer: str, agency: str, actor: Actor, *, hides: bool = False) -> ExportItem:
    told = {} if hides else _content(row) or {}
    return ExportItem.model_validate(
        {
            "id": row.id,
            "number": row.number,
            "kind": row.kind,
            "format": row.format,
            "purpose": told.get("purpose"),
            "filter": told.get("filter"),
            "leads": None if hides else len(row.lead_ids),
            "by": {"id": row.officer_id, "name": officer},
            "agency": {"id": row.agency_id, "name": agency},
            "at": row.at,
            "expires_at": row.expires_at,
            "fetched": row.fetched,
            "fetched_at": row.fetched_at,
            "may_fetch": row.officer_id == actor.id and row.expires_at > datetime.now(UTC),
        }
    )
