"""Every query of shared links. Time is the database's own."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.accounts.models import User
from taskyard.files.models import File, FileShare

#: A link, its maker's name, and how it stands.
ShareRow = Row[FileShare, str, str]

_USED_UP: ColumnElement[bool] = func.coalesce(FileShare.downloads >= FileShare.max_downloads, False)
_STATE = case(
    (FileShare.revoked_at.is_not(None), "revoked"),
    (FileShare.expires_at <= func.now(), "expired"),
    (_USED_UP, "used_up"),
    else_="active",
)
_WORKS = _STATE == "active"


def _shares() -> Select[FileShare, str, str]:
    return select(FileShare, User.display_name, _STATE).join(User, User.id == FileShare.created_by)


async def add(db: AsyncSession, **columns: Any) -> FileShare:
    """Write a link."""
    share = FileShare(**columns)
    db.add(share)
    await db.flush()
    return share


async def count_working(db: AsyncSession, file_id: UUID) -> int:
    """Return how many links of a file work; until this transaction ends, nobody adds another."""
    await db.execute(select(File.id).where(File.id == file_id).with_for_update(key_share=True))
    query = select(func.count()).where(FileShare.file_id == file_id, _WORKS)
    return await db.scalar(query) or 0


async def page(
    db: AsyncSession, file_id: UUID, *, offset: int, limit: int
) -> tuple[Sequence[ShareRow], int]:
    """Return a part of a file's links, newest first, and how many there are."""
    query = _shares().where(FileShare.file_id == file_id).order_by(FileShare.id.desc())
    rows = (await db.execute(query.offset(offset).limit(limit))).all()
    counted = select(func.count()).where(FileShare.file_id == file_id)
    return rows, await db.scalar(counted) or 0


async def one(db: AsyncSession, share_id: UUID) -> ShareRow | None:
    """Return a link."""
    return (await db.execute(_shares().where(FileShare.id == share_id))).one_or_none()


async def by_token(db: AsyncSession, token_hash: bytes) -> ShareRow | None:
    """Return the link that a token opens."""
    query = _shares().where(FileShare.token_hash == token_hash)
    return (await db.execute(query)).one_or_none()


async def count_download(db: AsyncSession, share_id: UUID) -> bool:
    """Count a download, and say whether the link allowed it; of two for the last, one is."""
    counted = (
        update(FileShare)
        .where(FileShare.id == share_id, _WORKS)
        .values(downloads=FileShare.downloads + 1)
        .execution_options(synchronize_session=False)
        .returning(FileShare.id)
    )
    return await db.scalar(counted) is not None


async def give_back(db: AsyncSession, share_id: UUID) -> None:
    """Take back a download that did not come about."""
    await db.execute(
        update(FileShare)
        .where(FileShare.id == share_id)
        .values(downloads=FileShare.downloads - 1)
        .execution_options(synchronize_session=False)
    )


async def revoke(db: AsyncSession, file_id: UUID, share_id: UUID) -> bool:
    """End a link, and say whether it was not ended before."""
    done = await db.execute(
        update(FileShare)
        .where(
            FileShare.id == share_id,
            FileShare.file_id == file_id,
            FileShare.revoked_at.is_(None),
        )
        .values(revoked_at=func.now())
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]
