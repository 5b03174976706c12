"""Jobs: which there are, one of them, live, cancelled, tried again."""

from typing import Annotated, Literal
from uuid import UUID

import typer

from taskyard.entry.cli.client.exits import ClientError, Exit, told
from taskyard.entry.cli.client.options import AsJson, Server, print_json

JobId = Annotated[UUID, typer.Argument(metavar="ID", show_default=False)]
Status = Literal["waiting", "queued", "running", "completed", "failed", "cancelled"]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    jobs = typer.Typer(no_args_is_help=True, help="Runs: list, show, watch, cancel, retry.")
    jobs.command("list")(list_jobs)
    jobs.command("show")(show_job)
    jobs.command("watch")(watch_job)
    jobs.command("cancel")(cancel_job)
    jobs.command("retry")(retry_job)
    app.add_typer(jobs, name="jobs")


@told
def list_jobs(
    *,
    status: Annotated[Status | None, typer.Option(help="Only those.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=50, help="How many.")] = 20,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """List the jobs you asked for, the newest first."""
    from taskyard.entry.cli.client.answers import Job
    from taskyard.entry.cli.client.api import connected
    from taskyard.entry.cli.client.glance import job_line
    from taskyard.entry.cli.client.screen import Screen

    screen = Screen()
    wanted = {"page_size": limit} | ({"status": status} if status else {})
    with connected(server, screen.say) as api:
        found = api.page(Job, "/jobs", **wanted).items
    if as_json:
        print_json([job.model_dump(mode="json") for job in found])
        return
    for job in found:
        screen.show(job_line(job))


@told
def show_job(job_id: JobId, *, server: Server = None, as_json: AsJson = False) -> None:
    """Show a job: where it stands, its steps, why it failed."""
    from taskyard.entry.cli.client.answers import Job
    from taskyard.entry.cli.client.api import connected
    from taskyard.entry.cli.client.glance import job_lines
    from taskyard.entry.cli.client.screen import Screen

    screen = Screen()
    with connected(server, screen.say) as api:
        job = api.get(Job, f"/jobs/{job_id}")
    if as_json:
        print_json(job.model_dump(mode="json"))
        return
    for line in job_lines(job):
        screen.show(line)


@told
def watch_job(job_id: JobId, *, server: Server = None, as_json: AsJson = False) -> None:
    """Follow a job and its log until it ends; Ctrl-C leaves it running.

    Exit 0 when it completed, 4 when it failed or was cancelled. --json prints an event a line.
    """
    from taskyard.entry.cli.client.answers import Job
    from taskyard.entry.cli.client.api import connected
    from taskyard.entry.cli.client.screen import Screen
    from taskyard.entry.cli.client.story import ended_badly
    from taskyard.entry.cli.client.watching import watch

    screen = Screen()
    with connected(server, screen.say) as api:
        job = api.get(Job, f"/jobs/{job_id}")
        try:
            job = watch(api, job, screen, as_json=as_json)
        except KeyboardInterrupt:
            message = f"{job.title} goes on. Cancel it: taskyard jobs cancel {job_id}"
            raise ClientError(message, Exit.INTERRUPTED) from None
    if job.status != "completed":
        raise ended_badly(job, job.title)
    screen.say(f"{job.title} is completed.")


@told
def cancel_job(job_id: JobId, *, server: Server = None, as_json: AsJson = False) -> None:
    """Cancel a job, and wait until it has stopped."""
    from taskyard.entry.cli.client.answers import Job
    from taskyard.entry.cli.client.api import connected
    from taskyard.entry.cli.client.stopping import cancel, outcome

    with connected(server, lambda line: typer.echo(line, err=True)) as api:
        job = api.get(Job, f"/jobs/{job_id}")
        if not job.has_ended:
            typer.echo(f"Cancelling {job.title} …", err=True)
            job = cancel(api, job_id)
    if job.status != "cancelled":
        raise ClientError(outcome(job, job.title), Exit.USAGE)
    if as_json:
        print_json(job.model_dump(mode="json"))
    else:
        typer.echo(outcome(job, job.title))


@told
def retry_job(
    job_id: JobId,
    *,
    from_start: Annotated[
        bool, typer.Option("--from-start", help="Also do again the steps that were finished.")
    ] = False,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Try a failed or cancelled job again."""
    from taskyard.entry.cli.client.answers import Job
    from taskyard.entry.cli.client.api import connected

    with connected(server, lambda line: typer.echo(line, err=True)) as api:
        params = {"from_start": from_start}
        job = api.post(Job, f"/jobs/{job_id}/retry", None, params=params)
    if as_json:
        print_json(job.model_dump(mode="json"))
    else:
        typer.echo(f"{job.title} is {job.status} again. Watch it: taskyard jobs watch {job.id}")
