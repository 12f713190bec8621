"""What the API takes and gives about checklist templates."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from huiyin.access.schemas import Code, RequestModel, ResponseModel
from huiyin.kit.text.fields import Line

Label = Annotated[Line, StringConstraints(max_length=200)]


class TemplateItem(RequestModel):
    code: Code
    zh_cn: Label
    zh_hant: Label
    en: Label


class TemplateItemText(ResponseModel):
    code: str
    zh_cn: str
    zh_hant: str
    en: str


class NewTemplate(RequestModel):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "items": [
                    {"code": "scene_visited", "zh_cn": "现场走访", "zh_hant": "現場走訪", "en": "Scene visited"},
                ]
            }
        }
    )

    items: Annotated[list[TemplateItem], Field(min_length=1, max_length=50)]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({item.code for item in self.items}) != len(self.items):
            raise PydanticCustomError("twice", "Name each item once")
        return self


class TemplateVersion(ResponseModel):
    version: int
    items: list[TemplateItemText]
    made_at: datetime
    newest: bool


class TemplateHistory(ResponseModel):
    conduct: str
    versions: list[TemplateVersion]


class TemplateList(ResponseModel):
    items: list[TemplateHistory]
