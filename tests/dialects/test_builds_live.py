"""The sockets of the contract builds: one analysis from its first event to its end."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from taskyard.core.platform import Platform
from taskyard.jobs.models import Job
from taskyard.kit.ids import uuid7
from tests.analyses.conftest import BAD, Yard
from tests.conftest import OpenInstance
from tests.core.live_client import serving
from tests.dialects.conftest import Jobs
from tests.world import Account, World

NOBODY = "eyJhbGciOiJIUzI1NiJ9.e30.c2ln"


@asynccontextmanager
async def _open(
    server: str, analysis_id: object, token: str | None, *, prefix: str = "", **options: Any
) -> AsyncIterator[ClientConnection]:
    query = f"?token={token}" if token is not None else ""
    address = f"ws://{server}{prefix}/api/ws/analysis/{analysis_id}{query}"
    async with connect(address, open_timeout=10, **options) as connection:
        yield connection


async def _heard(connection: ClientConnection, seconds: float = 90) -> list[dict[str, Any]]:
    """Return everything until the server hangs up, which it does with 1000."""
    heard = []
    async with asyncio.timeout(seconds):
        try:
            while True:
                heard.append(json.loads(await connection.recv()))
        except ConnectionClosed:
            assert connection.close_code == 1000
    return heard


async def _closed(server: str, analysis_id: object, token: str | None, **more: Any) -> int:
    """Return the code a socket is closed with before it is told anything."""
    async with _open(server, analysis_id, token, **more) as connection:
        with pytest.raises(ConnectionClosed):
            async with asyncio.timeout(10):
                await connection.recv()
        assert connection.close_code is not None
        return connection.close_code


def _check(heard: list[dict[str, Any]], analysis_id: str) -> list[dict[str, Any]]:
    """Hold what was heard to the contract; return the messages of progress."""
    for message in heard:
        assert message["task_id"] == message["analysis_id"] == analysis_id
        assert datetime.fromisoformat(message["timestamp"]).tzinfo is not None
    assert heard[0].keys() == {"type", "task_id", "analysis_id", "message", "timestamp"}
    assert [heard[0]["type"], heard[-1]["type"]] == ["connected", "completion"]
    progress = heard[1:-1]
    assert {message["type"] for message in progress} == {"progress"}
    assert {"current_step", "files_created"} <= progress[0]["data"].keys()
    told = [message["progress"] for message in progress]
    assert told == sorted(told), "progress never falls"
    assert len(told) >= 3
    assert heard[-1]["status"] == "completed"
    assert heard[-1]["results"]["analysis_id"] == analysis_id
    return progress


async def test_an_analysis_is_told_step_by_step(yard: Yard, server: str) -> None:
    await yard.give(BAD)
    wanted = ["quality", "security", "types"]
    analysis_id = (await yard.start(analysis_types=wanted, fresh=True))["id"]
    async with _open(server, analysis_id, yard.owner.token) as connection:
        heard = await _heard(connection)
    progress = _check(heard, analysis_id)
    job = (await yard.client.get(f"/api/v1/jobs/{analysis_id}")).json()["data"]
    steps = [step["title"] for step in job["steps"]]
    assert len(steps) >= 5
    assert set(steps) <= {message["data"]["current_step"] for message in progress}
    assert progress[-1]["progress"] == 100
    assert progress[-1]["data"]["files_created"] == 1
    results = heard[-1]["results"]
    assert results["quality_score"] > 0
    assert any(issue["severity"] == "high" for issue in results["security_issues"])


async def test_who_comes_late_gets_what_was_missed_and_then_the_rest(
    yard: Yard, server: str
) -> None:
    await yard.give(BAD)
    analysis_id = (await yard.start(fresh=True))["id"]
    async with _open(server, analysis_id, yard.owner.token) as early:
        while (message := json.loads(await early.recv()))["type"] != "completion":
            if message.get("data", {}).get("current_step") == "Security":
                break
        async with _open(server, analysis_id, yard.owner.token) as late:
            rest, whole = await asyncio.gather(_heard(early), _heard(late))
    told = _check(whole, analysis_id)
    assert rest[-1] == whole[-1]
    steps = [message["data"]["current_step"] for message in told]
    assert steps.index("Read the source") < steps.index("Security")


async def test_who_comes_after_the_end_gets_the_end(yard: Yard, server: str) -> None:
    analysis_id = (await yard.analysed(BAD, analysis_types=["security"]))["id"]
    async with _open(server, analysis_id, yard.owner.token, prefix="/dialects/builds") as late:
        _check(await _heard(late, seconds=10), analysis_id)


async def test_a_result_that_was_taken_over_is_told_like_any_other(yard: Yard, server: str) -> None:
    await yard.analysed(BAD, analysis_types=["security"])
    again = (await yard.start(analysis_types=["security"]))["id"]
    async with _open(server, again, yard.owner.token) as connection:
        _check(await _heard(connection), again)


async def test_an_end_whose_events_were_dropped_is_still_told(
    yard: Yard, server: str, jobs: Jobs
) -> None:
    analysis_id = (await yard.analysed(BAD, analysis_types=["security"]))["id"]
    await jobs.do("DELETE FROM job_events WHERE job_id = :id", id=UUID(analysis_id))
    async with _open(server, analysis_id, yard.owner.token) as connection:
        heard = await _heard(connection, seconds=10)
    assert [message["type"] for message in heard] == ["connected", "completion"]


async def _held(yard: Yard, jobs: Jobs) -> UUID:
    """Ask for an analysis that another machine seems to work on."""
    await yard.give(BAD)
    analysis_id = UUID((await yard.start(fresh=True, analysis_types=["security"]))["id"])
    held = (
        "UPDATE jobs SET state = 'running', attempt = attempt + 1, started_at = now(),"
        " lease_until = now() + interval '1 hour', deadline_at = now() + interval '1 hour'"
        " WHERE id = :id"
    )
    await jobs.do(held, id=analysis_id)
    return analysis_id


async def test_a_cancelled_analysis_ends_with_an_error(
    yard: Yard, server: str, jobs: Jobs, platform: Platform
) -> None:
    analysis_id = await _held(yard, jobs)
    async with _open(server, analysis_id, yard.owner.token) as connection:
        assert json.loads(await connection.recv())["type"] == "connected"
        back = "UPDATE jobs SET state = 'queued', lease_until = NULL WHERE id = :id"
        await jobs.do(back, id=analysis_id)
        await yard.client.delete(f"/api/v1/jobs/{analysis_id}")
        heard = await _heard(connection)
    assert (heard[-1]["type"], heard[-1]["status"]) == ("error", "cancelled")
    assert heard[-1]["error"] == "The analysis was cancelled."
    async with platform.database.session() as db:
        assert (await db.get_one(Job, analysis_id)).state == "cancelled"


async def test_a_failed_analysis_ends_with_its_error(yard: Yard, server: str, jobs: Jobs) -> None:
    analysis_id = await _held(yard, jobs)
    async with _open(server, analysis_id, yard.owner.token) as connection:
        # Past its deadline: the elected loop ends it.
        late = "UPDATE jobs SET deadline_at = now() - interval '1 minute' WHERE id = :id"
        await jobs.do(late, id=analysis_id)
        heard = await _heard(connection)
    assert (heard[-1]["type"], heard[-1]["status"]) == ("error", "failed")
    assert "took longer than" in heard[-1]["error"]


@pytest.mark.parametrize("token", [None, "", "nonsense", NOBODY, "tyt_" + "x" * 43, "%00%ff"])
async def test_without_a_good_token_the_socket_closes_with_4401(
    server: str, token: str | None
) -> None:
    assert await _closed(server, uuid7(), token) == 4401


async def test_an_ended_session_closes_with_4401(yard: Yard, server: str) -> None:
    await yard.client.post("/api/v1/auth/logout")
    assert await _closed(server, uuid7(), yard.owner.token) == 4401


async def test_somebody_elses_analysis_closes_with_4403_and_none_with_4404(
    yard: Yard, server: str, world: World, jobs: Jobs
) -> None:
    await yard.give(BAD)
    analysis_id = (await yard.start(analysis_types=["security"]))["id"]
    stranger = await world.account()
    assert await _closed(server, analysis_id, stranger.token) == 4403
    drill = await jobs.ask(stranger, held=True)
    for unknown in (uuid7(), "7", drill):
        assert await _closed(server, unknown, stranger.token) == 4404
    await yard.finished(analysis_id)


async def test_a_header_or_a_ticket_opens_the_socket_as_well(yard: Yard, server: str) -> None:
    analysis_id = (await yard.analysed(BAD, analysis_types=["security"]))["id"]
    header = {"Authorization": f"Bearer {yard.owner.token}"}
    async with _open(server, analysis_id, None, additional_headers=header) as connection:
        _check(await _heard(connection), analysis_id)
    assert await _closed(server, analysis_id, yard.owner.token, additional_headers=header) == 4400
    ticket = (await yard.client.post("/api/v1/ws/tickets")).json()["data"]["ticket"]
    address = f"ws://{server}/api/ws/analysis/{analysis_id}?ticket={ticket}"
    async with connect(address) as connection:
        _check(await _heard(connection), analysis_id)


async def test_a_browser_of_another_site_is_not_let_in(yard: Yard, server: str) -> None:
    foreign = {"Origin": "https://evil.example"}
    code = await _closed(server, uuid7(), yard.owner.token, additional_headers=foreign)
    assert code == 4403


async def test_tokens_in_addresses_can_be_refused(open_other: OpenInstance) -> None:
    instance = await open_other(socket_token_in_url=False)
    maya = await instance.world.account()
    header = {"Authorization": f"Bearer {maya.token}"}
    async with serving(instance.app) as address:
        assert await _closed(address, uuid7(), maya.token) == 4401
        assert await _closed(address, uuid7(), None, additional_headers=header) == 4404


async def test_opening_sockets_has_a_rate(open_other: OpenInstance) -> None:
    instance = await open_other(rate_limits="on", default_tier="free")
    maya = await instance.world.account()
    async with serving(instance.app) as address:
        codes = [await _closed(address, uuid7(), maya.token) for _ in range(21)]
    assert codes == [4404] * 20 + [4429]


async def test_while_the_database_is_away_the_socket_says_come_back(
    open_other: OpenInstance,
) -> None:
    instance = await open_other()
    maya = await instance.world.account()
    nowhere = instance.settings.model_copy(update={"database_url": "postgresql://127.0.0.1:1/x"})
    database = instance.platform.database
    async with serving(instance.app) as address:
        instance.platform.database = type(database)(nowhere)
        assert await _closed(address, uuid7(), maya.token) == 1013
        instance.platform.database = database


async def test_a_session_that_ends_meanwhile_closes_the_socket(
    yard: Yard, server: str, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("taskyard.jobs.streaming._QUIET_S", 0.2)
    analysis_id = await _held(yard, jobs)
    async with _open(server, analysis_id, yard.owner.token) as connection:
        await connection.recv()
        await yard.client.post("/api/v1/auth/logout")
        async with asyncio.timeout(10):
            await connection.wait_closed()
        assert connection.close_code == 4401
    await jobs.do(
        "UPDATE jobs SET state = 'cancelled', lease_until = NULL WHERE id = :id", id=analysis_id
    )


async def test_a_client_that_leaves_is_forgotten(
    yard: Yard, server: str, jobs: Jobs, platform: Platform
) -> None:
    analysis_id = await _held(yard, jobs)
    async with _open(server, analysis_id, yard.owner.token) as connection:
        assert json.loads(await connection.recv())["type"] == "connected"
        assert json.loads(await connection.recv())["type"] == "progress"
        await connection.send("whatever a client says means nothing here")
        assert platform.hub is not None
        assert f"job:{analysis_id}" in platform.hub._topics
    async with asyncio.timeout(5):
        while f"job:{analysis_id}" in platform.hub._topics:  # noqa: ASYNC110 — it tells nobody
            await asyncio.sleep(0.02)
    await jobs.do(
        "UPDATE jobs SET state = 'cancelled', lease_until = NULL WHERE id = :id", id=analysis_id
    )


async def _flood(connection: ClientConnection) -> None:
    async with asyncio.timeout(20):
        while True:
            await connection.send("x")
            await asyncio.sleep(0)


async def test_a_client_that_sends_without_end_is_hung_up_on(
    yard: Yard, server: str, jobs: Jobs
) -> None:
    analysis_id = await _held(yard, jobs)
    async with _open(server, analysis_id, yard.owner.token) as connection:
        with pytest.raises(ConnectionClosed):
            await _flood(connection)
        assert connection.close_code == 4429
    await jobs.do(
        "UPDATE jobs SET state = 'cancelled', lease_until = NULL WHERE id = :id", id=analysis_id
    )


async def test_other_addresses_have_no_socket(server: str, world: World) -> None:
    maya: Account = await world.account()
    for path in ("/api/ws/build/7", "/api/ws/", "/api/ws/analysis/7/8"):
        with pytest.raises(InvalidStatus) as refused:
            async with connect(f"ws://{server}{path}?token={maya.token}"):
                pass
        assert refused.value.response.status_code == 403
