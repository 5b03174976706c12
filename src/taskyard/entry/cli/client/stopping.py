"""Cancelling a job, and seeing that it has stopped."""

import time
from uuid import UUID

from taskyard.entry.cli.client.answers import Job
from taskyard.entry.cli.client.api import Api
from taskyard.entry.cli.client.wire import ApiRefused

#: A running job that does not stop by itself is killed after 15 s.
_PATIENCE_S = 30.0
_POLL_S = 0.5


def cancel(api: Api, job_id: UUID) -> Job:
    """Cancel a job on the server; return it once it has ended, or will not for a while.

    Raises ClientError.
    """
    try:
        api.delete(f"/jobs/{job_id}")
    except ApiRefused as error:
        if error.code != "JOB_ENDED":
            raise
    ends = time.monotonic() + _PATIENCE_S
    job = api.get(Job, f"/jobs/{job_id}")
    while not job.has_ended and time.monotonic() < ends:
        time.sleep(_POLL_S)
        job = api.get(Job, f"/jobs/{job_id}")
    return job


def outcome(job: Job, name: str) -> str:
    """Return what came of cancelling, as a sentence."""
    if job.status == "cancelled":
        return f"{name} is cancelled. Again: taskyard jobs retry {job.id}"
    if job.has_ended:
        return f"{name} had ended before: it is {job.status}."
    return f"{name} was told to stop and has not yet. See: taskyard jobs show {job.id}"
