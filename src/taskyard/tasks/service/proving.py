"""A task is done once what it requires is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.core.uow import Uow
from taskyard.projects.access import ProjectAccess
from taskyard.tasks import evidence
from taskyard.tasks.errors import EvidenceMissing, TaskNotFound
from taskyard.tasks.evidence import Needed, Reading
from taskyard.tasks.models import Task


@dataclass(frozen=True, slots=True)
class Claim:
    """A task that is to be done."""

    task_id: UUID
    key: str
    requires: Sequence[dict[str, Any]]
    created_at: datetime


async def check(db: AsyncSession, project_id: UUID, claims: Sequence[Claim]) -> None:
    """Raise EvidenceMissing unless all that these tasks require is shown."""
    needed = {claim.task_id: evidence.of(claim.requires, claim.created_at) for claim in claims}
    everything = [one for several in needed.values() for one in several]
    if not everything:
        return
    readings = iter(await evidence.read(db, project_id, everything))
    lacking = []
    for claim in claims:
        missing = [
            pair for pair in (next(readings) for _ in needed[claim.task_id]) if not pair[1].met
        ]
        if missing:
            lacking.append((claim, missing))
    if lacking:
        raise EvidenceMissing(
            what=", ".join(claim.key for claim, _ in lacking),
            reasons="; ".join(
                dict.fromkeys(one.says.rstrip(".") for _, missing in lacking for _, one in missing)
            ),
            tasks=[
                {
                    "task_id": str(claim.task_id),
                    "key": claim.key,
                    "missing": [_told(one, reading) for one, reading in missing],
                }
                for claim, missing in lacking
            ],
        )


async def lacking(db: AsyncSession, task: Task) -> str | None:
    """Return what a task lacks to be done, in a sentence; None where it lacks nothing."""
    claim = Claim(task.id, "", task.requires, task.created_at)
    try:
        await check(db, task.project_id, [claim])
    except EvidenceMissing as refusal:
        return f"{refusal.fields['reasons']}."
    return None


def _told(needed: Needed, reading: Reading) -> dict[str, Any]:
    return {
        "kind": needed.kind,
        "at_least": needed.at_least,
        "says": reading.says,
        "remedy": reading.remedy,
    }


async def evidence_of(
    uow: Uow, access: ProjectAccess, task_id: UUID
) -> list[tuple[Needed, Reading]]:
    """Return how all that a task requires stands now. Raises TaskNotFound."""
    row = await evidence.required(uow.db, access.project_id, task_id)
    if row is None:
        raise TaskNotFound
    return await evidence.read(uow.db, access.project_id, evidence.of(row[0], row[1]))
