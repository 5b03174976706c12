"""Taking over the result of an earlier run whose input was the same."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.jobs.engine.states import Claimed
from taskyard.jobs.models import Job, JobAsset
from taskyard.jobs.types import JobState
from taskyard.kit.ids import uuid7


async def find(db: AsyncSession, claimed: Claimed, key: str | None) -> Job | None:
    """Return the newest completed run with this key in the same project."""
    if key is None or claimed.project_id is None:
        return None
    query = (
        select(Job)
        .where(
            Job.project_id == claimed.project_id,
            Job.kind == claimed.kind,
            Job.cache_key == key,
            Job.state == JobState.COMPLETED,
            Job.result.is_not(None),
        )
        .order_by(Job.id.desc())
        .limit(1)
    )
    return (await db.scalars(query)).one_or_none()


async def copy_assets(db: AsyncSession, source: UUID, target: UUID) -> None:
    """Give a job the files another one made; the content is kept once."""
    for asset in (await db.scalars(select(JobAsset).where(JobAsset.job_id == source))).all():
        db.add(
            JobAsset(
                id=uuid7(),
                job_id=target,
                name=asset.name,
                content_type=asset.content_type,
                sha256=asset.sha256,
                size_bytes=asset.size_bytes,
            )
        )
    await db.flush()
