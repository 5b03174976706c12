"""What clients say and read of uploads in parts."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from taskyard.core.schemas import In, Moment, NumberedPageQuery, Out, Whole
from taskyard.files.library.schemas import FileRead
from taskyard.files.library.types import LARGEST_BYTES
from taskyard.files.schemas import SnapshotRead
from taskyard.files.uploads.types import Purpose, State

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class UploadCreate(In):
    """What is going to come."""

    name: Annotated[str, StringConstraints(max_length=1000)] = Field(
        description="Its last part becomes the name.", examples=["thing-1.0.tar.gz"]
    )
    size_bytes: Annotated[Whole, Field(ge=0, le=LARGEST_BYTES)]
    sha256: Sha256 | None = Field(None, description="Of the whole; checked when it is complete.")
    project_id: UUID | None = Field(None, description="Source always has one.")
    purpose: Purpose = "file"
    modified_at: Moment | None = Field(
        None,
        description="When your copy was last changed: told to you again, to know the file by.",
    )


class UploadQuery(NumberedPageQuery):
    """Which uploads are asked for."""

    project_id: UUID | None = None
    purpose: Purpose | None = None


class PartRead(Out):
    """A part that is safely here."""

    number: int = Field(description="From 1.")
    size_bytes: int
    sha256: str


class RefusalRead(Out):
    """Why what came was not taken."""

    code: str = Field(examples=["ARCHIVE_UNSAFE"])
    message: str


class UploadRead(Out):
    """An upload in parts."""

    id: UUID
    purpose: Purpose
    project_id: UUID | None
    name: str
    size_bytes: int
    sha256: str | None
    modified_at: datetime | None
    part_size_bytes: int = Field(description="Of every part but the last.")
    parts_expected: int
    parts: list[PartRead] = Field(description="Those that are here; none once it has ended.")
    received_bytes: int
    state: State
    created_at: datetime
    expires_at: datetime = Field(description="When it ends by itself; each part moves it on.")
    file: FileRead | None = Field(description="What became of it, where it was a file.")
    snapshot: SnapshotRead | None = Field(description="What became of it, where it was source.")
    refusal: RefusalRead | None
