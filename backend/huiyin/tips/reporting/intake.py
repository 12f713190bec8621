"""Recording a tip as it was told: checked, encrypted, never edited afterwards."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huiyin.access.models import Agency, AgencyKind
from huiyin.access.register.registers import require_terms
from huiyin.kit.crypto.base64url import bytes_of
from huiyin.kit.crypto.vault import SUITE, encrypt_json, vault
from huiyin.kit.database.tables import insert_into
from huiyin.kit.web.errors import Invalid, field_error
from huiyin.tips.identity.desk import store_envelope
from huiyin.tips.record.content import content_aad, exclusion_aad, new_tip_key, subject_aad
from huiyin.tips.record.models import ReporterStage, Subject, SubjectKind, Tip, TipExclusion
from huiyin.tips.reporting.in_log import digest_of
from huiyin.tips.reporting.schemas import PublicTip, StaffTip
from huiyin.tips.sealed.schemas import SealedTipIn
from huiyin.tips.sealed.sealed import body_of, store_sealed


@dataclass(frozen=True, slots=True)
class FirstStage:
    """What the receipt shows from the first moment."""

    due_at: datetime
    provisional: bool
    stage: ReporterStage = ReporterStage.received
    handled_by: AgencyKind | None = None


def excluded_agencies(session: Session, body: PublicTip | StaffTip) -> tuple[list[UUID], list[UUID]]:
    """Agencies that must not see the lead: those the reporter excluded, and those named as a subject.

    Raises:
        Invalid: for an agency that is not in the register, by its field.
    """
    named: dict[UUID, str] = {}
    for index, exclusion in enumerate(body.exclusions):
        if exclusion.agency_id is not None:
            named[exclusion.agency_id] = f"/exclusions/{index}/agency_id"
    for index, subject in enumerate(body.subjects):
        if subject.agency_id is not None:
            named[subject.agency_id] = f"/subjects/{index}/agency_id"
    if not named:
        return [], []
    known = set(session.execute(select(Agency.id).where(Agency.id.in_(named))).scalars())
    unknown = [
        field_error(pointer, "unknown_agency", "There is no agency with this id")
        for id_, pointer in named.items()
        if id_ not in known
    ]
    if unknown:
        raise Invalid(*unknown)
    asked = [exclusion.agency_id for exclusion in body.exclusions if exclusion.agency_id is not None]
    return list(dict.fromkeys(asked)), [id_ for id_ in named if id_ not in asked]


def named_officials(body: PublicTip | StaffTip) -> list[str | None]:
    """What was told of officials: those who must not see it, and people named as subjects."""
    told: list[str | None] = [exclusion.official for exclusion in body.exclusions]
    told += [subject.name for subject in body.subjects if subject.kind is not SubjectKind.organisation]
    return told


def check_codes(session: Session, body: PublicTip | StaffTip) -> None:
    """Raises Invalid when conduct or sector is not in its taxonomy."""
    require_terms(session, conduct=("conduct", body.conduct), sector=("sector", body.sector))


def texts_of(body: PublicTip | StaffTip) -> dict[str, str | None]:
    """The texts of a tip, as they are kept encrypted."""
    return {"title": body.title, "narrative": body.narrative, "place": body.place, "when": body.occurred.note}


def sealed_in(body: PublicTip | StaffTip) -> SealedTipIn | None:
    """The envelope of a sealed tip."""
    return body.sealed if isinstance(body, PublicTip) else None


def content_digest(body: StaffTip) -> bytes:
    """Keyed hash of all that came under a reference: equal where the same is sent again."""
    return vault().fingerprint(json.dumps(body.model_dump(mode="json"), sort_keys=True).encode())


def of_reference(body: StaffTip, sender_id: UUID | None) -> dict[str, Any]:
    """What a tip keeps of the reference that its sender gave."""
    return {"external_ref": body.external_ref, "sender_id": sender_id, "content_digest": content_digest(body)}


def record_tip(
    session: Session,
    body: PublicTip | StaffTip,
    *,
    tip_id: UUID,
    lead_id: UUID,
    channel_id: UUID,
    received_at: datetime,
    first_step: FirstStage,
    sealed_for: UUID | None = None,
    sender_id: UUID | None = None,
) -> str:
    """Write a tip, its subjects and its exclusions, everything told encrypted under a key of the tip's own.

    Returns the digest of what was told, for the trail. Of a sealed tip that is its envelope, `sealed_for` the agency.

    Raises:
        Invalid: the reporter's identity is missing, or sealed to another key of the desk than the present one.
    """
    key = new_tip_key(tip_id)
    sealed = sealed_in(body)
    told = body_of(sealed) if sealed else texts_of(body)
    staff = body if isinstance(body, StaffTip) else None
    content = encrypt_json(key.plain, told, content_aad(tip_id))
    named = [
        encrypt_json(key.plain, subject.model_dump(exclude={"kind", "agency_id"}), subject_aad(tip_id, seq))
        for seq, subject in enumerate(body.subjects)
    ]
    session.execute(
        insert_into(Tip),
        {
            "id": tip_id,
            "lead_id": lead_id,
            "channel_id": channel_id,
            "region_code": body.region_code,
            "conduct": body.conduct,
            "sector": body.sector,
            "occurred_kind": body.occurred.kind,
            "occurred_at": body.occurred.at,
            "submitted_at": staff.submitted_at if staff else None,
            "received_at": received_at,
            **(of_reference(staff, sender_id) if staff and staff.external_ref else {}),
            "receipt_hash": bytes_of(body.receipt.token_hash) if body.receipt else None,
            "receipt_suite": body.receipt.suite if body.receipt else None,
            "stage": first_step.stage,
            "stage_since": received_at,
            "handled_by": first_step.handled_by,
            "answer_due_at": first_step.due_at,
            "answer_due_provisional": first_step.provisional,
            "sealed_for": sealed_for,
            "content": content,
            "wrapped_key": key.wrapped,
            "kek_version": key.kek_version,
            "suite": SUITE,
        },
    )
    if isinstance(body, PublicTip):
        store_envelope(session, tip_id, body.identity, bytes_of(body.receipt.token_hash))
    if sealed is not None and body.receipt is not None:
        store_sealed(session, tip_id, tip_id, "tip", sealed, bytes_of(body.receipt.token_hash))
    if body.subjects:
        session.execute(
            insert_into(Subject),
            [
                {
                    "tip_id": tip_id,
                    "seq": seq,
                    "kind": subject.kind,
                    "agency_id": subject.agency_id,
                    "content": named[seq],
                }
                for seq, subject in enumerate(body.subjects)
            ],
        )
    if body.exclusions:
        session.execute(
            insert_into(TipExclusion),
            [
                {
                    "tip_id": tip_id,
                    "seq": seq,
                    "agency_id": exclusion.agency_id,
                    "official": encrypt_json(key.plain, exclusion.official, exclusion_aad(tip_id, seq))
                    if exclusion.official
                    else None,
                }
                for seq, exclusion in enumerate(body.exclusions)
            ],
        )
    return digest_of([content, *named])
