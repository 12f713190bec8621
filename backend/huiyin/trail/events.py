"""The one registry of events: what each is called, changes, opens and says. What is not in it cannot be recorded.

An event is called `subject:verb`, the verb in its base form: `lead:screen`, `overlay:approve`. A verb that a second
officer must confirm has two more: `lead:ask_extend` (提请) and `lead:refuse_extend` (不同意); the verb alone says
that it took effect. Tables of verbs enter theirs with `define_verb`. The API's description carries all of it
(`x-events`), and the browser's words are tested against that.
"""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field


class Value(enum.StrEnum):
    """What kind of thing a fact is, which says how it can be shown."""

    code = "code"  # of the taxonomy named beside it
    word = "word"  # a code that is in no taxonomy
    ref = "ref"  # the id of what is named beside it
    number = "number"  # a number that people cite: of a lead, an export, a document
    quantity = "quantity"
    flag = "flag"
    day = "day"
    moment = "moment"
    digest = "digest"  # in hexadecimal or base64
    record = "record"  # an object of codes, counts and ids


_IN_JSON: dict[Value, type] = {Value.quantity: int, Value.flag: bool, Value.record: dict}


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of an event; `of`: the taxonomy of a code, or what a reference points at."""

    value: Value
    of: str = ""
    many: bool = False

    def fits(self, told: Any) -> bool:
        """Whether a value is of this kind. None is: the fact is not known, or there is none."""
        if told is None:
            return True
        if self.many:
            return isinstance(told, list) and all(self._is_one(each) for each in told)
        return self._is_one(told)

    def __str__(self) -> str:
        """As the API's description has it: `code:finding`, `ref:officer[]`, `day`."""
        return self.value + (f":{self.of}" if self.of else "") + ("[]" if self.many else "")

    def _is_one(self, told: Any) -> bool:
        return isinstance(told, _IN_JSON.get(self.value, str)) and (self.value is Value.flag or told is not True)


Facts = Mapping[str, Fact]

EventName = Annotated[str, Field(json_schema_extra={"format": "event"})]
"""An event's name in an answer; the API's description makes one enumeration of it."""


def code(taxonomy: str) -> Fact:
    """A code of that taxonomy."""
    return Fact(Value.code, taxonomy)


def ref(what: str) -> Fact:
    """The id of a row of that name."""
    return Fact(Value.ref, what)


def refs(what: str) -> Fact:
    """Ids of rows of that name."""
    return Fact(Value.ref, what, many=True)


COUNT, FLAG, DAY, MOMENT = Fact(Value.quantity), Fact(Value.flag), Fact(Value.day), Fact(Value.moment)
NUMBER, DIGEST, WORD, WORDS = Fact(Value.number), Fact(Value.digest), Fact(Value.word), Fact(Value.word, many=True)
RECORD, RECORDS = Fact(Value.record), Fact(Value.record, many=True)


class Access(enum.StrEnum):
    """What somebody learnt of a lead by an event; it stands in the lead's access log."""

    texts = "texts"  # what its tips tell
    identity = "identity"  # who its reporter is
    export = "export"  # it left the system as a file


@dataclass(frozen=True, kw_only=True, slots=True)
class EventKind:
    """One event of the registry.

    Attributes:
        name: `subject:verb`.
        facts: what it may say, by key.
        changes: whether pages that show the lead show something else after it; they are told of these only.
        access: what somebody learnt by it; None: nothing.
        shown: whether the timeline of its lead shows it.
        takes: the schema of the input that is kept, encrypted, beside it; empty: none is.
    """

    name: str
    facts: Facts = field(default_factory=dict)
    changes: bool = True
    access: Access | None = None
    shown: bool = True
    takes: str = ""

    def refuse_unnamed(self, facts: Mapping[str, Any]) -> None:
        """Raises ValueError for a fact that the registry does not name, or of another kind than it says.

        The public log commits to facts for ever: what nobody has thought about does not go in.
        """
        wrong = [key for key, told in facts.items() if key not in self.facts or not self.facts[key].fits(told)]
        if wrong:
            raise ValueError(f"{self.name} does not say {', '.join(wrong)}; see {__name__}")


class Step(enum.StrEnum):
    """How far a verb has come: it took effect, waits for a second officer, or was refused by them."""

    done = "done"
    asked = "asked"
    refused = "refused"


_PREFIX = {Step.done: "", Step.asked: "ask_", Step.refused: "refuse_"}
_KINDS: dict[str, EventKind] = {}


def verb_event(kind: str, verb: str, step: Step = Step.done) -> str:
    """What the event of a machine's verb is called: `lead:extend`, `lead:ask_extend`, `lead:refuse_extend`."""
    return f"{kind}:{_PREFIX[step]}{verb}"


def define(*kinds: EventKind) -> None:
    """Enter events. Raises ValueError: there is another one of that name already."""
    for kind in kinds:
        if _KINDS.get(kind.name, kind) != kind:
            raise ValueError(f"the event {kind.name} is defined twice, differently")
        _KINDS[kind.name] = kind


def define_verb(
    kind: str, verb: str, *, takes: str = "", facts: Facts | None = None, second: bool = False, confirms: str = ""
) -> None:
    """Enter the events of one verb of a machine's table.

    Args:
        kind: the machine's: `lead`, `channel`.
        takes: the schema of the verb's input, where it is kept beside the event.
        facts: what its effect may say, in any of its steps.
        second: whether a second officer must confirm it.
        confirms: the schema of what the second officer gives.
    """
    told = {"asked_by": ref("officer"), **(facts or {})} if second else dict(facts or {})
    define(EventKind(name=verb_event(kind, verb), facts=told, takes=takes))
    if second:
        define(
            EventKind(name=verb_event(kind, verb, Step.asked), facts=told, takes=takes),
            EventKind(name=verb_event(kind, verb, Step.refused), facts=told, takes=confirms),
        )


def kind_of(name: str) -> EventKind:
    """An event's entry. Raises ValueError: nobody has defined it."""
    if name not in _KINDS:
        raise ValueError(f"no event is called {name}; see {__name__}")
    return _KINDS[name]


def all_kinds() -> list[EventKind]:
    """Every event that the imported parts define, by name."""
    return [_KINDS[name] for name in sorted(_KINDS)]


def accesses(*to: Access) -> list[str]:
    """Names of the events by which somebody learnt something of a lead: of all kinds, or of these."""
    return [kind.name for kind in all_kinds() if kind.access is not None and (not to or kind.access in to)]


def not_shown() -> list[str]:
    """Names of the events that no timeline shows."""
    return [kind.name for kind in all_kinds() if not kind.shown]


def described() -> dict[str, Any]:
    """The registry for the API's description."""
    return {
        kind.name: {
            "changes": kind.changes,
            "shown": kind.shown,
            **({"access": kind.access} if kind.access else {}),
            **({"takes": kind.takes} if kind.takes else {}),
            "facts": {key: str(fact) for key, fact in kind.facts.items()},
        }
        for kind in all_kinds()
    }


def _plain(subject: str, verbs: Iterable[str], **facts: Fact) -> None:
    define(*(EventKind(name=f"{subject}:{verb}", facts=facts) for verb in verbs))


_RETENTION = {"expires_on": DAY, "rule": code("retention_rule"), "rule_version": COUNT}
_IDENTITY = {"tip": ref("tip"), "purpose": code("identity_purpose"), "hours": COUNT}
_SHARE = {"purpose": WORD, "version": COUNT, "number": COUNT, "custodian": ref("officer"), "checked": FLAG}

# Agencies, officers and how they sign in.
_plain("agency", ["create"], agency_kind=code("agency_kind"), region=WORD)
_plain("officer", ["create"], roles=Fact(Value.code, "role", many=True), head=FLAG)
_plain("officer", ["change"], document=NUMBER, changed=RECORD)
_plain("officer", ["change_password", "reset_sign_in", "bind_oidc"])
_plain("session", ["begin"], method=WORD)
_plain("session", ["end", "revoke", "prove"])
_plain("totp", ["enrol"])
_plain("recovery_code", ["use"], left=COUNT)
_plain("recovery_codes", ["make"])
_plain("passkey", ["add", "remove"])
_plain("system_account", ["create"])
_plain("token", ["issue"], account=ref("system_account"), scopes=WORDS, channels=refs("channel"))
_plain("token", ["revoke", "take_over"])
_plain(
    "secondment",
    ["begin"],
    officer=ref("officer"),
    agency=ref("agency"),
    roles=Fact(Value.code, "role", many=True),
    until=MOMENT,
)
_plain("secondment", ["revoke"], officer=ref("officer"), agency=ref("agency"))

# Settings: versions that only grow.
_plain("clock_rule", ["add"], rule=code("clock_rule"), version=COUNT, amount=COUNT, unit=WORD, effective_from=DAY)
_plain("retention_rule", ["add"], rule=code("retention_rule"), version=COUNT, months=COUNT, effective_from=DAY)
_plain("working_year", ["enter"], year=COUNT, holidays=COUNT, working_days=COUNT)
_plain("checklist_template", ["add"], conduct=code("conduct"), version=COUNT, items=WORDS)

# Keys.
_plain("kek", ["rotate", "retire"], version=COUNT)
_plain("identity_key", ["publish", "rewrap"], version=COUNT)
_plain("identity_key", ["destroy"])
_plain("sealed_key", ["publish", "rewrap"], version=COUNT)
_plain("sealed_key", ["destroy"])
_plain("identity", ["reseal"], count=COUNT, from_version=COUNT, to_version=COUNT)
_plain("sealed_tip", ["reseal"], count=COUNT, to_key=ref("sealed_key"))
_plain(
    "key_share",
    ["give", "receive", "confirm", "hand_on", "withdraw", "lose", "miss", "destroy", "expose"],
    **_SHARE,
)

# Channels and the public form. The verbs of a channel are entered by its table.
_plain("channel", ["enter"])
_plain("form_surge", ["raise"], until=MOMENT)
_plain("form_surge", ["end"])

# What reporters do, and what is recorded of it.
_plain("tip", ["promise"], receipt=DIGEST)
_plain("tip", ["rate"], satisfied=FLAG)
_plain("tip", ["object"])
_plain("tip", ["refuse_reference"], channel=ref("channel"), told=DIGEST)
_plain("tip", ["destroy"], told=DIGEST)
_plain("message", ["add", "ask"], tip=ref("tip"))
_plain("message", ["read"], count=COUNT)
_plain("attachment", ["add"], tip=ref("tip"), bytes=COUNT)
_plain("attachment", ["release", "quarantine"], tip=ref("tip"), pieces=DIGEST, cleaned=FLAG)
_plain("attachment", ["destroy"])

# The life of a lead, besides the verbs of its table.
_plain("lead", ["submit"], tip=ref("tip"), channel=ref("channel"), told=DIGEST, excluded=COUNT)
_plain("lead", ["take_in"], merged=ref("lead"), number=NUMBER)
_plain("lead", ["give_back", "split_off", "branch_off"], number=NUMBER)
_plain("lead", ["pass_on"], officer=ref("officer"), agency=ref("agency"), to_officer=ref("officer"))
_plain("lead", ["assess"], assessment=ref("assessment"), result=code("assessment_result"), agencies=refs("agency"))
_plain("lead", ["draw_for_look_back"], month=DAY, agency=ref("agency"))
_plain("look_back", ["draw"], month=DAY, population=COUNT, drawn=COUNT)
_plain("note", ["write"], mentions=refs("officer"))
_plain("mention", ["read"])
_plain("overlay", ["ask"], kind=code("overlay"))
_plain("overlay", ["approve", "refuse"], kind=code("overlay"), asked_by=ref("officer"))
_plain("overlay", ["end"], kind=code("overlay"), asked_by=ref("officer"), cause=WORD)
_plain("link", ["propose"], reasons=WORDS)
_plain("link", ["confirm", "reject"], was=WORD, reasons=WORDS)
_plain("saved_view", ["create", "change"], shared=FLAG)
_plain("saved_view", ["delete"])
define(EventKind(name="lead:tick_checklist", facts={"done": WORDS, "undone": WORDS}, takes="Ticks"))

# Clocks: dates that moved, and the ladder of lateness.
_plain("clock", ["run_again"], rule=code("clock_rule"), due_at=MOMENT)
_plain("clock", ["recompute"], rule=code("clock_rule"), due_before=MOMENT, due_at=MOMENT)
_plain(
    "clock",
    ["remind", "tell_chief", "draft_supervision_notice", "propose_criticism"],
    officer=ref("officer"),
)

# Retaining, exonerating and destroying.
_plain("lead", ["retain"], **_RETENTION)
_plain("lead", ["announce_expiry"], agencies=refs("agency"), **_RETENTION)
_plain("lead", ["review_undetermined"])
_plain("lead", ["destroy"], tips=COUNT, messages=COUNT, files=COUNT, merged=COUNT, with_lead=ref("lead"), **_RETENTION)
_plain("hold", ["ask"], to=DAY)
_plain("hold", ["grant", "refuse"], to=DAY, asked_by=ref("officer"))
_plain("hold", ["lift", "end"], to=DAY, asked_by=ref("officer"), cause=WORD)
_plain("subject", ["correct"], told=refs("agency"), subjects=RECORDS, fields=WORDS, status=code("legal_status"))
_plain("exoneration", ["ask"], subjects=COUNT, at_request=FLAG)
_plain("exoneration", ["approve"], asked_by=ref("officer"), subjects=RECORDS, told=refs("agency"))
_plain("exoneration", ["refuse"], asked_by=ref("officer"))
_plain("notice", ["acknowledge", "mark_late"], kind=code("notice"), agency=ref("agency"))

# Who the reporter is.
_plain("identity", ["ask"], **_IDENTITY)
_plain("identity", ["grant", "refuse"], asked_by=ref("officer"))
_plain("identity", ["end"], asked_by=ref("officer"), cause=WORD)
_plain("identity", ["withhold"], until=DAY)
define(
    EventKind(name="identity:open", facts=_IDENTITY | {"asked_by": ref("officer")}, access=Access.identity),
    EventKind(name="identity:read", facts={"tip": ref("tip")}, access=Access.identity),
)

# Reading, which changes nothing.
define(
    EventKind(name="lead:read", access=Access.texts, changes=False, shown=False),
    EventKind(
        name="attachment:download",
        facts={"copy": WORD, "reason": code("original_reason")},
        access=Access.texts,
        changes=False,
    ),
    EventKind(name="sealed_tip:read", access=Access.texts, changes=False),
    EventKind(
        name="export:make",
        facts={"number": NUMBER, "kind": code("export_kind"), "format": WORD, "leads": COUNT},
        access=Access.export,
        changes=False,
    ),
    EventKind(name="export:download", facts={"number": NUMBER, "leads": COUNT}, access=Access.export, changes=False),
    EventKind(name="search:show_excerpts", facts={"leads": refs("lead")}, changes=False),
)

# The work in the background.
_plain("failed_job", ["retry"], job=WORD)

# The public log.
_plain("witness", ["register"], agency=ref("agency"), key=WORD)
_plain("witness", ["retire"])
