"""`taskyard jobs watch`: a job's log and steps as they come."""

import typer

from taskyard.entry.cli.client.answers import Event, Job
from taskyard.entry.cli.client.api import Api
from taskyard.entry.cli.client.follow import Follower
from taskyard.entry.cli.client.screen import Bar, Screen
from taskyard.entry.cli.client.story import clock, headline, log_lines, per_cent


def watch(api: Api, job: Job, screen: Screen, *, as_json: bool) -> Job:
    """Print a job's log until it has ended, or each event as a line of JSON. Raises ClientError."""
    if as_json:

        def see(event: Event) -> None:
            typer.echo(event.model_dump_json())

        return Follower(api, job.id, see=see, say=screen.say).until_end()
    with screen.job_bar(job.title) as bar:
        lines = _Lines(screen, bar)
        return Follower(api, job.id, see=lines.see, say=screen.say).until_end()


class _Lines:
    """Prints log lines, and a line wherever the job is at something new."""

    def __init__(self, screen: Screen, bar: Bar) -> None:
        self._screen, self._bar = screen, bar
        self._at: str | None = None

    def see(self, event: Event) -> None:
        for line in log_lines(event):
            self._screen.log(line)
        at = headline(event)
        if at is not None and at != self._at:
            self._at = at
            self._screen.log(f"{clock(event.at)}  {at}")
        if self._screen.is_live:
            self._bar.move(per_cent(event), at)
