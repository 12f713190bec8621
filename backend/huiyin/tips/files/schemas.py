"""What the API gives about files: the permission to upload, and how staff and reporters see them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from huiyin.access.schemas import ResponseModel


class UploadPermit(ResponseModel):
    """What lets a reporter add files to one tip for a day, by tus 1.0 at `url`."""

    upload_token: str = Field(description="Sent as `Upload-Token`; opens this tip's uploads and nothing else")
    expires_at: datetime
    url: str
    max_file_bytes: int
    left_bytes: int = Field(description="How much may still be added to this tip")


class SealedName(ResponseModel):
    to_reporter: str
    body: str


class ReceiptFile(ResponseModel):
    """A file as its reporter sees it."""

    name: str | None
    sealed: SealedName | None = Field(description="Of a sealed tip: its name, as the reporter's browser opens it")
    length: int
    at: datetime
    opened_at: datetime | None = Field(description="When an officer first opened it")


class AttachmentItem(ResponseModel):
    """A file as staff see it."""

    id: UUID
    at: datetime
    name: str | None
    length: int
    media_type: str | None = Field(description="By content, not by name; null when its texts are not readable")
    charset: str | None = Field(None, description="Of a text: how its bytes are read, as WHATWG names encodings")
    state: Literal["checking", "set_aside", "ready", "infected", "destroyed"] = Field(
        description="Checking: not looked at yet, and not handed out before. Set aside: it could not be looked at; an "
        "administrator sees why"
    )
    cleaned: bool | None = Field(
        description="True: staff get a copy without the document's metadata. False: there is none, and the original is "
        "given for a reason alone. Null: no document; staff get what was sent"
    )
