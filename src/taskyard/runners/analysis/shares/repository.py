"""Every query of links to reports. Time is the database's own."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.accounts.models import User
from taskyard.jobs.models import Job
from taskyard.runners.analysis.models import Analysis, AnalysisShare

#: A link, its maker's name, and how it stands.
ShareRow = Row[AnalysisShare, str, str]

_STATE = case(
    (AnalysisShare.revoked_at.is_not(None), "revoked"),
    (AnalysisShare.expires_at <= func.now(), "expired"),
    else_="active",
)


def _shares() -> Select[AnalysisShare, str, str]:
    joined = select(AnalysisShare, User.display_name, _STATE)
    return joined.join(User, User.id == AnalysisShare.created_by)


async def add(db: AsyncSession, **columns: Any) -> AnalysisShare:
    """Write a link."""
    share = AnalysisShare(**columns)
    db.add(share)
    await db.flush()
    return share


async def count_working(db: AsyncSession, analysis_id: UUID) -> int:
    """Return how many links to a report work; until this transaction ends, nobody adds another."""
    await db.execute(
        select(Analysis.id).where(Analysis.id == analysis_id).with_for_update(key_share=True)
    )
    query = select(func.count()).where(AnalysisShare.analysis_id == analysis_id, _STATE == "active")
    return await db.scalar(query) or 0


async def page(
    db: AsyncSession, analysis_id: UUID, *, offset: int, limit: int
) -> tuple[Sequence[ShareRow], int]:
    """Return a part of the links to a report, newest first, and how many there are."""
    query = _shares().where(AnalysisShare.analysis_id == analysis_id)
    query = query.order_by(AnalysisShare.id.desc())
    rows = (await db.execute(query.offset(offset).limit(limit))).all()
    counted = select(func.count()).where(AnalysisShare.analysis_id == analysis_id)
    return rows, await db.scalar(counted) or 0


async def one(db: AsyncSession, share_id: UUID) -> ShareRow | None:
    """Return a link."""
    return (await db.execute(_shares().where(AnalysisShare.id == share_id))).one_or_none()


async def by_token(db: AsyncSession, token_hash: bytes) -> ShareRow | None:
    """Return the link that a token opens."""
    query = _shares().where(AnalysisShare.token_hash == token_hash)
    return (await db.execute(query)).one_or_none()


async def shared(db: AsyncSession, analysis_id: UUID) -> Row[Analysis, Job]:
    """Return the analysis behind a link, which ends with it, and its job."""
    query = select(Analysis, Job).join(Job, Job.id == Analysis.id)
    return (await db.execute(query.where(Analysis.id == analysis_id))).one()


async def mark_opened(db: AsyncSession, share_id: UUID) -> None:
    """Write down that a link was opened."""
    opened = update(AnalysisShare).where(AnalysisShare.id == share_id)
    await db.execute(opened.values(opened_at=func.now()))


async def revoke(db: AsyncSession, analysis_id: UUID, share_id: UUID) -> bool:
    """End a link, and say whether it was not ended before."""
    done = await db.execute(
        update(AnalysisShare)
        .where(
            AnalysisShare.id == share_id,
            AnalysisShare.analysis_id == analysis_id,
            AnalysisShare.revoked_at.is_(None),
        )
        .values(revoked_at=func.now())
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]
