"""The verbs of source: asking for a repository, and the snapshot that comes of it."""

from dataclasses import dataclass

from taskyard.accounts.access import actor_for
from taskyard.core.access import Permission
from taskyard.core.limits import TIERS, tier_limits
from taskyard.core.outgoing.address import Address
from taskyard.core.outgoing.errors import AddressForbidden
from taskyard.core.problems import ValidationFailed
from taskyard.core.uow import Uow, unit_of_work
from taskyard.files import repository as file_repository
from taskyard.files import service as files
from taskyard.files.types import Origin
from taskyard.jobs import service as jobs
from taskyard.jobs.context import JobContext
from taskyard.jobs.models import Job
from taskyard.jobs.schemas import JobCreate
from taskyard.kit.errors import TaskyardError
from taskyard.projects import access as projects
from taskyard.projects.access import ProjectAccess
from taskyard.projects.errors import ProjectNotFound
from taskyard.runners.source import repository
from taskyard.runners.source.errors import RepositoryTooLarge
from taskyard.runners.source.schemas import SourceCreate, SourceJob, SourceOutcome

KIND = "source"
#: An administrator may take in as much as anybody.
ARCHIVE_BYTES_MAX = max(tier.source_archive_bytes for tier in TIERS.values())


@dataclass(frozen=True, slots=True)
class Allowance:
    """For whom a repository is fetched, and how large it may be."""

    access: ProjectAccess
    limit_bytes: int
    tier: str

    def check(self, received: int) -> None:
        """Raise RepositoryTooLarge once more bytes came than may be taken in."""
        if received > self.limit_bytes:
            raise RepositoryTooLarge(limit_bytes=self.limit_bytes, tier=self.tier)


def address_of(git_url: str) -> Address:
    """Return a repository's address in its one spelling. Raises AddressForbidden."""
    address = Address.parse(git_url)
    if "?" in address.target:
        raise AddressForbidden(reason="leave out what follows '?'")
    return Address.parse(str(address).rstrip("/"))


async def prepare(_: Uow, __: ProjectAccess | None, given: SourceJob) -> SourceJob:
    """Spell the address out, so that equal wishes look equal. Raises ValidationFailed."""
    try:
        address = address_of(given.git_url)
    except AddressForbidden as error:
        field = "body.parameters.git_url"
        raise ValidationFailed(
            fields=[{"field": field, "type": "value_error", "message": error.message}]
        ) from None
    return given.model_copy(update={"git_url": str(address).rstrip("/")})


async def ask(uow: Uow, access: ProjectAccess, body: SourceCreate) -> Job:
    """Ask for a repository; while the same is under way in the project, that is the answer.

    So a repeated request needs no idempotency key. Raises as `jobs.service.enqueue`.
    """
    given = await prepare(uow, access, SourceJob(**body.model_dump()))
    parameters = given.model_dump(mode="json")
    await repository.lock(uow.db, access.project_id)
    job = await repository.under_way(uow.db, access.project_id, KIND, parameters)
    if job is None:
        made = await jobs.enqueue(
            uow,
            access.actor,
            JobCreate(kind=KIND, project_id=access.project_id, parameters=parameters, task_id=None),
        )
        job = await uow.db.get_one(Job, made.job_id)
    return job


async def allowance(job: JobContext) -> Allowance:
    """Return for whom a job works, and what they may take in: by the tier they asked under.

    Raises what the asker is refused with, should they have lost their right meanwhile.
    """
    assert job.owner_id is not None, "a person asked for it"
    assert job.project_id is not None, "the kind needs a project"
    async with unit_of_work(job.platform.database) as uow:
        user = await file_repository.user(uow.db, job.owner_id)
        if user is None:
            raise ProjectNotFound
        actor = actor_for(user, None, job.platform.settings)
        access = await projects.load(uow, actor, job.project_id, Permission.FILE_UPLOAD)
        row = await uow.db.get_one(Job, job.job_id)
    tier = row.tier or actor.tier
    limit = ARCHIVE_BYTES_MAX if actor.is_admin else tier_limits(tier).source_archive_bytes
    return Allowance(access, limit, tier)


async def keep(uow: Uow, job: Job, outcome: SourceOutcome) -> None:
    """Make the snapshot, in the transaction that completes the job; start what is to follow."""
    assert outcome.kept is not None
    assert outcome.access is not None
    given = SourceJob.model_validate(job.parameters)
    address = address_of(given.git_url)
    origin = Origin(
        "git",
        f"{address.site}{address.target}".rstrip("/").removesuffix(".git"),
        git_url=given.git_url,
        ref=outcome.ref,
        commit=outcome.commit,
    )
    taken = await files.add_snapshot(uow, outcome.access, outcome.kept, origin)
    snapshot_id = str(taken.snapshot[0].id)
    more = await _analysed(uow, outcome.access, snapshot_id) if given.analyse else {}
    job.result = {**(job.result or {}), "snapshot_id": snapshot_id, **more}


async def _analysed(uow: Uow, access: ProjectAccess, snapshot_id: str) -> dict[str, str]:
    """Start an analysis; a refusal of it is no reason to lose what was fetched."""
    wish = JobCreate(
        kind="analysis",
        project_id=access.project_id,
        parameters={"snapshot_id": snapshot_id},
        task_id=None,
    )
    try:
        async with uow.db.begin_nested():
            started = await jobs.enqueue(uow, access.actor, wish)
    except TaskyardError as error:
        return {"analysis_refused": error.message}
    return {"analysis_id": str(started.job_id)}
