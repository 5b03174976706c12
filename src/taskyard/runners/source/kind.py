"""The job kind `source`: the runner, hosted."""

from datetime import timedelta

from taskyard.core.access import Permission
from taskyard.jobs.context import JobContext
from taskyard.jobs.kinds import JobKind
from taskyard.runners.source import service
from taskyard.runners.source.schemas import SourceJob, SourceOutcome


async def run(given: SourceJob, job: JobContext) -> SourceOutcome:
    """Fetch a repository for whoever asked."""
    # Here and not above: who only asks for runs needs no HTTP client.
    from taskyard.core.outgoing.http import Outgoing
    from taskyard.runners.source.git.discovery import Found
    from taskyard.runners.source.runner import Fetched, fetch, locate

    outgoing = Outgoing(job.platform.settings.outgoing_allow)
    address = service.address_of(given.git_url)
    allowance = await service.allowance(job)
    found = await job.step(
        "find", "Find the commit", lambda: locate(job, outgoing, address, given.ref), Found
    )
    fetched = await job.step(
        "fetch", "Fetch the files", lambda: fetch(job, outgoing, found, allowance), Fetched
    )
    return SourceOutcome(
        source_id=fetched.source_id,
        files=fetched.files,
        size_bytes=fetched.size_bytes,
        commit=fetched.commit,
        ref=found.ref,
        skipped=len(fetched.skipped),
        kept=fetched.kept,
        access=allowance.access,
    )


def title(given: SourceJob) -> str:
    """Return what people read: where from, and which branch if one was named."""
    where = given.git_url.partition("://")[2].removesuffix(".git")
    return f"Fetch {where} ({given.ref})" if given.ref else f"Fetch {where}"


SOURCE = JobKind(
    name=service.KIND,
    parameters=SourceJob,
    result=SourceOutcome,
    run=run,
    # The largest tier's 500 MB within it are 0.4 MB a second.
    deadline=timedelta(minutes=20),
    permission=Permission.FILE_UPLOAD,
    title=title,
    prepare=service.prepare,
    on_finished=service.keep,
)
