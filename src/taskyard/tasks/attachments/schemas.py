"""What clients send to attachments and get back."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from taskyard.core.schemas import In, Name, Out
from taskyard.tasks.schemas import Person

Url = Annotated[
    str, StringConstraints(max_length=2000, pattern=r"^https?://[^\s/?#@\x00-\x1f]+([/?#][^\s]*)?$")
]


class AddressGiven(In):
    """An address to hang on a task."""

    url: Url = Field(examples=["https://example.com/design.pdf"])
    name: Name | None = Field(None, description="Made from the address where not given.")


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
