"""The server half of the contract jobs, row by row."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest

from taskyard import __version__
from taskyard.kit.ids import uuid7
from tests.analyses.conftest import BAD, Yard
from tests.conftest import OpenInstance
from tests.dialects.conftest import Jobs
from tests.dialects.speaking import Speaker
from tests.jobs.hands import WorkerProcess
from tests.world import Account, World

JOBS = "/api/v1/jobs"


@pytest.fixture
async def maya(world: World) -> Account:
    return await world.account()


def _refusal(answer: httpx.Response) -> tuple[int, str]:
    """Return status and code of a refusal, once its shape is the contract's."""
    body = answer.json()
    assert body.keys() == {"success", "error"}
    assert body["success"] is False
    assert {"message", "code"} <= body["error"].keys() <= {"message", "code", "details"}
    return answer.status_code, body["error"]["code"]


async def _polled(client: httpx.AsyncClient, job_id: str) -> dict[str, Any]:
    async with asyncio.timeout(90):
        while True:
            job: dict[str, Any] = (await client.get(f"{JOBS}/{job_id}")).json()
            if job["status"] in {"completed", "failed", "cancelled"}:
                return job
            await asyncio.sleep(0.1)


async def test_health_says_status_version_and_environment(jobs_dialect: Speaker) -> None:
    answer = await jobs_dialect().get("/api/v1/health")
    assert answer.json() == {"status": "healthy", "version": __version__, "environment": "test"}


async def test_detailed_health_asks_each_dependency(jobs_dialect: Speaker) -> None:
    body = (await jobs_dialect().get("/api/v1/health/detailed")).json()
    assert body["status"] == "healthy"
    assert body["checks"] == {"database": "ok", "redis": "ok"}


async def test_detailed_health_says_what_is_away(open_other: OpenInstance) -> None:
    path = "/dialects/jobs/api/v1/health/detailed"
    away = (await open_other(redis_url="redis://127.0.0.1:1")).client()
    body = (await away.get(path)).json()
    assert (body["status"], body["checks"]["redis"]) == ("degraded", "error")
    without = (await open_other(redis_url=None)).client()
    body = (await without.get(path)).json()
    assert (body["status"], body["checks"]["redis"]) == ("healthy", "disabled")


async def test_a_job_is_really_queued_and_run(
    jobs_dialect: Speaker, maya: Account, worker: WorkerProcess
) -> None:
    assert worker.process is not None
    client = jobs_dialect(as_=maya)
    body = {"job_type": "drill", "parameters": {"steps": 2, "asset": "report"}}
    asked = await client.post(JOBS, json=body)
    assert asked.status_code == 200
    assert asked.json().keys() == {"job_id", "status"}
    assert asked.json()["status"] == "queued"
    job = await _polled(client, asked.json()["job_id"])
    assert (job["status"], job["progress"], job["error_message"]) == ("completed", 100, None)
    assert job["result"] == {"steps": 2, "attempt": 1}
    assert job.keys() == {
        "id", "status", "progress", "error_message", "result", "created_at", "completed_at"
    }  # fmt: skip
    assert datetime.fromisoformat(job["created_at"]) < datetime.fromisoformat(job["completed_at"])


async def test_a_failed_job_says_why(
    jobs_dialect: Speaker, maya: Account, worker: WorkerProcess
) -> None:
    assert worker.process is not None
    client = jobs_dialect(as_=maya)
    body = {"job_type": "drill", "parameters": {"steps": 0, "then": "refuse"}}
    job = await _polled(client, (await client.post(JOBS, json=body)).json()["job_id"])
    assert (job["status"], job["result"]) == ("failed", None)
    assert job["error_message"] == "The drill was told to refuse this."


async def test_an_analysis_gives_the_record_of_the_contract_builds(
    jobs_dialect: Speaker, yard: Yard
) -> None:
    await yard.give(BAD)
    client = jobs_dialect(as_=yard.owner)
    parameters = {"project_id": yard.url.rpartition("/")[2], "analysis_types": ["security"]}
    asked = await client.post(JOBS, json={"job_type": "analysis", "parameters": parameters})
    job = await _polled(client, asked.json()["job_id"])
    assert job["status"] == "completed"
    result = job["result"]
    assert result["analysis_id"] == job["id"]
    assert result["performed_by"] == yard.owner.username
    (issue,) = [one for one in result["security_issues"] if one["severity"] == "high"]
    assert (issue["file"], issue["line"]) == ("shop/run.py", 5)
    listed = (await client.get(f"{JOBS}/{job['id']}/assets")).json()["assets"]
    (report,) = listed
    assert report.keys() == {"id", "url", "asset_type", "file_size"}
    assert report["asset_type"] == "report"
    async with httpx.AsyncClient() as anybody:
        file = await anybody.get(report["url"])
    assert (file.status_code, len(file.content)) == (200, report["file_size"])
    assert file.json()["quality_score"] == result["quality_score"]


@pytest.mark.parametrize("job_type", ["nothing", "Not A Kind!", "errand", "x" * 100])
async def test_an_unknown_type_is_refused_with_the_known_ones(
    jobs_dialect: Speaker, maya: Account, job_type: str
) -> None:
    answer = await jobs_dialect(as_=maya).post(JOBS, json={"job_type": job_type})
    assert _refusal(answer) == (422, "JOB_KIND_UNKNOWN")
    assert "analysis" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"job_type": ""},
        {"job_type": 7},
        {"job_type": "drill", "parameters": []},
        {"job_type": "drill", "parameters": {"steps": -1}},
        {"job_type": "drill", "priority": 1},
        [],
    ],
)
async def test_a_body_that_is_wrong_is_refused(
    jobs_dialect: Speaker, maya: Account, body: object
) -> None:
    answer = await jobs_dialect(as_=maya).post(JOBS, json=body)
    assert _refusal(answer) == (422, "VALIDATION_ERROR")
    assert answer.json()["error"]["details"]["fields"]


async def test_two_first_uses_of_a_project_name_at_once_make_one(
    jobs_dialect: Speaker, maya: Account
) -> None:
    client, name = jobs_dialect(as_=maya), f"New {uuid4()}"
    body = {"job_type": "sprint", "parameters": {"project_name": name, "steps": 0}}
    answers = await asyncio.gather(*(client.post(JOBS, json=body) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert await _projects(jobs_dialect, maya) == [name]


async def test_a_project_named_for_the_first_time_stays_to_be_given_source(
    jobs_dialect: Speaker, maya: Account
) -> None:
    client = jobs_dialect(as_=maya)
    body = {"job_type": "analysis", "parameters": {"project_name": "Shop"}}
    answers = await asyncio.gather(*(client.post(JOBS, json=body) for _ in range(8)))
    assert {_refusal(answer) for answer in answers} == {(409, "SOURCE_MISSING")}
    assert await _projects(jobs_dialect, maya) == ["Shop"]
    (project_id,) = {answer.json()["error"]["details"]["project_id"] for answer in answers}
    upload = f"/api/v1/projects/{project_id}/source"
    assert upload in answers[0].json()["error"]["message"]
    async with httpx.AsyncClient(headers=client.headers) as canonical:
        listed = await canonical.get(f"http://{jobs_dialect.server}{upload}")
    assert listed.status_code == 200


async def test_what_is_wrong_beside_the_name_makes_no_project(
    jobs_dialect: Speaker, maya: Account
) -> None:
    parameters = {"project_name": "Shop", "analysis_types": ["luck"]}
    body = {"job_type": "analysis", "parameters": parameters}
    answer = await jobs_dialect(as_=maya).post(JOBS, json=body)
    assert _refusal(answer) == (422, "VALIDATION_ERROR")
    assert await _projects(jobs_dialect, maya) == []


async def _projects(speaker: Speaker, account: Account) -> list[str]:
    """Return the names of an account's projects, but for its personal one."""
    headers = {"Authorization": f"Bearer {account.token}"}
    async with httpx.AsyncClient(headers=headers) as canonical:
        found = (await canonical.get(f"http://{speaker.server}/api/v1/projects")).json()["items"]
    return [project["name"] for project in found if not project["is_personal"]]


async def test_the_list_is_of_ones_own_newest_first(
    jobs_dialect: Speaker, maya: Account, world: World, jobs: Jobs
) -> None:
    mine = [str(await jobs.ask(maya, held=True)) for _ in range(5)]
    project = await world.project(owner=maya)
    colleague = await world.member(project)
    await jobs.ask(colleague, "sprint", project.id, held=True)
    client = jobs_dialect(as_=maya)
    body = (await client.get(JOBS)).json()
    assert [job["id"] for job in body["jobs"]] == mine[::-1]
    assert (body["limit"], body["offset"]) == (20, 0)
    assert body["jobs"][0].keys() == {"id", "job_type", "status", "progress", "created_at"}
    part = (await client.get(JOBS, params={"limit": 2, "offset": 1})).json()
    assert [job["id"] for job in part["jobs"]] == mine[::-1][1:3]
    assert (part["limit"], part["offset"]) == (2, 1)


async def test_the_list_is_filtered_by_status_and_type(
    jobs_dialect: Speaker, maya: Account, jobs: Jobs, world: World
) -> None:
    running = await jobs.ask(maya, held=True)
    waiting = await jobs.ask(maya, held=True)
    await jobs.do(
        "UPDATE jobs SET state = 'waiting', lease_until = NULL, run_at = now() + interval '1 hour'"
        " WHERE id = :id",
        id=waiting,
    )
    project = await world.project(owner=maya)
    sprint = await jobs.ask(maya, "sprint", project.id, held=True)
    client = jobs_dialect(as_=maya)

    async def ids(**query: str) -> set[str]:
        return {job["id"] for job in (await client.get(JOBS, params=query)).json()["jobs"]}

    assert await ids(status="running") == {str(running), str(sprint)}
    assert await ids(status="queued") == {str(waiting)}, "one that waits for its time is queued"
    assert await ids(status="completed") == set()
    assert await ids(job_type="sprint") == {str(sprint)}
    assert await ids(job_type="sprint", status="queued") == set()


@pytest.mark.parametrize(
    "query",
    [
        {"status": "waiting"},
        {"status": "done"},
        {"job_type": "a\x00b"},
        {"limit": "0"},
        {"limit": "101"},
        {"limit": "ten"},
        {"offset": "-1"},
        {"offset": "100001"},
        {"page": "2"},
    ],
)
async def test_a_query_that_is_wrong_is_refused(
    jobs_dialect: Speaker, maya: Account, query: dict[str, str]
) -> None:
    answer = await jobs_dialect(as_=maya).get(JOBS, params=query)
    assert _refusal(answer) == (422, "VALIDATION_ERROR")


async def test_somebody_elses_job_is_not_found(
    jobs_dialect: Speaker, maya: Account, world: World, jobs: Jobs
) -> None:
    theirs = await jobs.ask(await world.account(), held=True)
    client = jobs_dialect(as_=maya)
    for job_id in (theirs, uuid7(), "42", "x" * 200):
        for path in (f"{JOBS}/{job_id}", f"{JOBS}/{job_id}/assets"):
            assert _refusal(await client.get(path)) == _NOT_FOUND, path


_NOT_FOUND = (404, "RESOURCE_NOT_FOUND")


async def test_system_jobs_never_appear_or_count(
    jobs_dialect: Speaker, world: World, jobs: Jobs
) -> None:
    admin = await world.account(role="admin")
    errand = await jobs.ask_errand(steps=0)
    client = jobs_dialect(as_=admin)
    assert (await client.get(JOBS)).json()["jobs"] == []
    assert _refusal(await client.get(f"{JOBS}/{errand}")) == _NOT_FOUND
    assert _refusal(await client.get(f"{JOBS}/{errand}/assets")) == _NOT_FOUND
    assert (await client.get("/api/v1/users/me")).json()["monthly_usage"] == 0


async def test_me_with_the_months_usage(jobs_dialect: Speaker, maya: Account, jobs: Jobs) -> None:
    for _ in range(3):
        await jobs.ask(maya, held=True)
    assert (await jobs_dialect(as_=maya).get("/api/v1/users/me")).json() == {
        "id": str(maya.id),
        "email": maya.email,
        "name": maya.username.capitalize(),
        "subscription_tier": "premium",
        "subscription_status": "none",
        "monthly_usage": 3,
    }


async def test_a_repeat_gets_the_first_answer(jobs_dialect: Speaker, maya: Account) -> None:
    body, key = {"job_type": "drill", "parameters": {"steps": 0}}, str(uuid4())
    client = jobs_dialect(as_=maya, headers={"X-Idempotency-Key": key})
    answers = await asyncio.gather(*(client.post(JOBS, json=body) for _ in range(100)))
    good = [answer for answer in answers if answer.status_code == 200]
    busy = [answer for answer in answers if answer.status_code != 200]
    # On a busy machine some of a hundred at once are asked to come back.
    told = {(409, "IDEMPOTENCY_IN_PROGRESS"), (503, "SERVICE_UNAVAILABLE")}
    assert {_refusal(answer) for answer in busy} <= told
    assert len({answer.json()["job_id"] for answer in good}) == 1
    again = await client.post(JOBS, json=body)
    assert again.headers["x-idempotency-replayed"] == "true"
    assert again.json() == good[0].json()
    assert len((await client.get(JOBS)).json()["jobs"]) == 1
    other = await client.post(JOBS, json={"job_type": "drill", "parameters": {"steps": 1}})
    assert _refusal(other) == (422, "IDEMPOTENCY_KEY_REUSED")


async def test_two_accounts_with_one_key_never_meet(jobs_dialect: Speaker, world: World) -> None:
    body, key = {"job_type": "drill", "parameters": {"steps": 0}}, str(uuid4())
    made = set()
    for account in (await world.account(), await world.account()):
        client = jobs_dialect(as_=account, headers={"X-Idempotency-Key": key})
        made.add((await client.post(JOBS, json=body)).json()["job_id"])
    assert len(made) == 2


async def test_what_one_contract_makes_every_other_shows(
    jobs_dialect: Speaker, maya: Account
) -> None:
    client = jobs_dialect(as_=maya)
    body = {"job_type": "drill", "parameters": {"steps": 0}}
    job_id = (await client.post(JOBS, json=body)).json()["job_id"]
    async with httpx.AsyncClient(headers=client.headers) as canonical:
        there = await canonical.get(f"http://{jobs_dialect.server}/api/v1/jobs/{job_id}")
    assert there.json()["data"]["kind"] == "drill"
    assert (await jobs_dialect(as_=maya, root=True).get(f"/api/jobs/{job_id}")).status_code == 200
