"""What clients read of files."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from taskyard.core.schemas import Out, PageQuery, SearchText
from taskyard.files.library.types import Action


class UploadedBy(Out):
    """Who gave a file."""

    id: UUID
    name: str


class FileRead(Out):
    """A file."""

    id: UUID
    project_id: UUID | None = Field(description="Null for a file that is its owner's alone.")
    name: str = Field(description="A name of one line, never a path.")
    size_bytes: int
    content_type: str = Field(
        description="Told by the content, whatever its name says.", examples=["image/png"]
    )
    sha256: str
    uploaded_by: UploadedBy
    created_at: datetime
    links: int = Field(description="How many shared links lead to it now.")
    can_share: bool
    can_delete: bool


class FileQuery(PageQuery):
    """Which files are asked for."""

    project_id: Annotated[
        UUID | None, Field(description="Only this project's; else your own and your projects'.")
    ] = None
    q: Annotated[SearchText | None, Field(description="Part of the name.")] = None


class StorageRead(Out):
    """What the caller's storage is taken by, in bytes."""

    used_bytes: int
    limit_bytes: int | None = Field(description="Null for administrators, who have no limit.")
    sources_bytes: int = Field(description="Source that the caller gave to projects.")
    files_bytes: int
    uploads_bytes: int = Field(description="Announced by uploads that are under way.")
    largest_file_bytes: int = Field(description="The largest file that is taken.")
    largest_archive_bytes: int = Field(description="The largest source archive that is taken.")


class AccessRead(Out):
    """That somebody came for a file."""

    id: UUID
    at: datetime
    action: Action = Field(
        description="`share_refused` is a wrong password, `share_opened` a look at what a link "
        "leads to."
    )
    by: UploadedBy | None = Field(description="Whose link it was; null for a shared one.")
    share_id: UUID | None = Field(description="The shared link it came by.")
    address: str
    user_agent: str
