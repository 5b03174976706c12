"""Every query of attachments."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Row, Select, delete, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.accounts.models import User
from taskyard.files.models import File
from taskyard.tasks.attachments.models import Attachment


def _hanging(task_id: UUID) -> Select[Attachment, File, User]:
    """Return what hangs on a task, but for files that were deleted."""
    return (
        select(Attachment, File, User)
        .join(User, User.id == Attachment.added_by)
        .outerjoin(File, File.id == Attachment.file_id)
        .where(
            Attachment.task_id == task_id,
            or_(Attachment.file_id.is_(None), File.deleted_at.is_(None)),
        )
    )


async def listed(db: AsyncSession, task_id: UUID) -> Sequence[Row[Attachment, File, User]]:
    """Return what hangs on a task, as it was added."""
    return (await db.execute(_hanging(task_id).order_by(Attachment.id))).all()


async def one(
    db: AsyncSession, task_id: UUID, attachment_id: UUID
) -> Row[Attachment, File, User] | None:
    """Return one thing that hangs on a task."""
    query = _hanging(task_id).where(Attachment.id == attachment_id)
    return (await db.execute(query)).one_or_none()


async def of_file(
    db: AsyncSession, task_id: UUID, file_id: UUID
) -> Row[Attachment, File, User] | None:
    """Return what hangs a file on a task."""
    query = _hanging(task_id).where(Attachment.file_id == file_id)
    return (await db.execute(query.limit(1))).one_or_none()


async def count(db: AsyncSession, task_id: UUID) -> int:
    """Return how much hangs on a task."""
    query = _hanging(task_id).with_only_columns(func.count())
    return await db.scalar(query) or 0


async def is_hanging(db: AsyncSession, file_id: UUID) -> bool:
    """Say whether a file hangs on a task, or on one that may be brought back."""
    return bool(await db.scalar(select(exists().where(Attachment.file_id == file_id))))


async def take_off(db: AsyncSession, attachment_id: UUID) -> None:
    """Remove an attachment."""
    await db.execute(delete(Attachment).where(Attachment.id == attachment_id))
