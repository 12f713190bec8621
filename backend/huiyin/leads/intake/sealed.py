"""Where a sealed tip lands: at the discipline agency whose key it is sealed to, as a sealed branch does."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.models import Agency, AgencyKind, Region
from huiyin.access.register.registers import unknown_region
from huiyin.kit.web.errors import Invalid, NotFound, field_error
from huiyin.leads.record.models import Nature, State
from huiyin.leads.record.visible import require_texts, visible_lead
from huiyin.tips.record.models import Tip
from huiyin.tips.reporting.schemas import PublicTip
from huiyin.tips.sealed.schemas import SealedTipIn, SealedTipItem
from huiyin.tips.sealed.sealed import hand_out, present_key
from huiyin.trail.recorder import record


@dataclass(frozen=True, slots=True)
class Landing:
    """The agency that takes a sealed tip, and who may see that it exists."""

    region_path: list[str]
    agency_id: UUID
    agency_name: str
    head_id: UUID
    line: list[UUID]
    """The discipline agencies from the top down to this one."""

    @property
    def fields(self) -> dict[str, Any]:
        """What the lead's row has beside what every new lead has."""
        return {"state": State.dispatched, "nature": Nature.umbrella, "handler_agency_id": self.agency_id}


def landing_of(session: Session, body: PublicTip, sealed: SealedTipIn) -> Landing:
    """Find where a sealed tip goes. That nothing stands beside it in clear was checked before.

    Raises:
        Invalid: the key is not the present one of an agency that takes sealed tips of the region, or the region is
            unknown.
    """
    path = session.execute(select(Region.path).where(Region.code == body.region_code)).scalar_one_or_none()
    if path is None:
        raise unknown_region(body.region_code)
    agency = session.get_one(Agency, present_key(session, sealed.key_id))
    if agency.kind != AgencyKind.discipline or agency.region_code not in path or agency.head_id is None:
        raise Invalid(field_error("/sealed/key_id", "other_region", "Seal to an agency that /public/sealed-keys gives"))
    line = select(Agency.id).where(Agency.id.in_(agency.path), Agency.kind == AgencyKind.discipline)
    disciplines = set(session.execute(line).scalars())
    return Landing(path, agency.id, agency.name, agency.head_id, [id_ for id_ in agency.path if id_ in disciplines])


def take_to_read(session: Session, lead_id: UUID, tip_id: UUID, actor: Actor) -> SealedTipItem:
    """A sealed tip for the officer's browser to open; each time is an event.

    Raises:
        NotFound: no such tip of a lead that the officer may see, it is not sealed, or it expired.
        Forbidden: what tips tell may not be read by this officer.
    """
    lead = visible_lead(session, lead_id)
    require_texts(actor, lead)
    sealed = (Tip.id == tip_id, Tip.lead_id == lead.id, Tip.sealed_for.is_not(None))
    tip = session.execute(select(Tip).where(*sealed)).scalar_one_or_none()
    item = hand_out(session, tip) if tip is not None else None
    if item is None:
        raise NotFound
    record(session, "sealed_tip:read", tip_id, actor.by, matter_id=lead.id)
    return item


_NEW = text("SELECT uuidv7() AS lead_id, uuidv7() AS tip_id, uuidv7() AS promise_id, draw_number('leads') AS number")


def new_keys(session: Session) -> Any:
    """Ids of a new lead, tip and promise, and the lead's number."""
    row = session.execute(_NEW).one()
    # From here on this transaction acts on the new lead.
    session.execute(text("SELECT set_config('huiyin.acting_on', :lead, true)"), {"lead": str(row.lead_id)})
    return row
