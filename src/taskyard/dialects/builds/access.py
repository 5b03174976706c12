"""The door to an analysis in the contract builds, which tells absent and somebody else's apart."""

from taskyard.core.access import Actor, Permission
from taskyard.core.uow import Uow
from taskyard.dialects import record
from taskyard.dialects.errors import AnalysisOfAnother, AnalysisUnknown
from taskyard.dialects.naming import id_of
from taskyard.jobs import access, reading
from taskyard.jobs.access import JobAccess
from taskyard.jobs.errors import JobNotFound
from taskyard.jobs.schemas import JobRead


async def load(uow: Uow, actor: Actor, analysis_id: str) -> tuple[JobAccess, JobRead]:
    """Return the caller's access to an analysis, and its job.

    Raises AnalysisUnknown, AnalysisOfAnother, or what else refuses a job.
    """
    job_id = id_of(analysis_id)
    try:
        found = await access.load(uow, actor, job_id, Permission.ANALYSIS_READ, system=False)
    except JobNotFound:
        if await access.is_anothers(uow, job_id):
            raise AnalysisOfAnother from None
        raise AnalysisUnknown from None
    job = await reading.one(uow, found)
    if job.kind != record.KIND:
        raise AnalysisUnknown
    return found, job
