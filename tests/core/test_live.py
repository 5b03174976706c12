"""Following live: who may, what is heard, that nothing is missed or heard twice."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from websockets.exceptions import ConnectionClosed, InvalidStatus

from taskyard.core.live import socket as live_socket
from taskyard.core.live import spine
from taskyard.core.live.frames import Frame, encode
from taskyard.core.platform import Platform
from taskyard.core.spine import Event
from taskyard.core.uow import unit_of_work
from taskyard.jobs import service
from taskyard.jobs.access import JobAccess
from taskyard.kit.clock import now
from taskyard.kit.ids import uuid7
from taskyard.projects.models import Project
from tests.conftest import Api, OpenInstance
from tests.core.live_client import following, serving
from tests.jobs.conftest import Jobs
from tests.world import Account, World


class Rehearsed(Event):
    """An event for tests."""

    name = "rehearsal.held.v1"
    number: int


@pytest.fixture(scope="module")
async def server(app: FastAPI) -> AsyncIterator[str]:
    """A real server of the tests' application."""
    async with serving(app) as address:
        yield address


@pytest.fixture
async def someone(world: World) -> Account:
    """Someone who follows; no worker takes what they ask for."""
    return await world.account(tier="free")


@pytest.fixture
def jobs(platform: Platform, world: World) -> Jobs:
    """Ask for jobs, look at them."""
    return Jobs(platform, world)


@pytest.fixture
async def job_id(jobs: Jobs, someone: Account) -> UUID:
    """A job that a worker elsewhere holds."""
    return await jobs.ask(someone, held=True)


async def tell(platform: Platform, project: Project, number: int) -> None:
    """Write an event of a project."""
    async with unit_of_work(platform.database) as uow:
        uow.emit(Rehearsed(subject_id=project.id, project_id=project.id, number=number))


class TestComingIn:
    """Who gets a socket."""

    async def test_a_header_is_enough(self, server: str, someone: Account) -> None:
        async with following(server, someone) as follower:
            assert follower.welcome["epoch"]
            await follower.say(type="ping")
            assert await follower.hear() == {"type": "pong"}

    async def test_the_subprotocol_is_confirmed(self, server: str, someone: Account) -> None:
        async with following(server, someone, subprotocols=["taskyard.v1"]) as follower:
            assert follower.connection.subprotocol == "taskyard.v1"
        async with following(server, someone) as follower:
            assert follower.connection.subprotocol is None

    async def test_the_web_apps_cookie_is_enough_from_our_own_pages(
        self, server: str, api: Api, someone: Account
    ) -> None:
        cookie = await browser_cookie(api, someone)
        headers = {"Cookie": cookie}
        async with following(server, headers=headers, origin=f"http://{server}") as follower:
            assert follower.welcome["type"] == "welcome"
        for origin in ("https://evil.example", f"http://{server}0", "null", None):
            await refused(403, "CSRF_FAILED", server, headers=headers, origin=origin)

    async def test_another_sites_page_is_refused_whatever_it_sends(
        self, server: str, someone: Account, api: Api
    ) -> None:
        evil = "https://evil.example"
        await refused(403, "CSRF_FAILED", server, someone, origin=evil)
        ticket = await new_ticket(api, someone)
        await refused(403, "CSRF_FAILED", server, query=f"?ticket={ticket}", origin=evil)

    async def test_without_credentials_the_handshake_is_refused(self, server: str) -> None:
        await refused(401, "AUTH_REQUIRED", server)
        await refused(401, "AUTH_TOKEN_INVALID", server, headers={"Authorization": "Bearer x"})
        await refused(401, "TICKET_INVALID", server, query="?ticket=tyt_nonsense")

    async def test_a_ticket_lets_in_once(self, server: str, api: Api, someone: Account) -> None:
        ticket = await new_ticket(api, someone)
        offered = ["taskyard.v1", f"ticket.{ticket}"]
        async with following(server, subprotocols=offered) as follower:
            assert follower.connection.subprotocol == "taskyard.v1"
        await refused(401, "TICKET_INVALID", server, subprotocols=offered)

    async def test_a_ticket_may_stand_in_the_address(
        self, server: str, api: Api, someone: Account
    ) -> None:
        query = f"?ticket={await new_ticket(api, someone)}"
        async with following(server, query=query) as follower:
            assert (await follower.subscribe("user"))["type"] == "subscribed"
        await refused(401, "TICKET_INVALID", server, query=query)

    async def test_of_two_uses_at_once_one_wins(
        self, server: str, api: Api, someone: Account
    ) -> None:
        query = f"?ticket={await new_ticket(api, someone)}"

        async def enter() -> bool:
            try:
                async with following(server, query=query):
                    return True
            except InvalidStatus:
                return False

        assert sum(await asyncio.gather(*(enter() for _ in range(6)))) == 1

    async def test_a_ticket_lives_half_a_minute(
        self, server: str, api: Api, someone: Account, jobs: Jobs
    ) -> None:
        query = f"?ticket={await new_ticket(api, someone)}"
        await jobs.do("UPDATE live_tickets SET expires_at = expires_at - interval '31 seconds'")
        await refused(401, "TICKET_INVALID", server, query=query)

    async def test_a_ticket_ends_with_its_session(
        self, server: str, api: Api, someone: Account
    ) -> None:
        query = f"?ticket={await new_ticket(api, someone)}"
        await api(as_=someone).post("/api/v1/auth/logout")
        await refused(401, "TICKET_INVALID", server, query=query)

    async def test_only_a_tickets_hash_is_kept(
        self, api: Api, someone: Account, jobs: Jobs
    ) -> None:
        ticket = await new_ticket(api, someone)
        query = "SELECT token_hash FROM live_tickets WHERE user_id = :id"
        kept = await jobs.rows(query, id=someone.id)
        assert kept
        assert all(ticket.encode() not in row.token_hash for row in kept)


async def browser_cookie(api: Api, account: Account) -> str:
    """Sign a browser in; return its cookie."""
    answer = await api(X_Taskyard_Client="web").post(
        "/api/v1/auth/login",
        json={"email": account.email, "password": "a quiet yard at dusk"},
        headers={"X-Taskyard-Client": "web"},
    )
    assert answer.status_code == 200, answer.text
    return str(answer.headers["set-cookie"]).partition(";")[0]


async def new_ticket(api: Api, account: Account) -> str:
    """Ask for a ticket."""
    answer = await api(as_=account).post("/api/v1/ws/tickets")
    assert answer.status_code == 201
    assert answer.json()["data"]["expires_in"] == 30
    return str(answer.json()["data"]["ticket"])


async def refused(status: int, code: str, server: str, *who: Account, **options: Any) -> None:
    """Check that a handshake is refused in our own words."""
    with pytest.raises(InvalidStatus) as caught:
        async with following(server, *who, **options):
            pass
    response = caught.value.response
    assert response.status_code == status
    error = json.loads(response.body)["error"]
    assert error["code"] == code
    assert error["details"]["request_id"]


class TestTalking:
    """What a client may say."""

    async def test_nonsense_is_answered_and_the_socket_stays(
        self, server: str, someone: Account
    ) -> None:
        async with following(server, someone) as follower:
            for nonsense in (
                "",
                "{",
                "[]",
                "7",
                '{"type": "shout"}',
                '{"type": "subscribe"}',
                '{"type": "subscribe", "topic": 7}',
                '{"type": "subscribe", "topic": "user", "after": -1}',
                '{"type": "subscribe", "topic": "user", "more": 1}',
                '{"type": "ping", "type": "subscribe"}',
            ):
                await follower.connection.send(nonsense)
                message = await follower.hear()
                assert message["type"] == "error", nonsense
                assert message["code"] == "VALIDATION_ERROR"
                assert message["message"]
            await follower.say(type="ping")
            assert await follower.hear() == {"type": "pong"}

    async def test_a_frame_too_large_ends_it(self, server: str, someone: Account) -> None:
        async with following(server, someone) as follower:
            await follower.connection.send('{"type": "' + "x" * 70_000 + '"}')
            assert await follower.closed() == 1009

    async def test_a_binary_frame_ends_it(self, server: str, someone: Account) -> None:
        async with following(server, someone) as follower:
            await follower.connection.send(b"ping")
            assert await follower.closed() == 1003

    @pytest.mark.parametrize(
        ("topic", "code"),
        [
            ("weather", "TOPIC_NOT_FOUND"),
            ("job", "TOPIC_NOT_FOUND"),
            ("user:7", "TOPIC_NOT_FOUND"),
            ("job:7", "JOB_NOT_FOUND"),
            (f"job:{uuid7()}", "JOB_NOT_FOUND"),
            ("project:x", "PROJECT_NOT_FOUND"),
            (f"project:{uuid7()}", "PROJECT_NOT_FOUND"),
        ],
    )
    async def test_an_unknown_topic_is_refused(
        self, server: str, someone: Account, topic: str, code: str
    ) -> None:
        async with following(server, someone) as follower:
            answer = await follower.subscribe(topic)
            assert (answer["type"], answer["code"], answer["topic"]) == ("error", code, topic)

    async def test_what_a_stranger_has_does_not_exist(
        self, server: str, world: World, job_id: UUID
    ) -> None:
        project = await world.project(owner=await world.account())
        async with following(server, await world.account()) as follower:
            assert (await follower.subscribe(f"job:{job_id}"))["code"] == "JOB_NOT_FOUND"
            answer = await follower.subscribe(f"project:{project.id}")
            assert answer["code"] == "PROJECT_NOT_FOUND"

    async def test_a_socket_follows_so_many_topics(
        self, server: str, someone: Account, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(live_socket, "MOST_TOPICS", 1)
        job_id = await jobs.ask(someone, held=True)
        async with following(server, someone) as follower:
            assert (await follower.subscribe("user"))["type"] == "subscribed"
            assert (await follower.subscribe(f"job:{job_id}"))["code"] == "TOO_MANY_TOPICS"
            await follower.say(type="unsubscribe", topic="user")
            assert (await follower.subscribe(f"job:{job_id}"))["type"] == "subscribed"


class TestEnding:
    """When the server hangs up."""

    async def test_when_the_session_ends(
        self, server: str, api: Api, someone: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(live_socket, "RECHECK_S", 0.1)
        async with following(server, someone) as follower:
            await api(as_=someone).post("/api/v1/auth/logout")
            assert await follower.closed() == 4401

    async def test_at_once_when_the_stream_tells_of_the_account(
        self, server: str, world: World, api: Api
    ) -> None:
        admin, someone = await world.account(role="admin"), await world.account()
        async with following(server, someone) as follower:
            await follower.subscribe("user")
            path = f"/api/v1/admin/users/{someone.id}"
            await api(as_=admin).patch(path, json={"active": False})
            async with asyncio.timeout(5):  # the next look is half a minute away
                assert await follower.closed() == 4401

    async def test_not_when_the_access_token_expires(
        self, server: str, someone: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # The socket lives as long as its session, which is asked for again and again.
        monkeypatch.setattr(live_socket, "RECHECK_S", 0.05)
        async with following(server, someone) as follower:
            await asyncio.sleep(0.5)
            await follower.say(type="ping")
            assert await follower.hear() == {"type": "pong"}

    async def test_when_the_client_is_silent(
        self, server: str, someone: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(live_socket, "IDLE_S", 0.2)
        async with following(server, someone) as follower:
            assert await follower.closed() == 4408

    async def test_when_an_account_has_too_many(
        self, server: str, someone: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(live_socket, "MOST_SOCKETS", 1)
        async with following(server, someone):
            await refused(429, "TOO_MANY_SOCKETS", server, someone)
        await asyncio.sleep(0.1)
        async with following(server, someone) as third:
            await third.say(type="ping")
            assert await third.hear() == {"type": "pong"}

    async def test_a_stream_counts_like_a_socket(
        self, server: str, someone: Account, job_id: UUID, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(live_socket, "MOST_SOCKETS", 1)
        headers = {"Authorization": f"Bearer {someone.token}", "Accept": "text/event-stream"}
        events = f"http://{server}/api/v1/jobs/{job_id}/events"
        async with httpx.AsyncClient(trust_env=False, headers=headers) as client:
            async with following(server, someone):
                answer = await client.get(events)
                assert answer.json()["error"]["code"] == "TOO_MANY_SOCKETS"
                assert int(answer.headers["retry-after"]) > 0
            await asyncio.sleep(0.1)
            async with client.stream("GET", events) as stream:
                assert stream.status_code == 200
                await refused(429, "TOO_MANY_SOCKETS", server, someone)

    async def test_when_something_breaks(self, open_other: OpenInstance) -> None:
        other = await open_other(empty=True)
        someone = await other.world.account()
        async with serving(other.app) as address, following(address, someone) as follower:
            async with other.platform.database.engine.begin() as connection:
                await connection.execute(text("ALTER TABLE memberships RENAME TO elsewhere"))
            await follower.say(type="subscribe", topic="user")
            assert await follower.closed() == 1011

    async def test_when_the_client_sends_without_end(self, server: str, someone: Account) -> None:
        async with following(server, someone) as follower:
            with suppress(ConnectionClosed):
                for _ in range(10_000):
                    await follower.say(type="ping")
                    await follower.hear()
            assert await follower.closed() == 4429

    async def test_when_the_client_does_not_read(
        self, server: str, platform: Platform, someone: Account, job_id: UUID
    ) -> None:
        async with following(server, someone, max_queue=1) as follower:
            await follower.subscribe(f"job:{job_id}")
            await asyncio.sleep(0.2)
            # Four thousand events of 8 kB that nobody reads: more than any buffer in between.
            for seq in range(2, 4002):
                frame = Frame(seq, "job.log", now(), {"text": "x" * 7500})
                platform.bus.tell(encode(f"job:{job_id}", [frame]))
                if seq % 100 == 0:
                    await asyncio.sleep(0.001)
            with suppress(ConnectionClosed):
                async with asyncio.timeout(20):
                    while True:
                        await follower.connection.recv()
        assert follower.connection.close_code == 1013


class TestJobTopic:
    """A job's own story: 1, 2, 3, … without a gap or a repeat."""

    async def test_it_is_told_from_the_start_and_goes_on(
        self, server: str, platform: Platform, world: World, someone: Account, job_id: UUID
    ) -> None:
        topic = f"job:{job_id}"
        async with following(server, someone) as follower:
            assert await follower.subscribe(topic, after=0) == {
                "type": "subscribed",
                "topic": topic,
                "seq": 0,
            }
            first = await follower.hear("event")
            assert (first["seq"], first["name"]) == (1, "job.queued")
            assert first["data"]["status"] == "queued"
            await cancel(platform, world, someone, job_id)
            second = await follower.hear("event", seconds=5)
            assert (second["seq"], second["name"]) == (2, "job.cancelling")
            await follower.silent()

    async def test_from_now_on_where_no_number_is_given(
        self, server: str, platform: Platform, world: World, someone: Account, job_id: UUID
    ) -> None:
        async with following(server, someone) as follower:
            answer = await follower.subscribe(f"job:{job_id}")
            assert answer["seq"] == 1
            await cancel(platform, world, someone, job_id)
            assert (await follower.hear("event"))["seq"] == 2

    async def test_a_number_from_the_future_is_reset(
        self, server: str, someone: Account, job_id: UUID
    ) -> None:
        topic = f"job:{job_id}"
        async with following(server, someone) as follower:
            assert (await follower.subscribe(topic, after=99))["seq"] == 99
            assert await follower.hear() == {"type": "reset", "topic": topic}
            assert await follower.hear() == {"type": "subscribed", "topic": topic, "seq": 1}

    async def test_events_that_were_dropped_are_reset(
        self, server: str, someone: Account, job_id: UUID, jobs: Jobs
    ) -> None:
        for _ in range(3):
            await add_event(jobs, job_id)
        await jobs.do("DELETE FROM job_events WHERE job_id = :id AND seq < 3", id=job_id)
        async with following(server, someone) as follower:
            await follower.subscribe(f"job:{job_id}", after=0)
            assert (await follower.hear())["type"] == "reset"
            assert (await follower.hear())["seq"] == 4

    async def test_what_is_told_in_a_wrong_order_twice_or_not_at_all_is_heard_once(
        self, server: str, platform: Platform, someone: Account, job_id: UUID, jobs: Jobs
    ) -> None:
        topic = f"job:{job_id}"
        async with following(server, someone) as follower:
            await follower.subscribe(topic, after=1)
            told = [await add_event(jobs, job_id) for _ in range(8)]
            lost, rest = told[2], told[:2] + told[3:]
            for frame in (rest[1], rest[0], rest[0], rest[4], rest[2], rest[6], rest[3]):
                platform.bus.tell(encode(topic, [frame]))
            platform.bus.tell(encode(topic, []))
            seen = [(await follower.hear("event"))["seq"] for _ in range(8)]
            assert seen == list(range(2, 10))
            assert lost.seq in seen
            await follower.silent()

    async def test_a_reader_that_is_behind_gets_everything_while_more_comes(
        self, server: str, platform: Platform, someone: Account, job_id: UUID, jobs: Jobs
    ) -> None:
        topic = f"job:{job_id}"
        await jobs.do(
            "INSERT INTO job_events (job_id, seq, attempt, name, data)"
            " SELECT :id, seq, 1, 'job.log', '{}' FROM generate_series(2, 1200) seq",
            id=job_id,
        )
        await jobs.do("UPDATE jobs SET next_seq = 1201 WHERE id = :id", id=job_id)

        async def go_on() -> None:
            for _ in range(50):
                platform.bus.tell(encode(topic, [await add_event(jobs, job_id)]))

        async with following(server, someone) as follower:
            telling = asyncio.create_task(go_on())
            await follower.subscribe(topic, after=0)
            seen = [(await follower.hear("event"))["seq"] for _ in range(1250)]
            await telling
            assert seen == list(range(1, 1251))

    async def test_readers_who_come_and_go_miss_nothing(
        self, server: str, platform: Platform, someone: Account, job_id: UUID, jobs: Jobs
    ) -> None:
        topic = f"job:{job_id}"
        count = 60

        async def go_on() -> None:
            for _ in range(count):
                platform.bus.tell(encode(topic, [await add_event(jobs, job_id)]))
                await asyncio.sleep(0.005)

        async def read(visits: float) -> list[int]:
            seen: list[int] = []
            while not seen or seen[-1] < count + 1:
                async with following(server, someone) as follower:
                    await follower.subscribe(topic, after=seen[-1] if seen else 0)
                    try:
                        async with asyncio.timeout(visits):
                            while not seen or seen[-1] < count + 1:
                                seen.append((await follower.hear("event"))["seq"])
                    except TimeoutError:
                        pass
            return seen

        telling = asyncio.create_task(go_on())
        for seen in await asyncio.gather(*(read(0.3 + 0.2 * n) for n in range(4))):
            assert seen == list(range(1, count + 2))
        await telling

    async def test_after_unsubscribing_nothing_is_heard(
        self, server: str, platform: Platform, someone: Account, job_id: UUID, jobs: Jobs
    ) -> None:
        topic = f"job:{job_id}"
        async with following(server, someone) as follower:
            await follower.subscribe(topic)
            await follower.say(type="unsubscribe", topic=topic)
            await follower.say(type="ping")
            await follower.hear("pong")
            platform.bus.tell(encode(topic, [await add_event(jobs, job_id)]))
            await follower.silent()
            assert platform.hub is not None
            assert topic not in platform.hub._topics, "and nothing is kept of it"


async def cancel(platform: Platform, world: World, someone: Account, job_id: UUID) -> None:
    """Ask a job to stop, through the service."""
    async with unit_of_work(platform.database) as uow:
        await service.cancel(uow, JobAccess(job_id, await world.actor(someone), None))


async def add_event(jobs: Jobs, job_id: UUID) -> Frame:
    """Write an event of a job as its worker would; return what the bus carries of it."""
    async with unit_of_work(jobs.platform.database) as uow:
        row = (
            await uow.db.execute(
                text(
                    "WITH fence AS (UPDATE jobs SET next_seq = next_seq + 1 WHERE id = :id"
                    " RETURNING next_seq - 1 AS seq)"
                    " INSERT INTO job_events (job_id, seq, attempt, name, data)"
                    " SELECT :id, seq, 1, 'job.log', '{}' FROM fence RETURNING seq, at"
                ),
                {"id": job_id},
            )
        ).one()
    return Frame(row.seq, "job.log", row.at, {})


class TestSpineTopics:
    """Projects and oneself: every event once, in an order that a late commit cannot break."""

    @pytest.fixture
    async def project(self, world: World, someone: Account) -> Project:
        """A project to follow."""
        return await world.project(owner=someone)

    async def test_a_projects_members_hear_what_happens(
        self, server: str, platform: Platform, world: World, project: Project
    ) -> None:
        member = await world.member(project, role="viewer")
        async with following(server, member) as follower:
            answer = await follower.subscribe(f"project:{project.id}")
            await tell(platform, project, 1)
            event = await follower.hear("event")
            assert event["name"] == "rehearsal.held"
            assert event["data"]["number"] == 1
            assert event["data"]["id"] == str(project.id)
            assert event["seq"] > answer["seq"]

    async def test_two_that_commit_in_inverted_order_are_both_heard(
        self, server: str, platform: Platform, someone: Account, project: Project
    ) -> None:
        async with following(server, someone) as follower:
            await follower.subscribe(f"project:{project.id}")
            async with unit_of_work(platform.database) as early:
                early.emit(Rehearsed(subject_id=project.id, project_id=project.id, number=1))
                await early.db.flush()
                await tell(platform, project, 2)
                # The later one is committed; it must wait for the earlier.
                await follower.silent()
            heard = [await follower.hear("event") for _ in range(2)]
            assert [event["data"]["number"] for event in heard] == [1, 2]
            assert heard[0]["seq"] < heard[1]["seq"]
            await follower.silent()

    async def test_events_of_one_transaction_keep_their_order(
        self, server: str, platform: Platform, someone: Account, project: Project
    ) -> None:
        async with following(server, someone) as follower:
            await follower.subscribe(f"project:{project.id}")
            async with unit_of_work(platform.database) as uow:
                for number in range(20):
                    uow.emit(Rehearsed(subject_id=project.id, project_id=project.id, number=number))
            heard = [await follower.hear("event") for _ in range(20)]
            assert [event["data"]["number"] for event in heard] == list(range(20))
            seqs = [event["seq"] for event in heard]
            assert seqs == sorted(set(seqs))

    async def test_who_returns_hears_what_came_meanwhile_once(
        self, server: str, platform: Platform, someone: Account, project: Project
    ) -> None:
        topic = f"project:{project.id}"
        async with following(server, someone) as follower:
            await follower.subscribe(topic)
            async with unit_of_work(platform.database) as uow:
                for number in range(4):
                    uow.emit(Rehearsed(subject_id=project.id, project_id=project.id, number=number))
            await follower.hear("event")
            last = await follower.hear("event")
        await tell(platform, project, 4)
        async with following(server, someone) as follower:
            await follower.subscribe(topic, after=last["seq"])
            heard = [await follower.hear("event") for _ in range(3)]
            assert [event["data"]["number"] for event in heard] == [2, 3, 4]
            await tell(platform, project, 5)
            assert (await follower.hear("event"))["data"]["number"] == 5
            await follower.silent()

    async def test_who_was_away_too_long_is_reset(
        self, server: str, someone: Account, project: Project
    ) -> None:
        topic = f"project:{project.id}"
        async with following(server, someone) as follower:
            for after in (2**52,):
                await follower.subscribe(topic, after=after)
                assert (await follower.hear())["type"] == "reset"
                assert (await follower.hear())["type"] == "subscribed"

    async def test_ones_account_says_from_where_on_to_follow(
        self,
        server: str,
        api: Api,
        platform: Platform,
        someone: Account,
        project: Project,
    ) -> None:
        # A transaction that is open holds back what may be read, so the number may be smaller than
        # the newest event's: then more is told again, never less.
        me = await api(as_=someone).get("/api/v1/auth/me")
        position = int(me.headers["live-position"])
        async with unit_of_work(platform.database) as uow:
            assert position <= await spine.newest(uow.db)
        await tell(platform, project, 1)
        async with following(server, someone) as follower:
            for topic in ("user", f"project:{project.id}"):
                answer = await follower.subscribe(topic, after=position)
                assert answer == {"type": "subscribed", "topic": topic, "seq": position}
                [*_, event] = await follower.events(topic, until="rehearsal.held")
                assert event["data"]["number"] == 1

    async def test_a_pong_says_how_far_everything_was_told(
        self, server: str, platform: Platform, world: World, someone: Account, project: Project
    ) -> None:
        elsewhere = await world.project(owner=await world.account())
        async with following(server, someone) as follower, following(server, someone) as other:
            await other.say(type="ping")
            assert await other.hear() == {"type": "pong"}
            began = (await follower.subscribe("user"))["seq"]
            await tell(platform, elsewhere, 1)
            await tell(platform, project, 2)
            [event] = await follower.events("user", until="rehearsal.held")
            async with asyncio.timeout(10):
                seq = began
                while seq < event["seq"]:
                    await follower.say(type="ping")
                    seq = (await follower.hear("pong")).get("seq", began)
                    await asyncio.sleep(0.05)  # more than 30 a second are too many

    async def test_ones_own_topic_holds_oneself_and_ones_projects(
        self, server: str, platform: Platform, world: World, someone: Account, project: Project
    ) -> None:
        other = await world.project(owner=await world.account())
        async with following(server, someone) as follower:
            await follower.subscribe("user")
            await tell(platform, other, 1)
            await tell(platform, project, 2)
            event = await follower.hear("event")
            assert event["topic"] == "user"
            assert event["data"]["number"] == 2
            await follower.silent()

    async def test_a_new_project_is_heard_of_and_followed_at_once(
        self, server: str, api: Api, platform: Platform, someone: Account
    ) -> None:
        async with following(server, someone) as follower:
            await follower.subscribe("user")
            made = await api(as_=someone).post("/api/v1/projects", json={"name": f"N {uuid7()}"})
            event = await follower.hear("event")
            assert event["name"] == "project.created"
            async with platform.database.session() as db:
                project = await db.get_one(Project, UUID(made.json()["data"]["id"]))
            await tell(platform, project, 7)
            assert (await follower.hear("event"))["data"]["number"] == 7

    async def test_jobs_change_their_state_in_both(
        self, server: str, jobs: Jobs, someone: Account, project: Project
    ) -> None:
        async with following(server, someone) as follower:
            await follower.subscribe("user")
            await follower.subscribe(f"project:{project.id}")
            job_id = await jobs.ask(someone, "sprint", project.id)
            heard = [await follower.hear("event") for _ in range(2)]
            assert {event["topic"] for event in heard} == {"user", f"project:{project.id}"}
            for event in heard:
                assert event["name"] == "job.queued"
                assert event["data"]["id"] == str(job_id)
                assert event["data"]["status"] == "queued"

    async def test_who_loses_the_right_hears_no_more(
        self,
        server: str,
        platform: Platform,
        world: World,
        jobs: Jobs,
        project: Project,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(live_socket, "RECHECK_S", 0.1)
        member = await world.member(project)
        topic = f"project:{project.id}"
        async with following(server, member) as follower:
            await follower.subscribe(topic)
            await follower.subscribe("user")
            await jobs.do("DELETE FROM memberships WHERE user_id = :id", id=member.id)
            error = await follower.hear("error")
            assert (error["topic"], error["code"]) == (topic, "PROJECT_NOT_FOUND")
            await tell(platform, project, 1)
            await follower.silent()


async def test_without_valkey_everything_arrives_a_little_later(open_other: OpenInstance) -> None:
    instance = await open_other(empty=True, redis_url=None)
    jobs = Jobs(instance.platform, instance.world)
    someone = await instance.world.account()
    project = await instance.world.project(owner=someone)
    job_id = await jobs.ask(someone, held=True)
    async with serving(instance.app) as server, following(server, someone) as follower:
        await follower.subscribe(f"job:{job_id}", after=1)
        await follower.subscribe(f"project:{project.id}")
        await add_event(jobs, job_id)
        assert (await follower.hear("event", seconds=5))["seq"] == 2
        await jobs.do(
            "INSERT INTO events (id, name, subject_id, project_id, payload)"
            " VALUES (:id, 'rehearsal.held.v1', :project, :project, '{\"number\": 3}')",
            id=uuid7(),
            project=project.id,
        )
        assert (await follower.hear("event", seconds=5))["data"]["number"] == 3


async def test_the_api_process_keeps_nothing_of_those_who_left(
    server: str, platform: Platform, someone: Account, job_id: UUID
) -> None:
    async with following(server, someone) as follower:
        await follower.subscribe(f"job:{job_id}", after=0)
        await follower.subscribe("user")
    await asyncio.sleep(0.2)
    assert platform.hub is not None
    assert not [name for name in platform.hub._topics if str(job_id) in name]
    assert someone.id not in live_socket._open
