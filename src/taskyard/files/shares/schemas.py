"""What clients say and read of shared links."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from taskyard.core.schemas import Out, Whole
from taskyard.core.sharing import NewShare
from taskyard.files.library.schemas import UploadedBy
from taskyard.files.shares.types import State


class ShareCreate(NewShare):
    """How a file is to be shared."""

    max_downloads: Annotated[Whole, Field(ge=1, le=10_000)] | None = Field(
        None, description="After so many downloads it ends."
    )


class ShareRead(Out):
    """A link to a file."""

    id: UUID
    file_id: UUID
    url: str | None = Field(
        description="For whom it is meant. Null where the instance's secret was changed since: the "
        "link works on, but nobody can be told it again."
    )
    state: State
    created_by: UploadedBy
    created_at: datetime
    expires_at: datetime
    has_password: bool
    max_downloads: int | None
    downloads: int
    revoked_at: datetime | None


class SharedRead(Out):
    """What a shared link leads to."""

    name: str
    size_bytes: int
    content_type: str
    shared_by: str
    expires_at: datetime
    downloads_left: int | None = Field(description="Null where there is no limit.")
    url: str = Field(description="Gives the file, for ten minutes; using it is a download.")
