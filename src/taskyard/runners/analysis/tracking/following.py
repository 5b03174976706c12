"""What a finished analysis does to the tasks of findings.

A finding that is gone completes its task; one that is back reopens a task that was done, and is
noted in the history of any other. A partial analysis says nothing of what it lacks, one of other
types nothing of findings it did not look for, and one of older source nothing of newer. Whatever
is done twice is done once: a finding goes only while it is there, and comes only while it is gone.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from taskyard.core.uow import Uow
from taskyard.jobs.models import Job
from taskyard.runners.analysis.models import Analysis, FindingRow
from taskyard.runners.analysis.tracking import repository
from taskyard.runners.analysis.tracking.drafting import about
from taskyard.runners.analysis.tracking.events import FindingBack, FindingEvent, FindingGone
from taskyard.runners.analysis.tracking.models import FindingTask
from taskyard.runners.analysis.tracking.service import make
from taskyard.tasks import repository as tasks
from taskyard.tasks.acting import Itself, OnBehalf
from taskyard.tasks.models import Task
from taskyard.tasks.service.moving import move
from taskyard.tasks.service.proving import lacking
from taskyard.tasks.service.telling import tell
from taskyard.tasks.types import CLOSED

#: A rule makes no more tasks of one analysis; the next one goes on with the others.
MOST_OF_A_RULE: Final = 100


async def follow(uow: Uow, analysis_id: UUID) -> None:
    """Bring the tasks of a project's findings up to what an analysis says."""
    ended = await repository.ended(uow.db, analysis_id)
    if ended is None:
        return
    analysis, job, source_at = ended
    await tasks.hold_book(uow.db, analysis.project_id)
    known = await repository.older_than(uow.db, analysis)
    found = await repository.among(uow.db, analysis.id, [one.fingerprint for one in known])
    for one in known:
        await _follow_one(uow, analysis, job, source_at, one, found.get(one.fingerprint))
    await _apply_rule(uow, analysis, job, source_at)


async def _follow_one(
    uow: Uow,
    analysis: Analysis,
    job: Job,
    source_at: datetime,
    known: FindingTask,
    found: FindingRow | None,
) -> None:
    if source_at < known.source_at:
        return
    if found is None:
        if known.gone_number is None and _would_know(analysis, job, known.kind):
            known.gone_number = analysis.number
            await _gone(uow, analysis, known)
        return
    was_gone, known.gone_number = known.gone_number is not None, None
    known.seen_id, known.seen_number, known.source_at = analysis.id, analysis.number, source_at
    known.about = about(found)
    if was_gone:
        await _back(uow, analysis, known)


def _would_know(analysis: Analysis, job: Job, kind: str) -> bool:
    """Say whether an analysis looked everywhere for findings of a kind."""
    whole = job.result is not None and job.result.get("partial") is False
    return whole and (kind == "syntax" or kind in analysis.types.split(","))


async def _gone(uow: Uow, analysis: Analysis, known: FindingTask) -> None:
    task = await _task(uow, known)
    if task is None:
        return
    missing = None if task.status in CLOSED else await lacking(uow.db, task)
    await _note(uow, analysis, known, task, FindingGone, missing=missing)
    if task.status not in CLOSED and missing is None:
        await move(uow, Itself(known.project_id), task.id, "done")


async def _back(uow: Uow, analysis: Analysis, known: FindingTask) -> None:
    task = await _task(uow, known)
    if task is None:
        return
    await _note(uow, analysis, known, task, FindingBack)
    if task.status == "done":
        await move(uow, Itself(known.project_id), task.id, "todo")


async def _task(uow: Uow, known: FindingTask) -> Task | None:
    """Return a finding's task, held; None where it was deleted."""
    found = await tasks.locked(uow.db, known.project_id, [known.task_id])
    return found[0] if found else None


async def _note(
    uow: Uow,
    analysis: Analysis,
    known: FindingTask,
    task: Task,
    event: type[FindingEvent],
    **more: str | None,
) -> None:
    key = await tasks.key_of(uow.db, known.project_id)
    seen = {"analysis_id": analysis.id, "analysis": analysis.number}
    acting = Itself(known.project_id)
    tell(uow, acting, event, task, key, fingerprint=known.fingerprint, **seen, **more)
    await uow.db.flush()


async def _apply_rule(uow: Uow, analysis: Analysis, job: Job, source_at: datetime) -> None:
    severity = await repository.severity(uow.db, analysis.project_id)
    if severity is None or job.owner_id is None:
        return
    findings = await repository.untracked(uow.db, analysis.id, severity, limit=MOST_OF_A_RULE)
    if findings:
        author = OnBehalf(analysis.project_id, job.owner_id)
        await make(uow, author, analysis, source_at, findings, by_rule=True)
