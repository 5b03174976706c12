"""What clients send to attachments and get back."""

from datetime import datetime
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from taskyard.core.schemas import In, Name, Out
from taskyard.tasks.schemas import Person


def _address(url: str) -> str:
    """Refuse what only looks like an address, such as `http://[`."""
    try:
        _ = urlsplit(url).port
    except ValueError:
        raise ValueError("write an address such as https://example.com/design.pdf") from None
    return url


Url = Annotated[
    str,
    StringConstraints(max_length=2000, pattern=r"^https?://[^\s/?#@\x00-\x1f]+([/?#][^\s]*)?$"),
    AfterValidator(_address),
]


class AttachmentGiven(In):
    """What to hang on a task: an address, or a file that the project has already."""

    url: Url | None = Field(None, examples=["https://example.com/design.pdf"])
    name: Name | None = Field(None, description="Of an address; made from it where not given.")
    file_id: UUID | None = Field(
        None, description="A file of the project, such as one that came in parts."
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.url is None) == (self.file_id is None):
            raise ValueError("give one of url and file_id")
        if self.file_id is not None and self.name is not None:
            raise ValueError("a file has its name already")
        return self


class AttachmentRead(Out):
    """Something that hangs on a task."""

    id: UUID
    kind: Literal["file", "link"]
    name: str = Field(description="A name of one line, never a path.")
    size_bytes: int | None = Field(description="Null for an address elsewhere.")
    content_type: str | None = Field(
        description="Told by the content, whatever its name says; null for an address elsewhere."
    )
    url: str = Field(description="Of a file, good for ten minutes, and only for whoever asked.")
    file_id: UUID | None
    added_by: Person
    created_at: datetime
