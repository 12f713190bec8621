"""What the verbs of the agency in charge change beyond the state: acknowledging, disputing, verifying, concluding."""

from uuid import UUID

from sqlalchemy import select, text

from huiyin.access.actors import Actor
from huiyin.access.models import Agency, Officer
from huiyin.access.permissions import Role
from huiyin.access.secondments import active_officers
from huiyin.clocks.models import ClockRuleCode
from huiyin.clocks.running import move_due, term
from huiyin.kit.crypto.vault import encrypt_json
from huiyin.kit.database.tables import insert_into
from huiyin.kit.web.errors import Conflict, Invalid, field_error
from huiyin.leads.lifecycle import inputs
from huiyin.leads.lifecycle.transition import LeadTransition, take_from_handler
from huiyin.leads.record.exclusion import hide
from huiyin.leads.record.models import Conclusion, Lead
from huiyin.leads.record.texts import conclusion_aad, lead_key
from huiyin.leads.work.checklist import begin_checklist
from huiyin.tips.record.models import LegalStatus
from huiyin.tips.record.subjects import set_legal_status
from huiyin.workflow.inputs import Note
from huiyin.workflow.machine import Blocked
from huiyin.workflow.models import AssignmentRole, ExclusionSource
from huiyin.workflow.visibility import is_excluded


def acknowledge(transition: LeadTransition, _: Note) -> None:
    """Acknowledging (签收): whoever acknowledges answers for the lead; the reporter reads which kind of body has it.

    Own rule, term by rule `acknowledge`. Raises Conflict where no agency is in charge.
    """
    lead = transition.lead
    if lead.handler_agency_id is None:
        raise Conflict("The lead has no agency in charge")
    transition.holder = (lead.handler_agency_id, transition.actor.id, AssignmentRole.chief)
    kind = transition.session.execute(select(Agency.kind).where(Agency.id == lead.handler_agency_id)).scalar_one()
    transition.stage["handled_by"] = kind


def dispute(transition: LeadTransition, body: inputs.Dispute) -> None:
    """Dispute (提出异议): the lead goes back to the office; an agency that names a conflict never sees it again (回避).

    Own rule: within the term of rule `dispute`, counted from dispatch.
    """
    lead = transition.lead
    transition.facts |= {"reason_code": body.reason_code, "agency": str(lead.handler_agency_id)}
    if body.reason_code is inputs.DisputeReason.conflict and lead.handler_agency_id is not None:
        # An agency that declares a conflict may not learn more of the lead (回避).
        hide(transition.session, lead, [lead.handler_agency_id], [], ExclusionSource.declared)
    take_from_handler(transition)
    transition.stage["handled_by"] = None


def _eligible_verifiers(transition: LeadTransition, body: inputs.StartVerification) -> dict[UUID, UUID]:
    """Verifier to agency, for those named who serve the agency in charge or an assisting one and are not excluded."""
    lead = transition.lead
    working = [id_ for id_ in (lead.handler_agency_id, *lead.assisting_agency_ids) if id_ is not None]
    eligible = {}
    for officer in active_officers(transition.session, body.verifier_ids).values():
        # A seconded officer verifies for the office; one's own agency comes first where both work on the lead.
        verifies_at = officer.in_role(Role.verifier).agency_ids
        agency = next((id_ for id_ in (officer.agency_id, *working) if id_ in working and id_ in verifies_at), None)
        if agency is not None and not is_excluded(officer, lead):
            eligible[officer.id] = agency
    return eligible


def names_verifier(lead: Lead, actor: Actor, asked: inputs.StartVerification) -> Blocked | None:
    """The other one of the two named verifiers confirms: each declares for themselves."""
    if actor.id in asked.verifier_ids:
        return None
    return Blocked("not_named", "Only the other named verifier declares this")


def check_verifiers(transition: LeadTransition, body: inputs.StartVerification) -> None:
    """Whoever starts is one of the two verifiers, and both are eligible. Raises Invalid."""
    if not transition.confirming and transition.actor.id not in body.verifier_ids:
        raise Invalid(field_error("/verifier_ids", "without_you", "Start the verification as one of its two verifiers"))
    eligible = _eligible_verifiers(transition, body)
    errors = [
        field_error(
            f"/verifier_ids/{index}", "not_eligible", "Not a verifier of the agency in charge or an assisting one"
        )
        for index, id_ in enumerate(body.verifier_ids)
        if id_ not in eligible
    ]
    if errors:
        raise Invalid(*errors)


def start_verification(transition: LeadTransition, body: inputs.StartVerification) -> None:
    """Start of verification (开始核查): two named verifiers, each free of conflict; subjects are 核查中.

    Until a case is filed, measures touch neither liberty nor property (公安机关办理刑事案件程序规定, article 174).
    """
    lead = transition.lead
    agencies = _eligible_verifiers(transition, body)
    lead.verifier_ids = list(body.verifier_ids)
    homes = transition.session.execute(select(Officer.agency_id).where(Officer.id.in_(agencies))).scalars()
    lead.verifier_agency_ids = sorted({*agencies.values(), *homes})
    lead.verification_began_at = transition.now
    transition.no_later = lead.conclude_by
    transition.held_by_first_verifier()
    set_legal_status(transition.session, lead.id, LegalStatus.reported, LegalStatus.verifying)
    begin_checklist(transition.session, lead, transition.now)
    transition.facts["verifiers"] = [str(id_) for id_ in body.verifier_ids]


def withdraw_verifier(transition: LeadTransition, _: inputs.StartVerification) -> None:
    """A verifier who cannot declare to be free of conflict no longer sees the lead."""
    hide(transition.session, transition.lead, [], [transition.actor.id], ExclusionSource.declared)
    transition.facts["excluded"] = [str(transition.actor.id)]


def change_verifiers(transition: LeadTransition, _: inputs.Recall) -> None:
    """The chief names other verifiers; what was concluded so far does not count."""
    lead = transition.lead
    transition.facts["verifiers"] = [str(id_) for id_ in lead.verifier_ids]
    lead.verifier_ids, lead.verifier_agency_ids, lead.finding = [], [], None
    if lead.handler_agency_id is None:
        raise Conflict("The lead has no agency in charge")
    transition.held_by_head(lead.handler_agency_id, AssignmentRole.chief)


def extend(transition: LeadTransition, body: inputs.Extension) -> None:
    """Extension (延期): a later date for the conclusion, which another agency's reviewer has approved by now.

    Own rule: three months in all (rule `conclude_longest`). Raises Invalid, as `check_extension` does.
    """
    lead = transition.lead
    check_extension(transition, body)
    move_due(transition.session, lead, body.due_at)
    transition.facts["due_at"] = body.due_at.isoformat()


def check_extension(transition: LeadTransition, body: inputs.Extension) -> None:
    """Raises Invalid when the new date is not later, or beyond three months from the start in all."""
    lead = transition.lead
    began = lead.verification_began_at or transition.now
    longest = term(transition.session, ClockRuleCode.conclude_longest, began).due(began).at
    if lead.clock_due_at is not None and body.due_at <= lead.clock_due_at:
        raise Invalid(field_error("/due_at", "not_later", f"Choose a date after {lead.clock_due_at.isoformat()}"))
    if body.due_at > longest:
        raise Invalid(field_error("/due_at", "too_late", f"Three months in all end on {longest.isoformat()}"))


def conclude(transition: LeadTransition, body: inputs.ConclusionIn) -> None:
    """Conclusion (拟结论): a finding (核查结论) with facts and evidence, encrypted; the chief answers next.

    Own rule, term by rule `endorse`. Raises Conflict where no agency is in charge.
    """
    lead, session = transition.lead, transition.session
    conclusion_id = session.execute(text("SELECT uuidv7()")).scalar_one()
    content = body.model_dump(exclude={"finding"})
    session.execute(
        insert_into(Conclusion),
        {
            "id": conclusion_id,
            "lead_id": lead.id,
            "finding": body.finding,
            "officer_id": transition.actor.id,
            "concluded_at": transition.now,
            "content": encrypt_json(lead_key(lead), content, conclusion_aad(conclusion_id)),
        },
    )
    lead.finding = body.finding
    if lead.handler_agency_id is None:
        raise Conflict("The lead has no agency in charge")
    transition.held_by_head(lead.handler_agency_id, AssignmentRole.chief)
    transition.facts["finding"] = body.finding
