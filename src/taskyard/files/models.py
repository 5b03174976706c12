"""The tables of files."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from taskyard.core.db import Base, Identified

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
