"""What a job's events say, in the words of the terminal."""

from collections.abc import Iterator
from datetime import datetime

from taskyard.entry.cli.client.answers import Event, Failure, Job
from taskyard.entry.cli.client.exits import ClientError, Exit
from taskyard.entry.cli.client.plain import printable

_STATES = {
    "job.queued": "Waiting for a worker",
    "job.started": "Started",
    "job.waiting": "Waiting for the next attempt",
    "job.cancelling": "Cancelling",
    "job.completed": "Completed",
    "job.failed": "Failed",
    "job.cancelled": "Cancelled",
}


def per_cent(event: Event) -> float | None:
    """Return how far the job is by this event, where it says so."""
    progress = event.data.get("progress")
    return float(progress) if isinstance(progress, int | float) else None


def headline(event: Event) -> str | None:
    """Return what the job is at by this event: its step, else its state."""
    if event.name == "job.step":
        step = event.data.get("title") if event.data.get("status") == "running" else None
    else:
        step = event.data.get("step")
    return step if isinstance(step, str) and step else _STATES.get(event.name)


def log_lines(event: Event) -> Iterator[str]:
    """Yield the log lines that an event carries: local time, level where it matters, text."""
    lines = event.data.get("lines")
    for line in lines if event.name == "job.log" and isinstance(lines, list) else ():
        level = str(line.get("level", "info"))
        mark = "" if level in {"info", "debug"} else f"{level.upper()} "
        yield f"{clock(_moment(line.get('at'), event.at))}  {mark}{line.get('text', '')}"


def clock(at: datetime) -> str:
    """Return the local time of day."""
    return at.astimezone().strftime("%H:%M:%S")


def _moment(text: object, otherwise: datetime) -> datetime:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return otherwise


def ended_badly(job: Job, name: str) -> ClientError:
    """Return the error for a job that did not complete."""
    if job.status == "cancelled":
        return ClientError(
            f"{name} was cancelled. Again: taskyard jobs retry {job.id}", Exit.JOB_FAILED
        )
    failure = job.failure or Failure(reason="unknown", message="no reason was given")
    remedy = f"\nAgain: taskyard jobs retry {job.id}" if failure.retry_helps else ""
    return ClientError(f"{name} failed: {printable(failure.message)}{remedy}", Exit.JOB_FAILED)
