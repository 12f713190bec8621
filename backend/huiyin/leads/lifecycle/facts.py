"""What the event of each of a lead's verbs says, in any of its steps; the trail refuses what is not named here."""

from huiyin.trail.events import COUNT, DAY, FLAG, MOMENT, NUMBER, Facts, code, ref, refs

_EXCLUDED = {"source": code("exclusion_source"), "excluded": refs("agency or officer")}

FACTS: dict[str, Facts] = {
    "screen": {"nature": code("nature"), "sector": code("sector"), "complete": FLAG},
    "merge": {"tips": refs("tip"), "target": ref("lead"), "number": NUMBER},
    "transfer_out": {"reason_code": code("transfer_reason")},
    "decline": {"reason_code": code("decline_reason")},
    "dispatch": {"agency": ref("agency"), "assisting": refs("agency"), "due_at": MOMENT},
    "dispute": {"reason_code": code("dispute_reason"), "agency": ref("agency")},
    "start_verification": {"verifiers": refs("officer"), "excluded": refs("officer")},
    "recall": {"agency": ref("agency")},
    "change_verifiers": {"verifiers": refs("officer")},
    "extend": {"due_at": MOMENT},
    "conclude": {"finding": code("finding")},
    "approve": {"outcome": code("outcome"), "filed_against": COUNT},
    "give_feedback": {"skip_reason": code("skip_reason")},
    "close": {"documents": COUNT, "expires_on": DAY, "rule": code("retention_rule"), "rule_version": COUNT},
    "look_back": {"passed": FLAG},
    "reopen": {"reason_code": code("reopen_reason")},
    "exclude": _EXCLUDED,
    "declare_conflict": _EXCLUDED,
    "add_subject": _EXCLUDED,
    "split": {"number": NUMBER, "lead": ref("lead")},
}
