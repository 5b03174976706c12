"""A job in one line, and in some."""

from collections.abc import Iterator

from rich.text import Text

from taskyard.entry.cli.client.answers import Job
from taskyard.entry.cli.client.plain import printable
from taskyard.entry.cli.client.screen import LIVE, row

_COLOURS = {"running": LIVE, "completed": "green", "failed": "red"}
_STEP_MARKS = {"done": "✓", "failed": "✗", "running": "·"}


def job_line(job: Job) -> Text:
    """Return a job as a line of a list."""
    return Text.assemble(
        (f"{job.id}  ", "dim"),
        (f"{job.status:<9} {job.progress:>3} %", _COLOURS.get(job.status, "")),
        (f"  {job.created_at.astimezone():%Y-%m-%d %H:%M}  ", "dim"),
        (printable(job.title), "bold"),
        (f"  {printable(job.project_name or '')}", "dim"),
    )


def job_lines(job: Job) -> Iterator[Text]:
    """Yield all that is worth knowing of a job."""
    place = f" · {printable(job.project_name)}" if job.project_name else ""
    yield Text(f"{printable(job.title)}{place}", style="bold")
    status = Text.assemble((f"{job.status}, {job.progress} %", _COLOURS.get(job.status, "")))
    if job.current_step and not job.has_ended:
        status.append(f"  {printable(job.current_step)}")
    if job.queue_position:
        status.append(f"  number {job.queue_position} in the queue")
    yield row("Status", status)
    by = f" by {printable(job.asked_by.name)}" if job.asked_by else ""
    yield row("Asked", Text(f"{job.created_at.astimezone():%Y-%m-%d %H:%M:%S}{by}"))
    if job.started_at and job.finished_at:
        seconds = (job.finished_at - job.started_at).total_seconds()
        tries = "" if job.attempt < 2 else f", attempt {job.attempt}"
        yield row("Ran", Text(f"{seconds:,.1f} s{tries}"))
    for step in job.steps:
        took = "" if step.seconds is None else f"  {step.seconds:,.1f} s"
        mark = _STEP_MARKS.get(step.status, " ")
        yield row("", Text(f"{mark} {printable(step.title)}{took}"))
    if job.failure:
        yield row("Failure", Text(printable(job.failure.message), style="red"))
