"""Leads for the browser tests to look at, made through the API as the demo officers."""

import secrets
from dataclasses import dataclass

import httpx

from huiyin.replay import Stage
from tests.factories.reporting.public_form import submitted

DISTRICT = "长沙市公安局岳麓分局"
NARRATIVE = "货运站外有人拦车收“保护费”，不给钱就砸车窗。\n\n上周四晚上一辆湘 A 牌照的面包车停在路口，下来五个人。"

FINDING = {
    "finding": "substantiated",
    "facts": "查明属实。",
    "evidence": ["监控录像"],
    "actions_taken": "走访司机 12 人。",
}


@dataclass
class Seeds:
    """What the demo has been through; every method makes a lead of its own and returns its id."""

    url: str
    stage: Stage

    def tip(self, narrative: str = NARRATIVE) -> str:
        """A tip that waits for screening."""
        sent = submitted(
            f"{self.url}/api/v1",
            {
                "region_code": "430104",
                "conduct": "protection_money",
                "sector": "transport",
                "place": "某货运站出口",
                "narrative": narrative,
                "occurred": {"kind": "ongoing"},
                "subjects": [{"kind": "person", "nickname": "光头", "unit": "某货运信息部", "post": "老板"}],
            },
        )
        assert sent.status_code == httpx.codes.CREATED, sent.text
        found = self.stage.as_("intake.city").get("/api/v1/leads", params={"limit": 20, "sort": "-received_at"})
        for row in found.json()["items"]:
            lead = self.stage.as_("intake.city").get(f"/api/v1/leads/{row['id']}").json()
            if sent.json()["tip_id"] in {tip["id"] for tip in lead["tips"]}:
                return str(lead["id"])
        raise AssertionError("the tip's lead is not among the newest")

    def name(self, login: str) -> str:
        """An officer's name."""
        return str(self.stage.as_(login).get("/api/v1/me").json()["officer"]["name"])

    def registered(self, nature: str = "malign", narrative: str = NARRATIVE) -> str:
        """A lead that waits for its dispatch."""
        lead, act = self.tip(narrative), self.stage.act
        act("intake.city", lead, "screen", nature=nature, sector="transport", complete=True)
        act("intake.city", lead, "register")
        return lead

    def linked(self) -> str:
        """A gang lead beside two others that name the same telephone; nobody has decided on the links."""
        phone = f"139{secrets.randbelow(10**8):08}"
        told = [f"{what}，联系电话 {phone}。" for what in ("有人放高利贷逼债", "夜里有人堵门泼漆", "强占摊位收费")]
        for narrative in told[1:]:
            self.tip(narrative)
        return self.registered("gang", told[0])

    def verifying(self, narrative: str = NARRATIVE) -> str:
        """A lead that two officers of the district verify."""
        lead, act = self.registered(narrative=narrative), self.stage.act
        act("dispatch.city", lead, "dispatch", agency_id=self.stage.agencies[DISTRICT])
        act("chief.district", lead, "acknowledge")
        return self.started(lead)

    def started(self, lead: str) -> str:
        """Both verifiers of the district have declared to be free of conflict."""
        act = self.stage.act
        verifiers = [self.stage.officer("verify.district"), self.stage.officer("verify2.district")]
        act("verify.district", lead, "start_verification", verifier_ids=verifiers, no_conflict=True)
        act("verify2.district", lead, "start_verification/confirmation", agreed=True)
        return lead

    def in_review(self, narrative: str = NARRATIVE) -> str:
        """A lead with a finding that waits for the reviewer."""
        lead, act = self.verifying(narrative), self.stage.act
        act("verify.district", lead, "conclude", **FINDING)
        act("chief.district", lead, "endorse")
        return lead

    def approved(self) -> str:
        """A lead whose finding was sent back once, then approved; the reporter was asked something."""
        lead, act = self.verifying(), self.stage.act
        asked = self.stage.as_("verify.district").post(
            f"/api/v1/leads/{lead}/messages",
            json={"text": "您记得车牌吗？"},
            headers={"Idempotency-Key": secrets.token_hex(16)},
        )
        assert asked.status_code == httpx.codes.CREATED, asked.text
        act("verify.district", lead, "conclude", **FINDING)
        act("chief.district", lead, "endorse")
        act("review.province", lead, "send_back", missing="补查面包车的登记情况。")
        act("verify.district", lead, "conclude", **FINDING)
        act("chief.district", lead, "endorse")
        (tip,) = self.stage.as_("review.province").get(f"/api/v1/leads/{lead}").json()["tips"]
        filed_against = [f"{tip['id']}/{one['seq']}" for one in tip["subjects"]]
        act("review.province", lead, "approve", outcome="case_filed", filed_against=filed_against)
        return lead

    def closed(self) -> str:
        """A lead that has been through everything."""
        lead, act = self.approved(), self.stage.act
        act("verify.district", lead, "give_feedback", text="您反映的情况属实，公安机关已经立案。")
        act("review.province", lead, "close", document_numbers=["长公（岳）立字〔2026〕0778 号"])
        return lead
