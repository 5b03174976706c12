"""Waiting for a job that this command started."""

from contextlib import suppress
from uuid import UUID

from taskyard.entry.cli.client import story
from taskyard.entry.cli.client.answers import Event, Job
from taskyard.entry.cli.client.api import Api
from taskyard.entry.cli.client.exits import ClientError, Exit
from taskyard.entry.cli.client.follow import Follower
from taskyard.entry.cli.client.screen import Bar, Screen
from taskyard.entry.cli.client.stopping import cancel, outcome


def attend(api: Api, job_id: UUID, screen: Screen, name: str, *, detach: bool) -> Job:
    """Return a job once it has completed; Ctrl-C cancels it, or leaves it running (`detach`).

    Raises ClientError, also where it failed.
    """
    with screen.job_bar(name) as bar:
        follower = Follower(api, job_id, see=lambda event: _move(bar, event), say=screen.say)
        # A `with` cannot hold the rest: the bar has to be gone before anything is said.
        job: Job | None = None
        with suppress(KeyboardInterrupt):
            job = follower.until_end()
    if job is not None:
        if job.status != "completed":
            raise story.ended_badly(job, name)
        return job
    if detach:
        message = f"{name} was left running. Watch it: taskyard jobs watch {job_id}"
        raise ClientError(message, Exit.INTERRUPTED)
    screen.say(f"Cancelling {name} … (Ctrl-C again does not wait for it)")
    raise ClientError(outcome(cancel(api, job_id), name), Exit.INTERRUPTED)


def _move(bar: Bar, event: Event) -> None:
    progress = story.per_cent(event)
    headline = story.headline(event)
    if progress is not None or headline is not None:
        bar.move(progress, headline)
