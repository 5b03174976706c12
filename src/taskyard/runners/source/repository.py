"""The queries of source."""

from typing import Any
from uuid import UUID

from sqlalchemy import cast, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.jobs.models import Job
from taskyard.jobs.types import OPEN


async def lock(db: AsyncSession, project_id: UUID) -> None:
    """Let one wish of a project at a time be compared with the others."""
    await db.execute(
        text("SELECT pg_advisory_xact_lock(1936684403, hashtext(:project))"),
        {"project": str(project_id)},
    )


async def under_way(
    db: AsyncSession, project_id: UUID, kind: str, parameters: dict[str, Any]
) -> Job | None:
    """Return a project's job that is to do exactly this, and has not ended."""
    query = select(Job).where(
        Job.project_id == project_id,
        Job.kind == kind,
        Job.state.in_(OPEN),
        Job.cancel_requested.is_(False),
        Job.parameters == cast(parameters, JSONB),
    )
    return (await db.scalars(query.order_by(Job.id).limit(1))).one_or_none()
