"""Jobs from the asking to their end, by a real worker."""

import asyncio
from functools import partial

import httpx
import pytest
from sqlalchemy import text

from taskyard.core.uow import unit_of_work
from taskyard.jobs.models import Job
from tests.conftest import Api
from tests.jobs.conftest import Jobs
from tests.world import Account, World

pytestmark = pytest.mark.usefixtures("worker")


@pytest.fixture
async def someone(world: World) -> Account:
    """Someone of the highest tier."""
    return await world.account()


async def test_a_job_is_done(jobs: Jobs, someone: Account) -> None:
    job_id = await jobs.ask(someone, steps=3, lines=5)
    await jobs.wait(job_id)
    job = await jobs.check(job_id)
    assert job.state == "completed"
    assert job.result == {"steps": 3, "attempt": 1}
    assert job.progress == 1
    assert job.attempt == 1
    names = [name for _, name, _ in await jobs.events(job_id)]
    assert names[:2] == ["job.queued", "job.started"]
    assert names[-1] == "job.completed"


async def test_its_page_tells_everything(jobs: Jobs, someone: Account, api: Api) -> None:
    job_id = await jobs.ask(someone, steps=2)
    await jobs.wait(job_id)
    job = (await api(as_=someone).get(f"/api/v1/jobs/{job_id}")).json()["data"]
    assert job["status"] == "completed"
    assert job["progress"] == 100
    assert job["result"] == {"steps": 2, "attempt": 1}
    assert [(step["name"], step["status"]) for step in job["steps"]] == [
        ("step-1", "done"),
        ("step-2", "done"),
    ]
    assert all(step["seconds"] >= 0 for step in job["steps"])
    assert job["deadline_at"] is None
    assert not job["can_cancel"]
    assert not job["can_retry"]
    log = await api(as_=someone).get(f"/api/v1/jobs/{job_id}/log")
    assert log.headers["content-type"].startswith("text/plain")
    assert "attachment" in log.headers["content-disposition"]
    lines = log.text.splitlines()
    assert [line.split()[0] for line in lines] == ["1", "2"]
    assert lines[0].endswith("doing step 1")


async def test_a_long_log_is_kept_whole_and_in_order(jobs: Jobs, someone: Account) -> None:
    job_id = await jobs.ask(someone, steps=0, lines=3000)
    await jobs.wait(job_id)
    await jobs.check(job_id)
    events = [data for _, name, data in await jobs.events(job_id) if name == "job.log"]
    lines = [line for data in events for line in data["lines"]]
    assert [line["n"] for line in lines] == list(range(1, 3001))
    assert [line["text"] for line in lines] == [f"line {n}" for n in range(3000)]
    assert len(events) <= 3000 / 100, "lines are written in batches"


async def test_a_flood_of_lines_is_cut_and_says_so(jobs: Jobs, someone: Account) -> None:
    job_id = await jobs.ask(someone, steps=1, flood=30_000)
    await jobs.wait(job_id, seconds=30)
    await jobs.check(job_id)
    events = [data for _, name, data in await jobs.events(job_id) if name == "job.log"]
    texts = [line["text"] for data in events for line in data["lines"]]
    assert texts[0] == "flood 0"
    gap = texts.index("… 20,000 lines were left out: more than the log can hold")
    assert texts[gap - 1] == "flood 9999"
    assert texts[gap + 1] == "doing step 1"


async def test_lines_are_made_fit_to_be_kept(jobs: Jobs, someone: Account) -> None:
    job_id = await jobs.ask(someone, steps=0, then="nonsense")
    await jobs.wait(job_id)
    logs = [data for _, name, data in await jobs.events(job_id) if name == "job.log"]
    text = logs[0]["lines"][0]["text"]
    assert text.startswith("\ufffdred \ufffd xxx")
    assert len(text) == 2000


async def test_a_refusal_of_the_runner_is_final(jobs: Jobs, someone: Account, api: Api) -> None:
    job_id = await jobs.ask(someone, then="refuse")
    job = await jobs.wait(job_id)
    await jobs.check(job_id)
    assert job.failure == {
        "reason": "DRILL_REFUSED",
        "message": "The drill was told to refuse this.",
        "retry_helps": False,
    }
    shown = (await api(as_=someone).get(f"/api/v1/jobs/{job_id}")).json()["data"]
    assert shown["failure"] == job.failure
    assert shown["can_retry"]


@pytest.mark.parametrize("then", ["stumble", "break", "exit", "unfit"])
async def test_what_a_retry_may_cure_is_tried_again(
    jobs: Jobs, someone: Account, then: str
) -> None:
    job_id = await jobs.ask(someone, steps=2, then=then, until_attempt=1)
    waiting = await jobs.wait(job_id, "waiting")
    assert waiting.run_at is not None
    assert waiting.errors == 1
    job = await jobs.wait(job_id)
    await jobs.check(job_id)
    assert job.state == "completed"
    assert job.attempt == 2
    assert len(await jobs.ledger(job_id, "step-1")) == 1, "a finished step is not done again"
    told = [data for _, name, data in await jobs.events(job_id) if name == "job.waiting"]
    assert told[0]["failure"]["retry_helps"]
    assert 1 <= told[0]["retry_in_seconds"] <= 3


async def test_it_is_not_tried_for_ever(jobs: Jobs, someone: Account) -> None:
    job_id = await jobs.ask(someone, steps=1, then="break")
    for errors in range(1, 5):
        await jobs.wait(job_id, "waiting", when=partial(_has_erred, errors))
        await jobs.do("UPDATE jobs SET run_at = now() WHERE id = :id", id=job_id)
    job = await jobs.wait(job_id)
    await jobs.check(job_id)
    assert job.state == "failed"
    assert job.attempt == 5
    assert job.failure is not None
    assert job.failure["reason"] == "error"
    assert "5 times (OSError)" in job.failure["message"]
    assert "hiccups" not in job.failure["message"], "an error's text stays in the operator's log"


def _has_erred(times: int, job: Job) -> bool:
    return job.errors == times


async def test_a_broken_end_leaves_nothing_and_is_tried_again(jobs: Jobs, someone: Account) -> None:
    job_id = await jobs.ask(someone, hook_breaks=True, until_attempt=1)
    await jobs.wait(job_id)
    job = await jobs.check(job_id)
    assert job.state == "completed"
    assert job.attempt == 2


async def test_a_failed_job_keeps_its_steps_when_tried_again(
    jobs: Jobs, someone: Account, api: Api
) -> None:
    job_id = await jobs.ask(someone, steps=3, then="refuse", until_attempt=2)
    await jobs.wait(job_id)
    client = api(as_=someone)
    await client.post(f"/api/v1/jobs/{job_id}/retry")
    await jobs.wait(job_id, when=lambda job: job.attempt == 2)
    assert len(await jobs.ledger(job_id, "step-1")) == 1
    await client.post(f"/api/v1/jobs/{job_id}/retry", params={"from_start": "true"})
    job = await jobs.wait(job_id, when=lambda job: job.attempt == 3)
    assert job.state == "completed"
    attempts = {row.attempt for row in await jobs.ledger(job_id, "step-1")}
    assert attempts == {1, 3}


async def test_a_deadline_ends_a_job(jobs: Jobs, world: World, someone: Account) -> None:
    project = await world.project(owner=someone)
    job_id = await jobs.ask(someone, "sprint", project.id, steps=1, pause=30)
    job = await jobs.wait(job_id)
    await jobs.check(job_id)
    assert job.state == "failed"
    assert job.failure is not None
    assert job.failure["reason"] == "deadline"
    assert "2 seconds" in job.failure["message"]


async def test_an_equal_input_takes_the_earlier_result_over(
    jobs: Jobs, world: World, someone: Account, api: Api
) -> None:
    project = await world.project(owner=someone)
    first = await jobs.ask(someone, "drill", project.id, steps=1, key="same")
    await jobs.wait(first)
    second = await jobs.ask(someone, "drill", project.id, steps=1, key="same")
    await jobs.wait(second)
    job = await jobs.check(second)
    assert job.reused_from == first
    assert job.result == {"steps": 1, "attempt": 1}
    assert await jobs.ledger(second, "step-1") == []
    shown = (await api(as_=someone).get(f"/api/v1/jobs/{second}")).json()["data"]
    assert shown["reused_from"] == str(first)
    other = await world.project(owner=someone)
    elsewhere = await jobs.ask(someone, "drill", other.id, steps=1, key="same")
    await jobs.wait(elsewhere)
    assert (await jobs.get(elsewhere)).reused_from is None, "results stay within their project"


async def test_a_broken_end_of_a_result_taken_over_is_tried_again(
    jobs: Jobs, world: World, someone: Account
) -> None:
    project = await world.project(owner=someone)
    first = await jobs.ask(someone, "drill", project.id, steps=1, key="same")
    await jobs.wait(first)
    second = await jobs.ask(
        someone, "drill", project.id, steps=1, key="same", hook_breaks=True, until_attempt=1
    )
    await jobs.wait(second)
    job = await jobs.check(second)
    assert job.reused_from == first
    assert (job.errors, job.lost) == (1, 0)


async def test_an_earlier_result_of_another_release_is_none(
    jobs: Jobs, world: World, someone: Account
) -> None:
    project = await world.project(owner=someone)
    first = await jobs.ask(someone, "drill", project.id, steps=1, key="same")
    await jobs.wait(first)
    await jobs.do("""UPDATE jobs SET result = '{"steps": 1}' WHERE id = :id""", id=first)
    second = await jobs.ask(someone, "drill", project.id, steps=1, key="same")
    await jobs.wait(second)
    job = await jobs.check(second)
    assert job.reused_from is None
    assert job.result == {"steps": 1, "attempt": 1}


async def test_an_earlier_result_of_another_machine_is_none(
    jobs: Jobs, world: World, someone: Account
) -> None:
    project = await world.project(owner=someone)

    async def ask() -> Job:
        job_id = await jobs.ask(someone, "rover", project.id, steps=1, key="same")
        await jobs.wait(job_id)
        return await jobs.check(job_id)

    first, second = await ask(), await ask()
    assert second.reused_from == first.id
    async with unit_of_work(jobs.platform.database) as uow:
        await uow.db.execute(text("INSERT INTO drill_ledger (what) VALUES ('removal')"))
    third, fourth = await ask(), await ask()
    assert third.reused_from is None
    assert fourth.reused_from == third.id


async def test_a_file_of_a_job_can_be_fetched_by_those_who_see_it(
    jobs: Jobs, world: World, someone: Account, api: Api
) -> None:
    job_id = await jobs.ask(someone, steps=1, asset="a-b")
    await jobs.wait(job_id)
    client = api(as_=someone)
    assets = (await client.get(f"/api/v1/jobs/{job_id}/assets")).json()["items"]
    assert [(one["name"], one["size_bytes"]) for one in assets] == [("drill.txt", 3)]
    fetched = await api().get(assets[0]["url"])
    assert fetched.content == b"a-b"
    assert "attachment" in fetched.headers["content-disposition"]
    again = await jobs.ask(someone, steps=1, asset="other")
    await jobs.wait(again)
    stranger = api(as_=await world.account())
    assert (await stranger.get(f"/api/v1/jobs/{again}/assets")).status_code == 404


async def test_the_platforms_own_work_is_nobodys(jobs: Jobs, api: Api, someone: Account) -> None:
    job_id = await jobs.ask_errand(steps=1)
    job = await jobs.wait(job_id)
    assert job.state == "completed"
    assert job.owner_id is None
    assert (await api(as_=someone).get(f"/api/v1/jobs/{job_id}")).status_code == 404
    assert (await api(as_=someone).get("/api/v1/jobs")).json()["items"] == []


async def test_server_sent_events_tell_the_story_once(
    jobs: Jobs, someone: Account, api: Api
) -> None:
    job_id = await jobs.ask(someone, steps=3, pause=0.2)
    client = api(as_=someone)
    path = f"/api/v1/jobs/{job_id}/events"
    seen = await asyncio.wait_for(_stream(client, path), 20)
    job = await jobs.get(job_id)
    assert seen == list(range(1, job.next_seq))
    part = await asyncio.wait_for(_stream(client, path, last_event_id="3"), 20)
    assert part == list(range(4, job.next_seq))
    headers = {"Accept": "text/event-stream", "Last-Event-ID": str(job.next_seq - 1)}
    assert (await client.get(path, headers=headers)).status_code == 204
    headers["Last-Event-ID"] = "x"
    assert (await client.get(path, headers=headers)).status_code == 422


async def test_the_stream_of_a_job_whose_events_were_dropped_ends(
    jobs: Jobs, someone: Account, api: Api
) -> None:
    job_id = await jobs.ask(someone, steps=0)
    await jobs.wait(job_id)
    await jobs.do("DELETE FROM job_events WHERE job_id = :job", job=job_id)
    path = f"/api/v1/jobs/{job_id}/events"
    assert await asyncio.wait_for(_stream(api(as_=someone), path), 10) == []


async def _stream(client: httpx.AsyncClient, path: str, last_event_id: str = "0") -> list[int]:
    headers = {"Accept": "text/event-stream", "Last-Event-ID": last_event_id}
    async with client.stream("GET", path, headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        return [
            int(line.removeprefix("id: "))
            async for line in answer.aiter_lines()
            if line.startswith("id: ")
        ]
