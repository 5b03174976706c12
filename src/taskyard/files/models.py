"""The tables of files."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from taskyard.core.db import Base, Identified
from taskyard.kit.ids import uuid7

_SHA256 = String(64)
#: Paths are compared by their bytes, so that a folder is a range of the index.
_PATH = Text(collation="C")


class BlobRow(Base):
    """Content in the store. The row is committed before the content is written.

    Whoever keeps a blob refers to it by a foreign key: collection asks PostgreSQL who does.
    """

    __tablename__ = "blobs"

    sha256: Mapped[str] = mapped_column(_SHA256, primary_key=True)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    #: When somebody last set out to use it; young content is never collected.
    touched_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
    #: When it was safely in the store; None while it is on its way.
    stored_at: Mapped[datetime | None]


class Source(Base):
    """A tree of files, named by the hash of its manifest; shared by all who have the same."""

    __tablename__ = "sources"

    source_id: Mapped[str] = mapped_column(_SHA256, primary_key=True)
    files: Mapped[int]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    touched_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)


class SourceFile(Base):
    """One line of a source's manifest."""

    __tablename__ = "source_files"

    source_id: Mapped[str] = mapped_column(
        ForeignKey("sources.source_id", ondelete="CASCADE"), primary_key=True
    )
    path: Mapped[str] = mapped_column(_PATH, primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("blobs.sha256"), index=True)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    executable: Mapped[bool]


class SourceSnapshot(Identified, Base):
    """That a project was given a source; giving it again moves `uploaded_at`."""

    __tablename__ = "source_snapshots"
    __table_args__ = (
        Index("uq_source_snapshots_project_source", "project_id", "source_id", unique=True),
        Index("ix_source_snapshots_newest", "project_id", "uploaded_at", "id"),
    )

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    source_id: Mapped[str] = mapped_column(ForeignKey("sources.source_id"), index=True)
    created_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    uploaded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    #: {kind, name}: how it came here, at the last upload.
    origin: Mapped[dict[str, Any]] = mapped_column(JSONB)
    #: The single top folder taken off the last upload's paths.
    stripped: Mapped[str | None] = mapped_column(Text)
    skipped: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)


class File(Identified, Base):
    """Something a person gave the platform to keep as it is: their own, or a project's."""

    __tablename__ = "files"
    __table_args__ = (
        Index(
            "ix_files_project_newest",
            "project_id",
            "id",
            postgresql_where=text("deleted_at IS NULL"),
        ),
        Index(
            "ix_files_owner_newest", "owner_id", "id", postgresql_where=text("deleted_at IS NULL")
        ),
        Index("ix_files_deleted_at", "deleted_at", postgresql_where=text("deleted_at IS NOT NULL")),
        Index(
            "ix_files_name_trgm",
            "name",
            postgresql_using="gin",
            postgresql_ops={"name": "gin_trgm_ops"},
        ),
        Index("uq_files_owner_request", "owner_id", "request_key", unique=True),
    )

    #: None for a file that is its owner's alone.
    project_id: Mapped[UUID | None] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    #: Whose storage it takes: whoever gave it.
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str] = mapped_column(String(150))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(ForeignKey("blobs.sha256"), index=True)
    #: Told by the content, whatever its sender and its name say.
    content_type: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    #: It can be brought back for a day.
    deleted_at: Mapped[datetime | None]
    #: Hash of the idempotency key it was sent with.
    request_key: Mapped[bytes | None] = mapped_column(LargeBinary)


class FileUpload(Identified, Base):
    """Something that comes in parts, over as many connections as it takes."""

    __tablename__ = "file_uploads"
    __table_args__ = (
        CheckConstraint("purpose IN ('file', 'source')", name="purpose"),
        CheckConstraint(
            "state IN ('open', 'completing', 'completed', 'refused', 'aborted', 'expired')",
            name="state",
        ),
        Index("ix_file_uploads_owner", "owner_id", "id"),
        Index(
            "ix_file_uploads_expires_at",
            "expires_at",
            postgresql_where=text("state IN ('open', 'completing')"),
        ),
        Index(
            "ix_file_uploads_ended_at", "ended_at", postgresql_where=text("ended_at IS NOT NULL")
        ),
    )

    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    project_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("projects.id", ondelete="CASCADE"), index=True
    )
    purpose: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(150))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    part_bytes: Mapped[int]
    #: What its sender says the whole will be; None where they did not.
    sha256: Mapped[str | None] = mapped_column(_SHA256)
    #: When the sender's copy was last changed, for them to know it again by.
    modified_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(10), server_default="open")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    #: Moved on by each part.
    expires_at: Mapped[datetime]
    #: Who is putting the parts together, and until when they are believed to live.
    claim_id: Mapped[UUID | None]
    claimed_until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    #: When its parts were removed from the store.
    cleaned_at: Mapped[datetime | None]
    file_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("files.id", ondelete="SET NULL"), index=True
    )
    snapshot_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("source_snapshots.id", ondelete="SET NULL"), index=True
    )
    #: {code, message} of what it was refused with.
    refusal: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class FileUploadPart(Base):
    """A part that is safely in the store. The row is written after the content."""

    __tablename__ = "file_upload_parts"

    upload_id: Mapped[UUID] = mapped_column(
        ForeignKey("file_uploads.id", ondelete="CASCADE"), primary_key=True
    )
    #: From 1.
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size_bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(_SHA256)


class FileShare(Identified, Base):
    """A link that gives a file to whoever holds it. Of its token only the hash is kept."""

    __tablename__ = "file_shares"

    file_id: Mapped[UUID] = mapped_column(ForeignKey("files.id", ondelete="CASCADE"), index=True)
    #: Whose right it carries.
    created_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(255))
    expires_at: Mapped[datetime]
    max_downloads: Mapped[int | None]
    downloads: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    revoked_at: Mapped[datetime | None]


class AccessRecord(Base):
    """That somebody came for a file. Partitioned by month through its time-ordered id.

    Without foreign keys, so that a month is dropped without a lock on what it tells of.
    """

    __tablename__ = "file_access_log"
    __table_args__ = (
        Index("ix_file_access_log_file_id_id", "file_id", "id"),
        {"postgresql_partition_by": "RANGE (id)"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    file_id: Mapped[UUID]
    action: Mapped[str] = mapped_column(String(20))
    #: Whose link it was; None where it came by a share, of whose holder nothing is known.
    user_id: Mapped[UUID | None]
    share_id: Mapped[UUID | None]
    address: Mapped[str] = mapped_column(String(64))
    user_agent: Mapped[str] = mapped_column(String(400))
