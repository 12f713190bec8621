"""Leads as the tests over all machines try them."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from huiyin.leads.lifecycle.moves import LEADS
from huiyin.leads.record.models import State
from tests.client import Client
from tests.domain import ANSWERS, ANY, IN_CHARGE, OFFICE, Row, table
from tests.factories.house import Lead
from tests.workflow.world import Try, World

DESK, HANDLER = "city", "district"
SEEN_BY_HANDLER = {
    "dispatched",
    "acknowledged",
    "verifying",
    "concluded",
    "in_review",
    "approved",
    "answered",
    "closed",
}
# Who asks, so that the other one may confirm.
ASKS = {
    "decline": (DESK, "intake second"),
    "start_verification": (HANDLER, "verifier second"),
    "extend": (HANDLER, "chief second"),
    "dispatch": (DESK, "dispatcher"),
}


class LeadWorld(World[Lead]):
    """Leads of the house: `city` received them, `district` is the agency in charge, `market` has no part in them."""

    machine = LEADS
    plural = "leads"
    situations = (
        *(str(state) for state in State if state != State.answered),
        "answered, objected",
        "received, decline asked",
        "screened, decline asked",
        "verifying, extend asked, paused, of two tips",
        "acknowledged, start_verification asked",
        "registered, dispatch asked",
    )
    begins = ("submit",)
    also = """
        (SELECT count(*) FROM messages),
        (SELECT jsonb_agg(to_jsonb(t) ORDER BY id) FROM tips t),
        (SELECT count(*) FROM subjects)
    """
    tries: ClassVar[dict[str, Try]] = {
        "screen": Try("received", DESK, "intake", "events clocks move_inputs tips"),
        "merge": Try("screened", DESK, "intake", "events assignments move_inputs tips"),
        "transfer_out": Try("screened", DESK, "intake", "events assignments clocks move_inputs tips"),
        "decline": Try("received", DESK, "intake", "events move_inputs pending_moves"),
        "decline/confirmation": Try(
            "received, decline asked", DESK, "intake", "events assignments clocks move_inputs tips pending_moves"
        ),
        "notify": Try("declined", DESK, "intake", "events move_inputs"),
        "register": Try("screened", DESK, "intake", "events clocks move_inputs tips"),
        "dispatch": Try("registered", DESK, "dispatcher", "events assignments clocks move_inputs tips"),
        "dispatch/confirmation": Try(
            "registered, dispatch asked", DESK, "reviewer", "events assignments clocks move_inputs tips pending_moves"
        ),
        "acknowledge": Try("dispatched", HANDLER, "chief", "events assignments clocks move_inputs tips"),
        "dispute": Try("dispatched", HANDLER, "chief", "events assignments clocks move_inputs tips"),
        "start_verification": Try("acknowledged", HANDLER, "verifier", "events move_inputs pending_moves"),
        "start_verification/confirmation": Try(
            "acknowledged, start_verification asked",
            HANDLER,
            "verifier",
            "events assignments clocks move_inputs tips subjects pending_moves",
        ),
        "recall": Try("acknowledged", DESK, "dispatcher", "events assignments clocks move_inputs tips"),
        "change_verifiers": Try("verifying", HANDLER, "chief", "events assignments clocks move_inputs tips"),
        "unmerge": Try("merged", DESK, "intake", "events assignments clocks move_inputs tips"),
        "mark_complex": Try("received", DESK, "intake", "events clocks move_inputs tips"),
        "extend": Try("verifying", HANDLER, "chief", "events move_inputs pending_moves"),
        "extend/confirmation": Try(
            "verifying, extend asked", DESK, "reviewer", "events clocks move_inputs tips pending_moves"
        ),
        "conclude": Try("verifying", HANDLER, "verifier", "events assignments clocks move_inputs conclusions tips"),
        "endorse": Try("concluded", HANDLER, "chief", "events assignments clocks move_inputs tips"),
        "send_back": Try("in_review", DESK, "reviewer", "events assignments clocks move_inputs tips"),
        "approve": Try("in_review", DESK, "reviewer", "events assignments clocks move_inputs tips"),
        "give_feedback": Try("approved", HANDLER, "verifier", "events assignments clocks move_inputs messages tips"),
        "close": Try("answered", DESK, "reviewer", "events assignments clocks move_inputs tips"),
        "look_back": Try("closed", DESK, "reviewer", "events move_inputs"),
        "reopen": Try("closed", DESK, "reviewer", "events assignments clocks move_inputs tips"),
        "pause": Try("verifying", HANDLER, "verifier", "events clocks clock_pauses move_inputs"),
        "resume": Try("verifying, paused", HANDLER, "verifier", "events clocks clock_pauses move_inputs"),
        "split": Try("screened, of two tips", DESK, "intake", "events assignments clocks move_inputs tips"),
        "branch": Try("verifying", DESK, "dispatcher", "events assignments clocks"),
        "add_subject": Try("verifying", DESK, "intake", "events subjects move_inputs"),
        "exclude": Try("verifying", DESK, "intake", "events exclusions move_inputs"),
        "declare_conflict": Try(
            "verifying", HANDLER, "verifier", "events exclusions assignments clocks move_inputs tips"
        ),
        "dismiss_objection": Try("answered, objected", DESK, "reviewer", "events messages move_inputs tips"),
    }
    # Whose verifier goes needs another one; whose reviewer goes does not.
    runs_on: ClassVar[dict[str, Try]] = {"declare_conflict": Try("verifying", DESK, "reviewer", "")}

    @classmethod
    def table(cls) -> list[Row]:
        return table()

    def make(self, situation: str) -> Lead:
        state, *conditions = situation.split(", ")
        if "of two tips" in conditions:
            lead, other = self.house.lead("screened"), self.house.lead("screened")
            self.house.act(other, "merge", DESK, "intake", target_lead_id=str(lead.id))
            self.house.walk(lead, "screened", state)
        elif "dispatch asked" in conditions:  # to where somebody works who is named in it
            unit = str(self.house.agencies[HANDLER].name)
            lead = self.house.lead(state, subjects=[{"kind": "person", "name": "钱多多", "unit": unit}])
        else:
            lead = self.house.lead(state)
        if "paused" in conditions:
            self.house.act(lead, "pause", HANDLER, "verifier")
        if "objected" in conditions:
            body = {"token": lead.code.token, "text": "不服"}
            assert self.house.connect().post("/api/v1/public/receipts/objection", body).status_code == 201
        for condition in conditions:
            if condition.endswith(" asked"):
                verb = condition.removesuffix(" asked")
                self.house.ask(lead, verb, *ASKS[verb])
        return lead

    def begun(self, how: str) -> Lead:
        return self.house.file()

    def body(self, verb: str, matter: Lead) -> dict[str, Any]:
        given = self.house.given(verb)
        return given | {"tip_ids": [str(matter.tip_id)]} if verb == "split" else given

    def sees(self, place: str, matter: Lead, state: str) -> bool:
        return place == DESK or (place == HANDLER and state in SEEN_BY_HANDLER)

    def at(self, words: str, matter: Lead, state: str) -> set[str]:
        in_charge = {HANDLER} if state in SEEN_BY_HANDLER else set()
        return {OFFICE: {DESK}, IN_CHARGE: in_charge, ANSWERS: {self.holder(matter)}, ANY: {DESK, HANDLER}}[words]

    def unmet(self, matter: Lead) -> frozenset[str]:
        row = self.row(matter)
        met = {
            "pause": row.clock_rule is not None and row.clock_paused_at is None,
            "resume": row.clock_paused_at is not None,
            "split": row.tip_count > 1,
            "add_subject": row.tip_count > 0 and row.merged_into_id is None,
            "dismiss_objection": row.objected_at is not None,
        }
        assert row.clock_due_at is None or row.clock_due_at > datetime.now(UTC)
        return frozenset(verb for verb, holds in met.items() if not holds)

    def needs_second(self, verb: str, matter: Lead) -> bool:
        return verb != "dispatch" or self.row(matter).pending_verb == "dispatch"

    def listed(self, who: Client, matter: Lead) -> list[str] | None:
        items = who.get("/api/v1/leads", limit=200).json()["items"]
        (row,) = [item for item in items if item["id"] == str(matter.id)]
        return list(row["allowed_actions"])
