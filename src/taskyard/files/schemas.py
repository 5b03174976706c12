"""What clients read of sources."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from taskyard.core.schemas import NumberedPageQuery, Out
from taskyard.files.types import OriginKind

#: A path within a source; no rule beyond "one line", since an unknown one is simply not there.
SourcePath = Annotated[str, StringConstraints(max_length=1024, pattern=r"^[^\x00-\x1f\x7f]*$")]


class SkippedRead(Out):
    """Something that was in the archive and is not in the source."""

    path: str = Field(description="A file, or a folder that stands for all in it.")
    reason: str = Field(examples=["installed packages"])
    entries: int = Field(description="How many entries of the archive it stands for.")


class OriginRead(Out):
    """How a snapshot came here."""

    kind: OriginKind
    name: str = Field(
        description="The archive's file name, or the repository without its scheme.",
        examples=["thing-1.0.tar.gz", "git.example.com/team/thing"],
    )
    git_url: str | None = Field(description="The repository it was fetched from.")
    ref: str | None = Field(description="The branch or tag; null where a commit was asked for.")
    commit: str | None = Field(description="The commit it is, in full.")


class SnapshotRead(Out):
    """One version of a project's source."""

    id: UUID
    project_id: UUID
    source_id: str = Field(
        description="The hash of the tree: equal trees have equal ids, whatever packed them."
    )
    files: int
    size_bytes: int = Field(description="Unpacked.")
    origin: OriginRead
    stripped: str | None = Field(
        description="The single top folder that was taken off every path, where there was one."
    )
    skipped: list[SkippedRead] = Field(description="What was left out, and why.")
    created_by: UUID
    created_at: datetime
    uploaded_at: datetime = Field(description="When it was last uploaded; lists sort by it.")


class EntryRead(Out):
    """A file or folder of a source."""

    path: str
    name: str
    kind: Literal["file", "folder"]
    files: int = Field(description="How many files a folder holds, at any depth; 1 for a file.")
    size_bytes: int
    executable: bool
    sha256: str | None = Field(description="Null for a folder.")


class EntryQuery(NumberedPageQuery):
    """Which files of a source are asked for."""

    folder: SourcePath = Field("", description="Only what lies in this folder; the root if empty.")
    recursive: bool = Field(
        default=False, description="All files below, instead of the folder's own entries."
    )


class ContentRead(Out):
    """One file of a source, as text where it is text."""

    path: str
    size_bytes: int
    sha256: str
    executable: bool
    binary: bool = Field(description="True where it is no text; `text` is then null.")
    encoding: Literal["utf-8", "latin-1"] | None
    text: str | None
    truncated: bool = Field(description="True where only the beginning is in `text`.")
    download_url: str = Field(description="Gives the whole file, for ten minutes.")


class DownloadRead(Out):
    """A link that gives a file to whoever holds it, for a short time."""

    url: str = Field(description="A path on this server.")
    name: str
    expires_at: datetime
