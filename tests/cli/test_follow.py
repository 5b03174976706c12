"""A job's events arrive each once and in order, whatever the network does."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from taskyard.entry.cli.client.api import Api
from taskyard.entry.cli.client.exits import ClientError, Exit
from taskyard.entry.cli.client.follow import Follower, Message, messages
from taskyard.entry.cli.client.tokens import GivenToken
from taskyard.entry.cli.client.wire import Wire
from tests.cli import sources
from tests.cli.conftest import Person
from tests.cli.gateway import Gateway

EVENTS = "GET /api/v1/jobs/.*/events"


@pytest.fixture
def job_id(behind: Person, tmp_path: Path) -> str:
    """A job that has just been asked for, and takes a second or two."""
    folder = sources.large(behind.cwd / f"yard-{tmp_path.name}", files=12)
    started = behind.run("analyze", folder.name, "--types=quality", "--no-wait")
    assert started.code == 0, started.said
    return started.out.split()[-1]


def watched(person: Person, job_id: str) -> list[dict[str, Any]]:
    done = person.run("jobs", "watch", job_id, "--json")
    assert done.code == 0, done.said
    return [json.loads(line) for line in done.out.splitlines()]


def check_whole(events: list[dict[str, Any]]) -> None:
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert events[0]["name"] == "job.queued"
    assert events[-1]["name"] == "job.completed"


def test_one_stream_brings_everything(behind: Person, job_id: str, balancer: Gateway) -> None:
    check_whole(watched(behind, job_id))
    accepted = [request.headers["Accept"] for request in balancer.requests(EVENTS)]
    assert accepted == ["text/event-stream", "application/json"]


def test_a_dropped_stream_goes_on_behind_the_last_event(
    behind: Person, job_id: str, balancer: Gateway
) -> None:
    balancer.fail(EVENTS, 2, cut_after=330, accept="event-stream")
    check_whole(watched(behind, job_id))
    streams = [
        int(request.headers["Last-Event-ID"])
        for request in balancer.requests(EVENTS)
        if "Last-Event-ID" in request.headers
    ]
    assert streams[0] == 0
    assert len(streams) >= 2
    assert streams == sorted(streams)
    assert streams[-1] > 0


@pytest.mark.parametrize(
    "fault",
    [
        {"times": 3, "cut_after": 0},
        {"times": 1, "answer": (200, {"Content-Type": "application/json"}, b"{}")},
    ],
)
def test_where_no_stream_gets_through_events_are_asked_for(
    behind: Person, job_id: str, balancer: Gateway, fault: dict[str, Any]
) -> None:
    balancer.fail(EVENTS, accept="event-stream", **fault)
    check_whole(watched(behind, job_id))
    asked = balancer.requests(EVENTS)
    streams = [request for request in asked if "Last-Event-ID" in request.headers]
    assert len(streams) == fault["times"]
    assert len(asked) > len(streams)


@pytest.fixture
def said() -> list[str]:
    """What the client says while it follows."""
    return []


@pytest.fixture
def follower(
    finished: str, balancer: Gateway, said: list[str], shared_token: Callable[[], str]
) -> Iterator[Follower]:
    """Follows a job through the balancer."""
    wire = Wire(balancer.url, said.append, pauses=(0.01,))
    api = Api(wire, GivenToken(shared_token()))
    yield Follower(api, UUID(finished), see=lambda _: None, say=said.append)
    wire.close()


def test_a_server_that_is_away_for_a_while_is_waited_for(
    follower: Follower, balancer: Gateway, said: list[str]
) -> None:
    seen: list[int] = []
    follower.see = lambda event: seen.append(event.seq)
    balancer.fail("GET /api/v1/jobs/.*", 2, answer=(502, {}, b"<html>"))
    assert follower.until_end().status == "completed"
    assert seen == list(range(1, len(seen) + 1))
    assert said == ["The server does not answer; the job goes on without us. Trying again …"]


def test_a_server_that_stays_away_is_given_up(follower: Follower, balancer: Gateway) -> None:
    follower.outage_s = 1
    balancer.fail("GET /api/v1/jobs/.*", 99, answer=(502, {}, b"<html>"))
    with pytest.raises(ClientError, match="Later: taskyard jobs watch") as caught:
        follower.until_end()
    assert caught.value.exit_code == Exit.UNREACHABLE


def test_rights_that_end_meanwhile_are_no_outage(follower: Follower, balancer: Gateway) -> None:
    body = b'{"error": {"code": "JOB_NOT_FOUND", "message": "Gone.", "details": {}}}'
    balancer.fail("GET /api/v1/jobs/.*", answer=(404, {}, body))
    with pytest.raises(ClientError, match="Gone") as caught:
        follower.until_end()
    assert caught.value.exit_code == Exit.USAGE


def test_the_lines_of_a_stream_become_messages() -> None:
    lines = [
        ": hello",
        "retry: 1000",
        "",
        "id: 1",
        "event: x",
        "data: a",
        "data:b",
        "",
        "data: cut",
    ]
    assert list(messages(lines)) == [Message("a\nb", "1")]
