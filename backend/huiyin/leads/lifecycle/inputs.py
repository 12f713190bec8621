"""What each verb takes. The table of verbs in `moves.py` names one of these for each."""

import enum
from typing import Literal, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from huiyin.access.schemas import Code, RequestModel
from huiyin.kit.text.fields import Answer, Instant, Line, LongLine, Paragraph
from huiyin.kit.web.forms import ELSEWHERE, TOLD, codes, either, picks, when
from huiyin.leads.record.models import Finding, Nature, Outcome
from huiyin.tips.record.subjects import SubjectKey
from huiyin.tips.reporting.schemas import SubjectIn
from huiyin.tips.sealed.schemas import SealedAnswer
from huiyin.workflow.inputs import Note, example

_ID = "0198c5a0-0000-7000-8000-00000000000a"


class DeclineReason(enum.StrEnum):
    not_within_remit = "not_within_remit"
    in_litigation = "in_litigation"
    already_answered = "already_answered"
    no_verifiable_content = "no_verifiable_content"
    withdrawn = "withdrawn"


class TransferReason(enum.StrEnum):
    other_authority = "other_authority"
    other_region = "other_region"
    petition_matter = "petition_matter"
    emergency = "emergency"


class DisputeReason(enum.StrEnum):
    not_ours = "not_ours"
    conflict = "conflict"
    duplicate = "duplicate"


class ReopenReason(enum.StrEnum):
    new_facts = "new_facts"
    failed_look_back = "failed_look_back"
    reporter_objection = "reporter_objection"


class SkipReason(enum.StrEnum):
    would_harm = "would_harm"
    cannot_be_reached = "cannot_be_reached"


class Screening(Note):
    model_config = example(nature="malign", sector="markets", complete=True, complex=False, note=None)

    nature: Nature
    sector: Code = Field(json_schema_extra=codes("sector"))
    complete: bool = Field(description="Whether what was told suffices to verify it")
    complex: bool = False


class Merging(RequestModel):
    model_config = example(target_lead_id=_ID, reason="同一市场、同一伙人的重复举报")

    target_lead_id: UUID = Field(json_schema_extra=picks("lead"))
    reason: Paragraph


class TransferOut(Note):
    model_config = example(body="市场监督管理局", reason_code="other_authority", note=None)

    body: Line = Field(description="The competent body; the reporter is told its name")
    reason_code: TransferReason


class Decline(Note):
    model_config = example(reason_code="no_verifiable_content", note="两次联系举报人未获补充")

    reason_code: DeclineReason


class Notification(Note):
    model_config = example(how="已电话告知并寄送移送函", note=None)

    how: LongLine = Field(description="How it was handed over and the reporter told")


class Dispatch(Note):
    model_config = example(agency_id=_ID, assisting_agency_ids=[], due_at=None, note="请于 30 日内核查")

    agency_id: UUID = Field(description="The agency in charge", json_schema_extra=picks("agency"))
    assisting_agency_ids: list[UUID] = Field(default_factory=list, max_length=10, json_schema_extra=picks("agencies"))
    due_at: Instant | None = Field(None, description="An earlier date for the conclusion than the rule's")


class Dispute(RequestModel):
    model_config = example(reason_code="not_ours", note="发生地属邻县辖区")

    reason_code: DisputeReason
    note: Paragraph


class StartVerification(RequestModel):
    model_config = example(verifier_ids=[_ID, "0198c5a0-0000-7000-8000-00000000000b"], no_conflict=True)

    verifier_ids: list[UUID] = Field(min_length=2, max_length=2, json_schema_extra=picks("verifiers"))
    no_conflict: Literal[True] = Field(description="The declaration that neither has a conflict of interest")

    @model_validator(mode="after")
    def _two_people(self) -> Self:
        if len(set(self.verifier_ids)) != 2:
            raise PydanticCustomError("two_people", "Name two different verifiers")
        return self


class Recall(RequestModel):
    model_config = example(reason="承办人员调整")

    reason: Paragraph


class Extension(RequestModel):
    model_config = example(due_at="2027-01-15T18:00:00+08:00", reason="关键证人外出，返回日期已核实")

    due_at: Instant
    reason: Paragraph


class ConclusionIn(RequestModel):
    model_config = example(
        finding="partly_substantiated",
        facts="收费属实，砸摊未能查实。",
        evidence=["摊主笔录 6 份", "转账记录"],
        actions_taken="走访市场 3 次，调取监控 14 天。",
    )

    finding: Finding
    facts: Paragraph
    evidence: list[LongLine] = Field(min_length=1, max_length=100)
    actions_taken: Paragraph


class SendBack(RequestModel):
    model_config = example(missing="缺少对收费人的询问笔录")

    missing: Paragraph


class Approval(Note):
    model_config = example(outcome="administrative_penalty", filed_against=[], note=None)

    outcome: Outcome
    filed_against: list[SubjectKey] = Field(
        default_factory=list,
        max_length=200,
        description="Where a case is filed: against whom of those named. Nobody else's legal status changes",
        json_schema_extra=picks("subjects") | when("outcome", Outcome.case_filed),
    )


class Feedback(RequestModel):
    model_config = example(
        either("way", yes="text", no="skip_reason"),
        text="您反映的收费问题属实，已依法处理。感谢您的监督。",
        skip_reason=None,
    )

    text: Answer | None = Field(None, json_schema_extra=TOLD)
    skip_reason: SkipReason | None = None
    sealed: list[SealedAnswer] | None = Field(
        None,
        min_length=1,
        max_length=20,
        description="For sealed tips, one each, sealed to agency and reporter",
        json_schema_extra=ELSEWHERE,  # beside the sealed tip
    )

    @model_validator(mode="after")
    def _answers_or_says_why_not(self) -> Self:
        if (self.text is None and self.sealed is None) == (self.skip_reason is None):
            raise PydanticCustomError(
                "exactly_one", "Give either the text for the reporter or the reason for giving none"
            )
        return self


class Closing(Note):
    model_config = example(document_numbers=["长公立字〔2026〕123号"], note=None)

    document_numbers: list[Line] = Field(default_factory=list, max_length=20)


class LookBack(RequestModel):
    model_config = example(passed=True, note="回访摊主 5 人，未再收费")

    passed: bool
    note: Paragraph


class Reopening(RequestModel):
    model_config = example(reason_code="new_facts", note="出现新的受害人")

    reason_code: ReopenReason
    note: Paragraph


class ExclusionNotice(RequestModel):
    model_config = example(
        either("target", yes="agency_id", no="officer_id"), agency_id=_ID, officer_id=None, reason="被举报人的直接上级"
    )

    agency_id: UUID | None = Field(None, json_schema_extra=picks("agency"))
    officer_id: UUID | None = Field(None, json_schema_extra=picks("officer"))
    reason: Paragraph

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.agency_id is None) == (self.officer_id is None):
            raise PydanticCustomError("exactly_one", "Name either an agency or an officer")
        return self


class Dismissal(RequestModel):
    model_config = example(text="经复核，原答复所述情况属实，理由如下。")

    text: Answer | None = Field(None, description="What the reporter is told", json_schema_extra=TOLD)
    sealed: list[SealedAnswer] | None = Field(
        None,
        min_length=1,
        max_length=20,
        description="For sealed tips, one each, sealed to agency and reporter",
        json_schema_extra=ELSEWHERE,  # beside the sealed tip
    )


class Splitting(RequestModel):
    model_config = example(tip_ids=[_ID], reason="两件举报并非同一事项")

    tip_ids: list[UUID] = Field(min_length=1, max_length=100, json_schema_extra=picks("tips"))
    reason: Paragraph


class Branch(RequestModel):
    model_config = example(agency_id=_ID, allegation="市场办负责人长期收受摊位费并通风报信。")

    agency_id: UUID = Field(description="A discipline agency", json_schema_extra=picks("discipline"))
    allegation: Answer = Field(description="What the branch is about; only that agency will be able to read it")


class ConflictDeclaration(RequestModel):
    model_config = example(reason="与被举报人是同学")

    reason: Paragraph


class LaterSubject(SubjectIn):
    """A subject that comes up later; who is named can no longer see the lead from that moment on."""

    model_config = example(kind="person", name="某某", unit="某市场管理办公室", agency_id=None, tip_id=None)

    tip_id: UUID | None = Field(
        None, description="In which tip; the lead's first when left out", json_schema_extra=picks("tip")
    )
