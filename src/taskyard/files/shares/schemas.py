"""What clients say and read of shared links."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from taskyard.core.schemas import In, Out
from taskyard.files.library.schemas import UploadedBy
from taskyard.files.shares.types import State

_LONGEST_PASSWORD = 128
Password = Annotated[
    str, StringConstraints(min_length=8, max_length=_LONGEST_PASSWORD, strip_whitespace=False)
]
Given = Annotated[str, StringConstraints(max_length=_LONGEST_PASSWORD, strip_whitespace=False)]


class ShareCreate(In):
    """How a file is to be shared."""

    expires_at: AwareDatetime | None = Field(
        None, description="Within a year; a week from now where it is not given."
    )
    password: Password | None = Field(
        None, description="8 characters or more. Tell it by another way than the link."
    )
    max_downloads: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
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


class ShareOpen(In):
    """What somebody who was sent a link has."""

    token: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(
        description="What stands behind the # of the link."
    )
    password: Given | None = None


class SharedRead(Out):
    """What a shared link leads to."""

    name: str
    size_bytes: int
    content_type: str
    shared_by: str
    expires_at: datetime
    downloads_left: int | None = Field(description="Null where there is no limit.")
    url: str = Field(description="Gives the file, for ten minutes; using it is a download.")
