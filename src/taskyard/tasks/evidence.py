"""What has to be shown before a task is done: which kinds there are, and who knows how it stands.

A room above that has evidence registers a source of it (`entry` does); this one never asks what
an analysis is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.tasks.models import Task
from taskyard.tasks.types import EvidenceKind


@dataclass(frozen=True, slots=True)
class Needed:
    """One thing a task requires."""

    kind: EvidenceKind
    #: The least that is enough; None of a kind that is there or not.
    at_least: float | None
    #: Since when the task is there: what was so before is not held against it.
    since: datetime


@dataclass(frozen=True, slots=True)
class Reading:
    """How a requirement stands."""

    met: bool
    #: A sentence.
    says: str
    #: What to do; None where it is met.
    remedy: str | None
    #: The run that shows it.
    job_id: UUID | None = None


Judge = Callable[[Needed], Reading]


class Source(Protocol):
    """Knows evidence of some kinds."""

    kinds: frozenset[EvidenceKind]

    async def look(self, db: AsyncSession, project_id: UUID) -> Judge:
        """Return what judges requirements by how a project stands now."""


_SOURCES: Final[dict[EvidenceKind, Source]] = {}


def register(source: Source) -> None:
    """Let tasks require what a source knows. Safe to call again."""
    _SOURCES.update(dict.fromkeys(source.kinds, source))


def of(requires: Sequence[dict[str, Any]], since: datetime) -> list[Needed]:
    """Return what a task requires, as its row has it."""
    return [Needed(one["kind"], one["at_least"], since) for one in requires]


async def read(
    db: AsyncSession, project_id: UUID, needed: Sequence[Needed]
) -> list[tuple[Needed, Reading]]:
    """Return how each requirement stands, in their order; each source is asked once."""
    judges: dict[int, Judge] = {}
    found = []
    for one in needed:
        source = _SOURCES[one.kind]
        if id(source) not in judges:
            judges[id(source)] = await source.look(db, project_id)
        found.append((one, judges[id(source)](one)))
    return found


async def required(
    db: AsyncSession, project_id: UUID, task_id: UUID
) -> Row[list[dict[str, Any]], datetime] | None:
    """Return what a live task requires, and since when it is there."""
    query = select(Task.requires, Task.created_at).where(
        Task.id == task_id, Task.project_id == project_id, Task.deleted_at.is_(None)
    )
    return (await db.execute(query)).one_or_none()
