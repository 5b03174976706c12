"""What a finished analysis does to the tasks of findings.

A finding that is gone completes its task; one that is back reopens a task that was done, and is
noted in the history of any other. A partial analysis says nothing of what it lacks, one of other
types nothing of findings it did not look for, and one of older source nothing of newer. Whatever
is done twice is done once: a finding goes only while it is there, and comes only while it is gone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
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
from taskyard.tasks.types import CLOSED, Status

#: A rule makes no more tasks of one analysis; the next one goes on with the others.
MOST_OF_A_RULE: Final = 100


async def follow(uow: Uow, analysis_id: UUID) -> None:
    """Bring the tasks of a project's findings up to what an analysis says."""
    ended = await repository.ended(uow.db, analysis_id)
    if ended is None:
        return
    analysis, job, source_at = ended
    _, key = await tasks.hold_book(uow.db, analysis.project_id)
    known = await repository.older_than(uow.db, analysis)
    found = await repository.among(uow.db, analysis.id, [one.fingerprint for one in known])
    gone, back = list[FindingTask](), list[FindingTask]()
    for one in known:
        if source_at < one.source_at:
            continue
        row = found.get(one.fingerprint)
        if row is not None:
            if one.gone_number is not None:
                back.append(one)
            _seen(one, analysis, source_at, row)
        elif one.gone_number is None and _would_know(analysis, job, one.kind):
            one.gone_number = analysis.number
            gone.append(one)
    held = await tasks.locked(uow.db, analysis.project_id, [one.task_id for one in (*gone, *back)])
    news = _News(uow, analysis, key, {task.id: task for task in held})
    await _close(news, gone)
    await _reopen(news, back)
    await _apply_rule(uow, analysis, job, source_at)


@dataclass(frozen=True, slots=True)
class _News:
    """What an analysis is about to tell of tasks."""

    uow: Uow
    analysis: Analysis
    #: What the project's numbers begin with.
    key: str
    #: The tasks it tells of, held; those that were deleted are not among them.
    tasks: dict[UUID, Task]

    def tell(self, known: FindingTask, event: type[FindingEvent], **more: str | None) -> None:
        acting, task = Itself(known.project_id), self.tasks[known.task_id]
        seen = {"analysis_id": self.analysis.id, "analysis": self.analysis.number}
        named = {"fingerprint": known.fingerprint, **seen, **more}
        tell(self.uow, acting, event, task, self.key, **named)

    async def move(self, task_ids: Sequence[UUID], status: Status) -> None:
        if task_ids:
            await self.uow.db.flush()
            await move(self.uow, Itself(self.analysis.project_id), task_ids, status)


def _seen(known: FindingTask, analysis: Analysis, source_at: datetime, found: FindingRow) -> None:
    known.gone_number = None
    known.seen_id, known.seen_number, known.source_at = analysis.id, analysis.number, source_at
    known.about = about(found)


def _would_know(analysis: Analysis, job: Job, kind: str) -> bool:
    """Say whether an analysis looked everywhere for findings of a kind."""
    whole = job.result is not None and job.result.get("partial") is False
    return whole and (kind == "syntax" or kind in analysis.types.split(","))


async def _close(news: _News, gone: Sequence[FindingTask]) -> None:
    """Note that findings are gone; their tasks are done, unless they lack what they require."""
    done = []
    for known in gone:
        task = news.tasks.get(known.task_id)
        if task is None:
            continue
        is_open = task.status not in CLOSED
        missing = await lacking(news.uow.db, task) if is_open else None
        news.tell(known, FindingGone, missing=missing)
        if is_open and missing is None:
            done.append(task.id)
    await news.move(done, "done")


async def _reopen(news: _News, back: Sequence[FindingTask]) -> None:
    """Note that findings are back; tasks that were done are to be done again."""
    there = [known for known in back if known.task_id in news.tasks]
    for known in there:
        news.tell(known, FindingBack)
    again = [one.task_id for one in there if news.tasks[one.task_id].status == "done"]
    await news.move(again, "todo")


async def _apply_rule(uow: Uow, analysis: Analysis, job: Job, source_at: datetime) -> None:
    severity = await repository.severity(uow.db, analysis.project_id)
    if severity is None or job.owner_id is None:
        return
    findings = await repository.untracked(uow.db, analysis.id, severity, limit=MOST_OF_A_RULE)
    if findings:
        author = OnBehalf(analysis.project_id, job.owner_id)
        await make(uow, author, analysis, source_at, findings, by_rule=True)
