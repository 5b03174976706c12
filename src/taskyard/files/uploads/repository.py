"""Every query of uploads in parts. Time is the database's own."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.files.models import FileUpload, FileUploadPart
from taskyard.files.uploads.types import CLAIM, IDLE, LONGEST, Claim, Purpose

#: An upload, whether its time is over, and whether somebody puts it together now.
UploadRow = Row[FileUpload, bool, bool]

_OVER: ColumnElement[bool] = FileUpload.expires_at <= func.now()
_CLAIMED: ColumnElement[bool] = func.coalesce(
    (FileUpload.state == "completing") & (FileUpload.claimed_until > func.now()), False
)
_AT_ONCE = 500


async def add(db: AsyncSession, **columns: Any) -> FileUpload:
    """Write an upload that begins now."""
    upload = FileUpload(**columns, expires_at=func.now() + IDLE)
    db.add(upload)
    await db.flush()
    await db.refresh(upload)
    return upload


async def count_open(db: AsyncSession, owner_id: UUID) -> int:
    """Return how many uploads an account has under way."""
    query = select(func.count()).where(FileUpload.owner_id == owner_id, _under_way())
    return await db.scalar(query) or 0


def _under_way() -> ColumnElement[bool]:
    return or_(and_(FileUpload.state == "open", ~_OVER), FileUpload.state == "completing")


async def own(
    db: AsyncSession, owner_id: UUID, upload_id: UUID, *, lock: bool = False
) -> UploadRow | None:
    """Return an account's upload; with `lock`, nobody else changes it meanwhile."""
    query = select(FileUpload, _OVER, _CLAIMED).where(
        FileUpload.id == upload_id, FileUpload.owner_id == owner_id
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await db.execute(query)).one_or_none()


async def under_way(
    db: AsyncSession,
    owner_id: UUID,
    *,
    project_id: UUID | None,
    purpose: Purpose | None,
    offset: int,
    limit: int,
) -> tuple[Sequence[FileUpload], int]:
    """Return a part of what an account has under way, newest first, and how much that is."""
    query = select(FileUpload).where(FileUpload.owner_id == owner_id, _under_way())
    if project_id is not None:
        query = query.where(FileUpload.project_id == project_id)
    if purpose is not None:
        query = query.where(FileUpload.purpose == purpose)
    rows = await db.scalars(query.order_by(FileUpload.id.desc()).offset(offset).limit(limit))
    total = await db.scalar(select(func.count()).select_from(query.subquery()))
    return rows.all(), total or 0


async def parts_of(db: AsyncSession, uploads: Iterable[UUID]) -> dict[UUID, list[FileUploadPart]]:
    """Return the parts of these uploads that are here, by number."""
    query = (
        select(FileUploadPart)
        .where(FileUploadPart.upload_id.in_(list(uploads)))
        .order_by(FileUploadPart.upload_id, FileUploadPart.number)
    )
    found: dict[UUID, list[FileUploadPart]] = {}
    for part in await db.scalars(query):
        found.setdefault(part.upload_id, []).append(part)
    return found


async def put_part(
    db: AsyncSession, upload_id: UUID, number: int, *, size_bytes: int, sha256: str
) -> FileUploadPart:
    """Note that a part is safely in the store, and move the upload's end on."""
    content = {"size_bytes": size_bytes, "sha256": sha256}
    statement = (
        insert(FileUploadPart)
        .values(upload_id=upload_id, number=number, **content)
        .on_conflict_do_update(
            index_elements=[FileUploadPart.upload_id, FileUploadPart.number], set_=content
        )
        .returning(FileUploadPart)
    )
    part = (await db.scalars(statement)).one()
    await db.execute(
        update(FileUpload)
        .where(FileUpload.id == upload_id)
        .values(expires_at=func.least(func.now() + IDLE, FileUpload.created_at + LONGEST))
    )
    return part


async def forget_part(db: AsyncSession, upload_id: UUID, number: int) -> None:
    """Note that a part is not here after all."""
    await db.execute(
        delete(FileUploadPart).where(
            FileUploadPart.upload_id == upload_id, FileUploadPart.number == number
        )
    )


async def claim(db: AsyncSession, claim: Claim) -> None:
    """Let one process put an upload together; its row is locked."""
    await _change(
        db,
        claim.upload_id,
        state="completing",
        claim_id=claim.id,
        claimed_until=func.now() + CLAIM,
    )


async def beat(db: AsyncSession, claim: Claim) -> None:
    """Say that whoever puts an upload together lives."""
    await db.execute(
        update(FileUpload)
        .where(FileUpload.id == claim.upload_id, FileUpload.claim_id == claim.id)
        .values(claimed_until=func.now() + CLAIM)
    )


async def lock_claimed(db: AsyncSession, claim: Claim) -> bool:
    """Lock an upload, and say whether it is still this claim's."""
    query = (
        select(FileUpload.id)
        .where(
            FileUpload.id == claim.upload_id,
            FileUpload.claim_id == claim.id,
            FileUpload.state == "completing",
        )
        .with_for_update()
    )
    return await db.scalar(query) is not None


async def reopen(db: AsyncSession, claim: Claim) -> None:
    """Give an upload back that could not be put together; it keeps at least a day."""
    await _change(
        db,
        claim.upload_id,
        state="open",
        claim_id=None,
        claimed_until=None,
        expires_at=func.greatest(FileUpload.expires_at, func.now() + timedelta(hours=1)),
    )


async def end(db: AsyncSession, upload_id: UUID, state: str, **columns: Any) -> None:
    """End an upload; its row is locked."""
    await _change(
        db,
        upload_id,
        state=state,
        ended_at=func.now(),
        claim_id=None,
        claimed_until=None,
        **columns,
    )


async def _change(db: AsyncSession, upload_id: UUID, **columns: Any) -> None:
    await db.execute(
        update(FileUpload)
        .where(FileUpload.id == upload_id)
        .values(**columns)
        .execution_options(synchronize_session=False)
    )


async def expire(db: AsyncSession) -> None:
    """End what nobody completed in time."""
    await db.execute(
        update(FileUpload)
        .where(FileUpload.state.in_(("open", "completing")), _OVER, ~_CLAIMED)
        .values(state="expired", ended_at=func.now(), claim_id=None, claimed_until=None)
        .execution_options(synchronize_session=False)
    )


async def to_clean(db: AsyncSession) -> Sequence[UUID]:
    """Return uploads that ended and whose parts may still be in the store."""
    query = select(FileUpload.id).where(
        FileUpload.ended_at.is_not(None), FileUpload.cleaned_at.is_(None)
    )
    return (await db.scalars(query.limit(_AT_ONCE))).all()


async def cleaned(db: AsyncSession, upload_id: UUID) -> None:
    """Note that an upload's parts are gone."""
    await db.execute(delete(FileUploadPart).where(FileUploadPart.upload_id == upload_id))
    await _change(db, upload_id, cleaned_at=func.now())


async def to_forget(db: AsyncSession, *, older_than: timedelta) -> Sequence[UUID]:
    """Return uploads that ended so long ago."""
    query = select(FileUpload.id).where(FileUpload.ended_at < func.now() - older_than)
    return (await db.scalars(query.limit(_AT_ONCE))).all()


async def forget(db: AsyncSession, uploads: Sequence[UUID]) -> None:
    """Remove the rows of uploads."""
    await db.execute(delete(FileUpload).where(FileUpload.id.in_(uploads)))
