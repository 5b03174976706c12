"""A job's events, each once and in order, until the job has ended.

They come over the event stream (SSE); after a dropped connection it is opened again behind the
last event seen. Where no stream gets through (a proxy that buffers or does not know it), the
events are asked for every other second.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

import httpx
from pydantic import ValidationError

from taskyard.entry.cli.client.answers import ENDED, Event, Job
from taskyard.entry.cli.client.api import Api
from taskyard.entry.cli.client.exits import ClientError, Exit

#: Streams that brought nothing, one after the other, before events are asked for instead.
_EMPTY_STREAMS = 3
_POLL_S = 2.0
_LAST = frozenset(f"job.{state}" for state in ENDED)
_PAGE = 200


@dataclass(frozen=True)
class Message:
    """One message of an event stream."""

    data: str
    id: str | None


def messages(lines: Iterable[str]) -> Iterator[Message]:
    """Yield the messages in the lines of a stream (HTML standard, section 9.2.6).

    One that the connection broke off in is dropped, as the standard says.
    """
    data: list[str] = []
    number: str | None = None
    for line in lines:
        if line:
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if name == "data":
                data.append(value)
            elif name == "id":
                number = value
            continue
        if data:
            yield Message("\n".join(data), number)
        data, number = [], None


@dataclass
class Follower:
    """Follows one job."""

    api: Api
    job_id: UUID
    #: Hears each event.
    see: Callable[[Event], None]
    say: Callable[[str], None]
    #: Seconds without any answer after which it gives up: a server's restart takes less.
    outage_s: float = 120.0
    seen: int = 0
    _streams: bool = True
    _empty: int = 0
    _silent_since: float | None = field(default=None, init=False)

    def until_end(self) -> Job:
        """Return the job once it has ended and all its events were seen. Raises ClientError."""
        while True:
            try:
                if self._streams:
                    self._read_stream()
                job = self.api.get(Job, f"/jobs/{self.job_id}")
                self._catch_up()
            except ClientError as error:
                if error.exit_code != Exit.UNREACHABLE:
                    raise
                self._wait_for_server(error)
                continue
            self._silent_since = None
            if job.has_ended:
                return job
            if not self._streams:
                time.sleep(_POLL_S)

    def _read_stream(self) -> None:
        """See what one connection brings; returns when it ends, however it does."""
        before = self.seen
        path = f"/jobs/{self.job_id}/events"
        headers = {"Accept": "text/event-stream", "Last-Event-ID": str(self.seen)}
        try:
            with self.api.stream(path, headers) as response:
                if response.status_code == httpx.codes.NO_CONTENT:
                    # The job has ended, and everything was seen.
                    return
                if not response.headers.get("content-type", "").startswith("text/event-stream"):
                    self._streams = False
                    return
                for message in messages(response.iter_lines()):
                    if self._take(message):
                        return
        except httpx.RequestError:
            # Broken off, or silent for longer than the server ever is: what is missing follows.
            pass
        self._empty = 0 if self.seen > before else self._empty + 1
        self._streams = self._empty < _EMPTY_STREAMS

    def _take(self, message: Message) -> bool:
        """See a message's event; say whether it ended the job."""
        try:
            event = Event.model_validate_json(message.data)
        except ValidationError:
            # No event of the job's; the stream may carry other things in later versions.
            return False
        self._see(event)
        return event.name in _LAST

    def _catch_up(self) -> None:
        """See what the stream has not brought."""
        while True:
            path = f"/jobs/{self.job_id}/events"
            page = self.api.page(Event, path, after=self.seen, limit=_PAGE)
            for event in page.items:
                self._see(event)
            if len(page.items) < _PAGE:
                return

    def _see(self, event: Event) -> None:
        if event.seq > self.seen:
            self.seen = event.seq
            self.see(event)

    def _wait_for_server(self, error: ClientError) -> None:
        now = time.monotonic()
        if self._silent_since is None:
            self._silent_since = now
            self.say("The server does not answer; the job goes on without us. Trying again …")
        if now - self._silent_since > self.outage_s:
            message = f"{error.message}\nLater: taskyard jobs watch {self.job_id}"
            raise ClientError(message, Exit.UNREACHABLE) from None
        time.sleep(_POLL_S)
