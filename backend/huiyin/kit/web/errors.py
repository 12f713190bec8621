"""The one base of all refusals and its one form on the wire: problem details (RFC 9457)."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from huiyin.kit.database.sessions import Refusal
from huiyin.kit.web.refusals import FieldCode, RuleCode

MOST_ERRORS = 20
LONGEST_POINTER = 200
"""Characters: names of fields that we do not know are the sender's, and may be as long as the body."""


class Problem(BaseModel):
    """What every error answer looks like; some kinds carry further members."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str


class HuiyinError(Refusal):
    """A refusal with its HTTP status, its stable code and what the asker can do about it."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"
    title: ClassVar[str] = "Something went wrong on our side"
    headers: Mapping[str, str] | None = None

    def __init__(self, detail: str = "", **members: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.members = members

    def problem(self) -> dict[str, Any]:
        """The body of the answer, as `application/problem+json`."""
        return {
            "type": f"urn:huiyin:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            **self.members,
        }


class Malformed(HuiyinError):
    status, code, title = 400, "malformed_json", "The body is not valid JSON"


class Unauthenticated(HuiyinError):
    status, code, title = 401, "unauthenticated", "Sign in first"


class SessionExpired(HuiyinError):
    status, code, title = 401, "session_expired", "The session has ended; sign in again"


class BadCredentials(HuiyinError):
    status, code, title = 401, "bad_credentials", "Name or password is wrong"


class BadCode(HuiyinError):
    status, code, title = 401, "bad_code", "The code is wrong, was used already, or is too old"


class BadPasskey(HuiyinError):
    status, code, title = 401, "bad_passkey", "This passkey does not open anything here"


class ProviderRefused(HuiyinError):
    """Signing in by the identity provider came to nothing; `reason` says where."""

    status, code, title = 401, "provider_refused", "The identity provider did not sign you in"


class SecondFactorRequired(HuiyinError):
    """The password is right; `methods` says what else will do."""

    status, code, title = 401, "second_factor_required", "A second factor is needed"


class EnrolmentRequired(HuiyinError):
    """The password is right, and there is no second factor yet: `secret`, `uri` and `enrolment` begin one."""

    status, code, title = 401, "enrolment_required", "Set up an authenticator app first"


class ReauthenticationRequired(HuiyinError):
    status, code, title = 401, "reauthentication_required", "Prove again who you are"


class PasswordChangeRequired(HuiyinError):
    status, code, title = 403, "password_change_required", "Choose a password of your own first"


class Forbidden(HuiyinError):
    """`rule` says which rule forbids it, where it is not for want of a permission."""

    status, code, title = 403, "forbidden", "This needs a permission that you do not hold"

    def __init__(self, detail: str = "", *, rule: RuleCode | None = None, **members: Any) -> None:
        super().__init__(detail, **members, **({} if rule is None else {"rule": rule}))


class CrossSite(HuiyinError):
    status, code, title = 403, "cross_site", "The request came from another site"


class NotFound(HuiyinError):
    """Unknown, or not for the asker to know: both are answered alike, in the same words."""

    status, code, title = 404, "not_found", "There is nothing here"


class Conflict(HuiyinError):
    status, code, title = 409, "conflict", "This collides with what is already recorded"


class ReferenceTaken(HuiyinError):
    """`tip_id`: what the sender sent under it before; `same`: whether this is that once more, or something else."""

    status, code, title = 409, "reference_taken", "You have sent a tip with this reference already"


class WrongState(HuiyinError):
    status, code, title = 409, "wrong_state", "The state does not allow this now"


class Excluded(HuiyinError):
    status, code, title = 409, "excluded", "That agency may not handle this lead"


class Removed(HuiyinError):
    """The trail knows it and the record is not there: somebody has taken it out behind the application's back."""

    status, code, title = 410, "removed", "This record was taken in and is no longer there"


class OffsetMismatch(HuiyinError):
    """tus 1.0: the bytes do not continue what is there."""

    status, code, title = 409, "offset_mismatch", "The upload continues elsewhere"


class UnsupportedProtocol(HuiyinError):
    """tus 1.0: the answer says in `Tus-Version` what is spoken here."""

    status, code, title = 412, "unsupported_protocol", "This speaks tus 1.0.0"
    headers: Mapping[str, str] | None = {"Tus-Version": "1.0.0"}


class UnsupportedType(HuiyinError):
    status, code, title = 415, "unsupported_type", "The body has the wrong content type"


class Unsatisfiable(HuiyinError):
    status, code, title = 416, "unsatisfiable", "There are no such bytes"


class Stale(HuiyinError):
    status, code, title = 412, "stale", "Somebody changed this meanwhile"


class TooLarge(HuiyinError):
    status, code, title = 413, "too_large", "The body is too large"


class Invalid(HuiyinError):
    """422 with one entry a field: `pointer` (RFC 6901), `code` and what would be right; the first 20 of them.

    `left_out` counts the others: a body of thousands of faults is not answered by more than it sent.
    """

    status, code, title = 422, "validation", "Some fields are not right"

    def __init__(self, *errors: Mapping[str, Any], detail: str = "") -> None:
        shown = errors[:MOST_ERRORS]
        more = {"left_out": len(errors) - len(shown)} if len(errors) > len(shown) else {}
        entries = [{**error, "pointer": error["pointer"][:LONGEST_POINTER]} for error in shown]
        said = "; ".join(f"{entry['pointer']}: {entry['detail']}" for entry in entries)
        super().__init__(detail or said, errors=entries, **more)


class IdempotencyMismatch(HuiyinError):
    status, code, title = 422, "idempotency_mismatch", "This Idempotency-Key was used for another body"


class PreconditionRequired(HuiyinError):
    status, code, title = 428, "precondition_required", "Send If-Match with the version that you saw"


class RateLimited(HuiyinError):
    status, code, title = 429, "rate_limited", "Too many attempts; wait a little"


def field_error(pointer: str, code: FieldCode, detail: str) -> dict[str, str]:
    """One entry of `errors` for a rule that pydantic cannot know, such as an unknown region."""
    return {"pointer": pointer, "code": code, "detail": detail}


def problem_codes() -> list[str]:
    """The last part of `type` of every problem that the imported parts define."""
    found, waiting = set(), [HuiyinError]
    while waiting:
        kind = waiting.pop()
        found.add(kind.code)
        waiting += kind.__subclasses__()
    return sorted(found)


# For `responses=`: every route can answer with these.
PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": what}
    for status, what in {
        400: "Malformed JSON",
        401: "Not signed in",
        403: "Permission missing",
        404: "Unknown, or not visible to the asker",
        409: "The state does not allow it",
        412: "Stale If-Match",
        413: "Body too large",
        422: "Invalid fields",
        428: "If-Match missing",
    }.items()
}
