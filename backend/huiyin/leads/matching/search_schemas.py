"""What search takes and gives."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from huiyin.access.schemas import ResponseModel
from huiyin.kit.text.fields import NoControls
from huiyin.kit.web.paging import PageQuery
from huiyin.leads.page.schemas import LeadFilter, ListedLead


class SearchQuery(LeadFilter, PageQuery):
    """Words, "phrases", -exclusions and OR, with every filter of the inbox."""

    q: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000), NoControls] = Field(
        description='What to look for: words (all of them), "a phrase", -without, this OR that',
        examples=["建材市场 卫生费 -停车"],
    )


Shown = Literal["title", "place", "narrative", "subject"]


class Snippet(ResponseModel):
    field: Shown
    text: str
    cut_before: bool
    cut_after: bool
    matches: list[tuple[int, int]] = Field(description="Ranges in `text` to mark: from, to, in Unicode characters")


class SearchRow(ListedLead):
    """A lead that was found, and where in its best tip the words stand."""

    tip_id: UUID
    snippets: list[Snippet]


class SearchPage(ResponseModel):
    """`words`: what was looked for. `ignored`: too common or too many. `complete`: every match was ranked."""

    items: list[SearchRow]
    next_cursor: str | None
    words: list[str]
    ignored: list[str]
    complete: bool
