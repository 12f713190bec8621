"""A verb of a lead being carried out: who answers afterwards, who sees it, whom it must not go to."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from huiyin.access.models import Agency, AgencyKind, Officer
from huiyin.kit.web.errors import Conflict, Excluded, field_error
from huiyin.leads.record.exclusion import answerable, excluded_agencies_of
from huiyin.leads.record.models import Lead
from huiyin.workflow.machine import Transition
from huiyin.workflow.models import AssignmentRole


@dataclass(kw_only=True)
class LeadTransition(Transition[Lead]):
    """A verb of a lead being carried out.

    Attributes:
        stage: what the reporter is told that the state alone does not say; see `reporter.py`.
    """

    stage: dict[str, Any] = field(default_factory=dict)

    @property
    def lead(self) -> Lead:
        """The lead that the verb works on."""
        return self.row

    def held_by_head(self, agency_id: UUID, role: AssignmentRole) -> None:
        """From now on the agency's head answers for the lead."""
        self.holder = answerable(self.session, self.lead, agency_id, role)

    def held_by_desk(self) -> None:
        """From now on the receiving office answers for the lead."""
        self.held_by_head(self.lead.desk_agencies[-1], AssignmentRole.desk)

    def held_by_first_verifier(self) -> None:
        """From now on the first named verifier answers for the lead."""
        first = self.lead.verifier_ids[0]
        agency = self.session.execute(select(Officer.agency_id).where(Officer.id == first)).scalar_one()
        handler = self.lead.handler_agency_id
        if handler is not None and agency not in self.lead.assisting_agency_ids:
            agency = handler  # where the verifier is seconded, the agency in charge answers, not the one that sent them
        self.holder = (agency, first, AssignmentRole.verifier)


def refuse_excluded(session: Session, lead: Lead, agency_ids: list[UUID], pointer: str) -> None:
    """Refuse agencies that must not see the lead, and propose who could take it instead.

    Raises:
        Excluded: with `proposals`: the superiors of the excluded agency, and the region's discipline agencies.
    """
    if not lead.hidden_from or not agency_ids:
        return
    agencies = session.execute(select(Agency).where(Agency.id.in_(agency_ids))).scalars()
    excluded = [agency for agency in agencies if set(agency.path) & set(lead.hidden_from)]
    if not excluded:
        return
    superiors = [id_ for agency in excluded for id_ in agency.path if not set(agency.path) <= {id_}]
    candidates = session.execute(
        select(Agency)
        .where(
            Agency.id.in_(superiors)
            | ((Agency.kind == AgencyKind.discipline) & Agency.region_code.in_(lead.region_path))
        )
        .where(~Agency.path.overlap(lead.hidden_from))
        .order_by(Agency.region_code.desc(), Agency.name)
        .limit(10)
    ).scalars()
    raise Excluded(
        f"{excluded[0].name} is excluded from this lead",
        errors=[field_error(pointer, "excluded", f"{excluded[0].name} is excluded from this lead")],
        proposals=[{"id": str(agency.id), "name": agency.name} for agency in candidates],
    )


def visible_for(lead: Lead) -> list[UUID]:
    """The office with its superiors, and the agencies that work on the lead now."""
    working = [lead.handler_agency_id] if lead.handler_agency_id else []
    return list(dict.fromkeys([*lead.desk_agencies, *working, *lead.assisting_agency_ids]))


def take_from_handler(transition: LeadTransition) -> None:
    """The agencies that worked on the lead no longer do, and no longer see it."""
    lead = transition.lead
    excluded = excluded_agencies_of(transition.session, lead, lead.desk_agencies)
    offices = [id_ for id_ in lead.desk_agencies if id_ not in excluded]
    if not offices:
        raise Conflict("Every office above is excluded from this lead; a higher office has to take it")
    lead.desk_agencies = offices
    lead.handler_agency_id, lead.assisting_agency_ids = None, []
    lead.visible_to = visible_for(lead)
    transition.held_by_desk()
