"""The web tier of the contract jobs, row by row, at the root as its clients know it."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from taskyard import __version__
from taskyard.core.platform import Platform
from taskyard.dialects.errors import UNEXPECTED
from taskyard.kit.ids import uuid7
from tests.conftest import OpenInstance
from tests.dialects.conftest import Jobs
from tests.dialects.speaking import Speaker
from tests.jobs.hands import WorkerProcess
from tests.world import Account, World

JOBS = "/api/jobs"
DRILL = {"jobType": "drill", "parameters": {"steps": 0}}


@pytest.fixture
async def maya(world: World) -> Account:
    return await world.account()


@pytest.fixture
def client(jobs_dialect: Speaker, maya: Account) -> httpx.AsyncClient:
    return jobs_dialect(as_=maya, root=True)


def _error(answer: httpx.Response) -> dict[str, Any]:
    """Return what was refused, once the body's shape is the contract's."""
    body = answer.json()
    assert body.keys() == {"error"}
    error: dict[str, Any] = body["error"]
    return error


async def test_health_asks_the_database(jobs_dialect: Speaker) -> None:
    body = (await jobs_dialect(root=True).get("/api/health")).json()
    assert body.keys() == {"status", "version", "timestamp", "checks"}
    assert (body["status"], body["version"]) == ("healthy", __version__)
    assert body["checks"] == {"database": "ok"}


async def test_health_without_a_database_is_degraded(open_other: OpenInstance) -> None:
    instance = await open_other()
    nowhere = instance.settings.model_copy(update={"database_url": "postgresql://127.0.0.1:1/x"})
    database = instance.platform.database
    instance.platform.database = type(database)(nowhere)
    body = (await instance.client().get("/api/health")).json()
    instance.platform.database = database
    assert (body["status"], body["checks"]) == ("degraded", {"database": "error"})


async def test_a_job_is_asked_for_and_polled_in_camel_case(
    client: httpx.AsyncClient, worker: WorkerProcess
) -> None:
    assert worker.process is not None
    asked = await client.post(JOBS, json=DRILL)
    assert asked.status_code == 200
    assert asked.json() == {"jobId": asked.json()["jobId"], "status": "queued"}
    job: dict[str, Any] = {"status": "queued"}
    async with asyncio.timeout(60):
        while job["status"] in {"queued", "running"}:
            await asyncio.sleep(0.1)
            job = (await client.get(f"{JOBS}/{asked.json()['jobId']}")).json()
    assert job.keys() == {
        "id", "status", "progress", "errorMessage", "result", "createdAt", "completedAt"
    }  # fmt: skip
    assert job["id"] == asked.json()["jobId"]
    assert job["result"] == {"steps": 0, "attempt": 1}


async def test_the_list_has_the_servers_rows(
    client: httpx.AsyncClient, maya: Account, jobs: Jobs
) -> None:
    mine = [str(await jobs.ask(maya, held=True)) for _ in range(3)]
    body = (await client.get(JOBS)).json()
    assert body.keys() == {"jobs", "limit", "offset"}
    assert [job["id"] for job in body["jobs"]] == mine[::-1]
    assert body["jobs"][0].keys() == {"id", "job_type", "status", "progress", "created_at"}
    part = (await client.get(JOBS, params={"status": "running", "limit": 1, "offset": 2})).json()
    assert [job["id"] for job in part["jobs"]] == mine[:1]
    assert (await client.get(JOBS, params={"status": "queued"})).json()["jobs"] == []


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nonsense"}])
async def test_who_is_not_signed_in_is_told_so(
    jobs_dialect: Speaker, headers: dict[str, str]
) -> None:
    client = jobs_dialect(root=True, headers=headers)
    for answer in (
        await client.post(JOBS, json=DRILL),
        await client.get(JOBS),
        await client.get(f"{JOBS}/{uuid7()}"),
    ):
        assert answer.status_code == 401
        error = _error(answer)
        assert error.keys() == {"message", "code"}
        assert error["code"] == "AUTH_REQUIRED"


@pytest.mark.parametrize(
    ("body", "form", "fields"),
    [
        ({}, [], {"jobType": ["Field required"]}),
        ({"jobType": 7}, [], {"jobType": ["Input should be a valid string"]}),
        (
            {"jobType": "drill", "parameters": {"steps": -1, "pause": 99}},
            [],
            {
                "parameters": [
                    "steps: Input should be greater than or equal to 0",
                    "pause: Input should be less than or equal to 60",
                ]
            },
        ),
        ({"jobType": "sprint"}, [], {"parameters": ...}),
        ({"jobType": "luck"}, [], {"jobType": ...}),
        (
            {"job_type": "drill"},
            [],
            {"jobType": ["Field required"], "job_type": ["Extra inputs are not permitted"]},
        ),
        (
            [],
            ["Input should be a valid dictionary or object to extract fields from"],
            {},
        ),
    ],
)
async def test_a_body_that_is_wrong_is_told_as_forms_show_it(
    client: httpx.AsyncClient, body: object, form: list[str], fields: dict[str, Any]
) -> None:
    answer = await client.post(JOBS, json=body)
    assert answer.status_code == 422
    error = _error(answer)
    assert error["code"] == "VALIDATION_ERROR"
    assert error["details"].keys() == {"formErrors", "fieldErrors"}
    assert error["details"]["formErrors"] == form
    said = error["details"]["fieldErrors"]
    assert said.keys() == fields.keys()
    for name, texts in fields.items():
        assert said[name] == texts or (texts is ... and len(said[name]) == 1)


async def test_an_unknown_type_is_told_with_the_known_ones(client: httpx.AsyncClient) -> None:
    error = _error(await client.post(JOBS, json={"jobType": "luck"}))
    assert "analysis" in error["details"]["fieldErrors"]["jobType"][0]


@pytest.mark.parametrize("query", [{"status": "waiting"}, {"limit": "0"}, {"offset": "x"}])
async def test_a_query_that_is_wrong_is_told_the_same_way(
    client: httpx.AsyncClient, query: dict[str, str]
) -> None:
    answer = await client.get(JOBS, params=query)
    assert (answer.status_code, _error(answer)["code"]) == (422, "VALIDATION_ERROR")
    assert _error(answer)["details"]["fieldErrors"].keys() == query.keys()


async def test_what_is_not_there_is_not_found(
    client: httpx.AsyncClient, world: World, jobs: Jobs
) -> None:
    theirs = await jobs.ask(await world.account(), held=True)
    for path in (f"{JOBS}/{theirs}", f"{JOBS}/{uuid7()}", f"{JOBS}/7", f"{JOBS}/7/8", f"{JOBS}/"):
        answer = await client.get(path)
        assert (answer.status_code, _error(answer)["code"]) == (404, "RESOURCE_NOT_FOUND"), path


async def test_a_failure_tells_nothing_of_its_cause(
    jobs_dialect: Speaker, maya: Account, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the password is swordfish")

    monkeypatch.setattr(platform.authenticator, "recognise", broken)
    answer = await jobs_dialect(as_=maya, root=True).get(JOBS)
    assert answer.status_code == 500
    assert _error(answer) == {"message": UNEXPECTED, "code": "INTERNAL_ERROR"}
    assert answer.headers["x-request-id"]
    server = await jobs_dialect(as_=maya).get("/api/v1/jobs")
    said = {"message": UNEXPECTED, "code": "INTERNAL_ERROR"}
    assert server.json() == {"success": False, "error": said}


async def test_the_web_apps_cookie_is_taken_but_not_from_another_site(
    jobs_dialect: Speaker, world: World
) -> None:
    browser = await world.sign_in(await world.account(), browser=True)
    cookie = f"taskyard_session={browser.refresh_token}"
    own = {"Cookie": cookie, "Sec-Fetch-Site": "same-origin"}
    here = jobs_dialect(root=True, headers=own)
    asked = await here.post(JOBS, json=DRILL)
    assert asked.status_code == 200
    assert (await here.get(f"{JOBS}/{asked.json()['jobId']}")).status_code == 200
    elsewhere = jobs_dialect(root=True, headers=own | {"Sec-Fetch-Site": "cross-site"})
    forged = await elsewhere.post(JOBS, json=DRILL)
    assert (forged.status_code, _error(forged)["code"]) == (403, "CSRF_FAILED")


async def test_a_repeat_gets_the_first_answer(client: httpx.AsyncClient) -> None:
    headers = {"X-Idempotency-Key": str(uuid4())}
    first = await client.post(JOBS, json=DRILL, headers=headers)
    again = await client.post(JOBS, json=DRILL, headers=headers)
    assert again.headers["x-idempotency-replayed"] == "true"
    assert again.json() == first.json()
    other = await client.post(JOBS, json=DRILL | {"parameters": {"steps": 1}}, headers=headers)
    assert (other.status_code, _error(other)["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")


async def test_the_web_tier_is_the_same_below_the_prefix(
    jobs_dialect: Speaker, maya: Account, jobs: Jobs
) -> None:
    job_id = await jobs.ask(maya, held=True)
    for path in ("/api/health", JOBS, f"{JOBS}/{job_id}"):
        at_root = await jobs_dialect(as_=maya, root=True).get(path)
        below = await jobs_dialect(as_=maya).get(path)
        assert at_root.status_code == below.status_code == 200
        assert at_root.json().keys() == below.json().keys()
