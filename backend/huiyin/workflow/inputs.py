"""What verbs of every kind of matter take alike."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from huiyin.access.schemas import RequestModel
from huiyin.clocks.models import PauseReason
from huiyin.kit.text.fields import Paragraph


def example(marks: dict[str, Any] | None = None, /, **fields: Any) -> ConfigDict:
    """The configuration of a verb's body: nothing unknown is taken, and the API's description has an example.

    Args:
        marks: how a form asks for the whole of it (`kit.web.forms`).
        fields: the example.
    """
    return ConfigDict(extra="forbid", json_schema_extra={"example": fields, **(marks or {})})


def example_of(takes: type[BaseModel]) -> Any:
    """The example of a verb's body, for bodies that carry it."""
    extra = takes.model_config["json_schema_extra"]
    return extra["example"] if isinstance(extra, dict) else None


class Note(RequestModel):
    model_config = example(note="材料齐全")

    note: Paragraph | None = None


class Pause(Note):
    model_config = example(reason_code="waiting_for_reporter", note="已请举报人补充时间和地点")

    reason_code: PauseReason


class Confirmation(Note):
    model_config = example(agreed=True, note=None)

    agreed: bool = Field(description="False refuses: the matter stays as it is")


class ReasonedConfirmation(Confirmation):
    model_config = example(agreed=True, note="已更换负责人，由督察部门派员监督")

    note: Paragraph
