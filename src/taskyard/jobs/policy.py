"""The rules of jobs: pure sums, no database."""

import random
from datetime import timedelta
from typing import Any, Final

from taskyard.jobs.types import ENDED, MAX_LOST, JobState
from taskyard.kit.errors import TaskyardError

#: A queued job that no worker took for so long has failed; a scheduled one counts from its time.
QUEUE_PATIENCE: Final = timedelta(days=7)
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 2.0, 900.0
_MESSAGE_LENGTH = 1000

Failure = dict[str, Any]


def may_cancel(state: str) -> bool:
    """Say whether there is something to cancel."""
    return state not in ENDED


def may_retry(state: str) -> bool:
    """Say whether another try can be asked for."""
    return state in {JobState.FAILED, JobState.CANCELLED}


def percent(progress: float | None) -> int:
    """Return a progress of 0 to 1 as whole per cent; 100 only once it is whole."""
    return int((progress or 0) * 100 + 1e-4)


def pause_before_retry(errors: int) -> float:
    """Return the seconds to wait after the n-th error: doubling, spread, at most 15 minutes."""
    longest: float = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2 ** (max(errors, 1) - 1))
    return longest * random.uniform(0.5, 1.5)  # noqa: S311 — spread, not secrecy


def failure(reason: str, message: str, *, retry_helps: bool) -> Failure:
    """Return why a job failed: for machines, for people, and whether to try again."""
    return {
        "reason": reason,
        "message": message[:_MESSAGE_LENGTH],
        "retry_helps": retry_helps,
    }


def refused(error: TaskyardError) -> Failure:
    """Return the failure of a job whose runner refused its input or met a known obstacle."""
    helps = bool(getattr(error, "transient", False))
    return failure(error.code, error.message, retry_helps=helps)


def outdated() -> Failure:
    """Return the failure of a job whose parameters this release does not understand."""
    return failure(
        "parameters_outdated",
        "The run was asked for under another release, which understood it differently. "
        "Ask for it again.",
        retry_helps=False,
    )


def broke(error: BaseException, tries: int) -> Failure:
    """Return the failure of a job whose runner broke in a way nobody foresaw.

    The message names the error's type alone: its text may hold what people must not see.
    """
    times = "once" if tries == 1 else f"{tries} times"
    return failure(
        "error",
        f"Something unexpected went wrong, {times} ({type(error).__name__}). "
        "The log says what was being done; the operator's log has the rest.",
        retry_helps=True,
    )


def worker_lost() -> Failure:
    """Return the failure of a job that is not given to yet another worker."""
    return failure(
        "worker_lost",
        f"{MAX_LOST} workers vanished while they ran this job, so it is not given to another. "
        "Most often it needs more memory than the worker has. Look at the log's last lines.",
        retry_helps=False,
    )


def too_slow(limit: timedelta) -> Failure:
    """Return the failure of a job that passed its deadline."""
    return failure(
        "deadline",
        f"The run took longer than {_spoken(limit)} and was stopped.",
        retry_helps=False,
    )


def never_taken() -> Failure:
    """Return the failure of a job that waited in vain."""
    return failure(
        "queue_timeout",
        f"No worker took the job within {_spoken(QUEUE_PATIENCE)}. Start a worker and try again.",
        retry_helps=True,
    )


def _spoken(span: timedelta) -> str:
    seconds = round(span.total_seconds())
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size and seconds % size == 0:
            count = seconds // size
            return f"{count} {word}{'' if count == 1 else 's'}"
    return f"{seconds} seconds"
