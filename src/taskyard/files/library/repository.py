"""Every query of the library."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, select, update
from sqlalchemy import delete as sql_delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.accounts.models import User
from taskyard.files.models import AccessRecord, File, FileShare
from taskyard.kit.ids import uuid7
from taskyard.projects.models import Project

#: Lists stop counting here, as everywhere.
COUNT_CAP = 10_000
_PURGED_AT_ONCE = 500

#: A file, its owner's name, and how many links to it work.
FileRow = Row[File, str, int]
#: An entry of the access log, and the name of whose link it was.
AccessRow = Row[AccessRecord, str | None]

_LINKS = (
    select(func.count())
    .where(
        FileShare.file_id == File.id,
        FileShare.revoked_at.is_(None),
        FileShare.expires_at > func.now(),
        FileShare.max_downloads.is_(None) | (FileShare.downloads < FileShare.max_downloads),
    )
    .correlate(File)
    .scalar_subquery()
)


async def file(db: AsyncSession, file_id: UUID, *, deleted: bool = False) -> File | None:
    """Return a file; a deleted one only where it is asked for."""
    query = select(File).where(File.id == file_id)
    if not deleted:
        query = query.where(File.deleted_at.is_(None))
    return (await db.scalars(query)).one_or_none()


async def row(db: AsyncSession, file_id: UUID) -> FileRow:
    """Return a file that is there, as lists have it."""
    return (await db.execute(_files().where(File.id == file_id))).one()


def _files() -> Select[File, str, int]:
    return select(File, User.display_name, _LINKS).join(User, User.id == File.owner_id)


def visible(user_id: UUID, projects: Collection[UUID]) -> ColumnElement[bool]:
    """Say which files an account sees that is in these projects: its own, and theirs."""
    own = File.project_id.is_(None) & (File.owner_id == user_id)
    return own | File.project_id.in_(projects)


def of_project(project_id: UUID) -> ColumnElement[bool]:
    """Say which files are a project's."""
    return File.project_id == project_id


async def page(
    db: AsyncSession,
    which: ColumnElement[bool],
    *,
    q: str | None,
    before: UUID | None,
    offset: int,
    limit: int,
) -> tuple[Sequence[FileRow], int]:
    """Return a part of these files, newest first, and how many there are in all."""
    query = _files().where(which, File.deleted_at.is_(None))
    if q:
        escaped = q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        query = query.where(File.name.ilike(f"%{escaped}%", escape="\\"))
    counted = query.with_only_columns(File.id).limit(COUNT_CAP).subquery()
    total = await db.scalar(select(func.count()).select_from(counted)) or 0
    if before is not None:
        query = query.where(File.id < before)
    rows = await db.execute(query.order_by(File.id.desc()).offset(offset).limit(limit))
    return rows.all(), total


async def by_request(db: AsyncSession, owner_id: UUID, request_key: bytes) -> File | None:
    """Return the file that was sent with an idempotency key."""
    query = select(File).where(File.owner_id == owner_id, File.request_key == request_key)
    return (await db.scalars(query)).one_or_none()


async def add(db: AsyncSession, **columns: Any) -> File | None:
    """Write a file; None where one was sent with the same idempotency key."""
    made = insert(File).values(id=uuid7(), **columns)
    made = made.on_conflict_do_nothing(index_elements=[File.owner_id, File.request_key])
    return (await db.scalars(made.returning(File))).one_or_none()


async def delete(db: AsyncSession, file_id: UUID) -> bool:
    """Mark a file as deleted, and say whether it was there."""
    done = await db.execute(
        update(File)
        .where(File.id == file_id, File.deleted_at.is_(None))
        .values(deleted_at=func.now())
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]


async def restore(db: AsyncSession, file_id: UUID, *, within: timedelta) -> bool:
    """Bring back a file deleted no longer ago than that, and say whether there was one."""
    done = await db.execute(
        update(File)
        .where(File.id == file_id, File.deleted_at > func.now() - within)
        .values(deleted_at=None)
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]


async def purge(db: AsyncSession, *, deleted_before: timedelta, grace: timedelta) -> int:
    """Remove files deleted so long ago, or with a project deleted so long ago; return how many.

    Their contents go when nobody else has the same.
    """
    gone = (
        select(File.id)
        .outerjoin(Project, Project.id == File.project_id)
        .where(
            (File.deleted_at < func.now() - deleted_before)
            | (Project.deleted_at < func.now() - grace)
        )
        .limit(_PURGED_AT_ONCE)
    )
    done = await db.execute(
        sql_delete(File).where(File.id.in_(gone)).execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


async def access_log(
    db: AsyncSession, file_id: UUID, *, before: UUID | None, offset: int, limit: int
) -> tuple[Sequence[AccessRow], int]:
    """Return a part of a file's access log, newest first, and how long it is."""
    query = (
        select(AccessRecord, User.display_name)
        .outerjoin(User, User.id == AccessRecord.user_id)
        .where(AccessRecord.file_id == file_id)
    )
    counted = query.with_only_columns(AccessRecord.id).limit(COUNT_CAP).subquery()
    total = await db.scalar(select(func.count()).select_from(counted)) or 0
    if before is not None:
        query = query.where(AccessRecord.id < before)
    rows = await db.execute(query.order_by(AccessRecord.id.desc()).offset(offset).limit(limit))
    return rows.all(), total
