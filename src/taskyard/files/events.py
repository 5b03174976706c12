"""What files tell the spine."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from taskyard.core.spine import Event


class SnapshotCreated(Event):
    """A project was given a source it did not have."""

    name: ClassVar[str] = "source.snapshot_created.v1"
    source_id: str
    files: int
    size_bytes: int


class FileUploaded(Event):
    """Somebody gave a file, to a project or to themselves."""

    name: ClassVar[str] = "file.uploaded.v1"
    title: str
    size_bytes: int


class FileDeleted(Event):
    """A file was deleted; for a day it can be brought back."""

    name: ClassVar[str] = "file.deleted.v1"
    title: str


class FileRestored(Event):
    """A deleted file was brought back."""

    name: ClassVar[str] = "file.restored.v1"
    title: str


class FileShared(Event):
    """A link to a file was made that needs no account."""

    name: ClassVar[str] = "file.shared.v1"
    share_id: UUID
    title: str
    expires_at: datetime
    has_password: bool


class FileShareRevoked(Event):
    """A link to a file was ended before its time."""

    name: ClassVar[str] = "file.share_revoked.v1"
    share_id: UUID
    title: str
