"""The verbs of findings as tasks that people ask for."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from taskyard.core.uow import Uow
from taskyard.kit.ids import uuid7
from taskyard.projects.access import ProjectAccess
from taskyard.runners.analysis.errors import AnalysisNotFound
from taskyard.runners.analysis.finding import SEVERITIES, Severity
from taskyard.runners.analysis.models import Analysis, FindingRow
from taskyard.runners.analysis.tracking import repository
from taskyard.runners.analysis.tracking.drafting import about, draft
from taskyard.runners.analysis.tracking.errors import FindingNotFound
from taskyard.runners.analysis.tracking.events import FindingRuleChanged, FindingTracked
from taskyard.runners.analysis.tracking.models import FindingTask
from taskyard.runners.analysis.tracking.schemas import TaskFindingRead
from taskyard.tasks import repository as tasks
from taskyard.tasks.acting import Author
from taskyard.tasks.errors import TaskNotFound
from taskyard.tasks.schemas import RelatedTask
from taskyard.tasks.service import creating, deleting
from taskyard.tasks.service.creating import Draft
from taskyard.tasks.service.telling import tell


async def track(
    uow: Uow, access: ProjectAccess, analysis_id: UUID, fingerprint: str
) -> tuple[UUID, bool]:
    """Return a finding's task, and whether it was made now; one that was deleted comes back.

    Raises AnalysisNotFound or FindingNotFound.
    """
    ended = await repository.ended(uow.db, analysis_id)
    if ended is None or ended[0].project_id != access.project_id:
        raise AnalysisNotFound
    finding = await repository.finding(uow.db, analysis_id, fingerprint)
    if finding is None:
        raise FindingNotFound
    # Who comes second waits here, and then sees what the first one made.
    await tasks.hold_book(uow.db, access.project_id)
    known = await repository.tracked(uow.db, access.project_id, fingerprint)
    if known is not None:
        if await repository.is_deleted(uow.db, known.task_id):
            await deleting.restore(uow, access, known.task_id)
        return known.task_id, False
    analysis, _, source_at = ended
    [task_id] = await make(uow, access, analysis, source_at, [finding])
    return task_id, True


async def make(
    uow: Uow,
    author: Author,
    analysis: Analysis,
    source_at: datetime,
    findings: Sequence[FindingRow],
    *,
    by_rule: bool = False,
) -> Sequence[UUID]:
    """Make a task of each finding. The caller holds the project's book: none of them has one."""
    drafts = [Draft(uuid7(), draft(finding)) for finding in findings]
    made = await creating.create_all(uow, author, drafts)
    await repository.add(
        uow.db,
        [
            {
                "project_id": author.project_id,
                "fingerprint": finding.fingerprint,
                "task_id": task.id,
                "kind": finding.kind,
                "about": about(finding),
                "seen_id": analysis.id,
                "seen_number": analysis.number,
                "source_at": source_at,
            }
            for finding, task in zip(findings, made, strict=True)
        ],
    )
    key = await tasks.key_of(uow.db, author.project_id)
    for finding, task in zip(findings, made, strict=True):
        seen = {"analysis_id": analysis.id, "analysis": analysis.number, "by_rule": by_rule}
        tell(uow, author, FindingTracked, task, key, fingerprint=finding.fingerprint, **seen)
    return [task.id for task in made]


async def findings_of(uow: Uow, access: ProjectAccess, task_id: UUID) -> list[TaskFindingRead]:
    """Return the finding a task was made of, if it was. Raises TaskNotFound."""
    row = await repository.of_task(uow.db, access.project_id, task_id)
    if row is None:
        raise TaskNotFound
    return [] if row[1] is None else [_read(row[1])]


def _read(known: FindingTask) -> TaskFindingRead:
    return TaskFindingRead.model_validate(
        {
            **known.about,
            "fingerprint": known.fingerprint,
            "state": "open" if known.gone_number is None else "gone",
            "kind": known.kind,
            "seen_id": known.seen_id,
            "seen_number": known.seen_number,
            "gone_number": known.gone_number,
        }
    )


async def tasks_of(
    uow: Uow, access: ProjectAccess, fingerprints: Collection[str]
) -> dict[str, RelatedTask]:
    """Return the live tasks of a project's findings, those that have one."""
    if not fingerprints:
        return {}
    rows = await repository.tasks_of(uow.db, access.project_id, fingerprints)
    return {
        name: RelatedTask(id=row[1], key=f"{row[2]}-{row[3]}", title=row[4], status=row[5])
        for name, row in rows.items()
    }


async def rule(uow: Uow, access: ProjectAccess) -> Severity | None:
    """Return from which severity on a project wants a task of every finding."""
    return _named(await repository.severity(uow.db, access.project_id))


async def set_rule(uow: Uow, access: ProjectAccess, wanted: Severity | None) -> None:
    """Have a project want a task of every finding from a severity on, or of none."""
    old = _named(await repository.severity(uow.db, access.project_id, lock=True))
    if old == wanted:
        return
    place = None if wanted is None else SEVERITIES.index(wanted)
    await repository.set_severity(uow.db, access.project_id, place)
    uow.emit(
        FindingRuleChanged(
            subject_id=access.project_id,
            project_id=access.project_id,
            actor_id=access.by,
            old=old,
            new=wanted,
        )
    )


def _named(severity: int | None) -> Severity | None:
    return None if severity is None else SEVERITIES[severity]
