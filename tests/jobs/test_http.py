"""Jobs over HTTP, without a worker: what is asked for waits."""

import asyncio
from datetime import datetime
from uuid import uuid4

import httpx
import pytest

from taskyard.kit.ids import uuid7
from tests.conftest import Api, CountStatements
from tests.jobs.conftest import Jobs
from tests.jobs.drills import Drill
from tests.world import Account, World

JOBS = "/api/v1/jobs"
DRILL = {"kind": "drill", "parameters": {"steps": 1}}


@pytest.fixture
async def busy(jobs: Jobs, world: World) -> Account:
    """Someone whose places are all taken, so that what they ask for stays queued."""
    someone = await world.account(tier="free")
    await jobs.ask(someone, held=True)
    return someone


async def test_a_job_is_accepted(api: Api, busy: Account) -> None:
    answer = await api(as_=busy).post(JOBS, json=DRILL)
    assert answer.status_code == 202, answer.text
    job = answer.json()["data"]
    assert answer.headers["location"] == f"{JOBS}/{job['id']}"
    assert job["kind"] == "drill"
    assert job["title"] == "Drill of 1 steps"
    assert job["status"] == "queued"
    assert job["progress"] == 0
    assert job["queue_position"] >= 1
    assert job["asked_by"]["id"] == str(busy.id)
    assert job["version"] == 1
    assert job["can_cancel"]
    assert not job["can_retry"]
    assert datetime.fromisoformat(job["deadline_at"]) > datetime.fromisoformat(job["created_at"])
    again = await api(as_=busy).get(answer.headers["location"])
    assert again.json()["data"] == job


async def test_head_of_an_endless_stream_ends(api: Api, jobs: Jobs, busy: Account) -> None:
    path = f"{JOBS}/{await jobs.ask(busy, steps=1)}/events"
    async with asyncio.timeout(5):
        answer = await api(as_=busy).head(path, headers={"Accept": "text/event-stream"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("text/event-stream")


async def test_an_unknown_kind_is_refused_with_the_known_ones(api: Api, busy: Account) -> None:
    answer = await api(as_=busy).post(JOBS, json={"kind": "juggle"})
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error["code"] == "JOB_KIND_UNKNOWN"
    assert "analysis" in error["details"]["known"]


async def test_the_platforms_own_kinds_cannot_be_asked_for(api: Api, busy: Account) -> None:
    answer = await api(as_=busy).post(JOBS, json={"kind": "errand"})
    assert answer.json()["error"]["code"] == "JOB_KIND_UNKNOWN"
    assert "errand" not in answer.json()["error"]["details"]["known"]


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"steps": -1}, "body.parameters.steps"),
        ({"steps": "many"}, "body.parameters.steps"),
        ({"then": "juggle"}, "body.parameters.then"),
        ({"project_id": "mine"}, "body.parameters.project_id"),
        ({"project_name": 7}, "body.parameters.project_name"),
    ],
)
async def test_wrong_parameters_are_named(
    api: Api, busy: Account, parameters: dict[str, object], field: str
) -> None:
    answer = await api(as_=busy).post(JOBS, json={"kind": "drill", "parameters": parameters})
    assert answer.status_code == 422
    assert [item["field"] for item in answer.json()["error"]["details"]["fields"]] == [field]


@pytest.mark.parametrize("body", [{}, {"kind": "Drill"}, {"kind": "drill", "more": 1}, [], 7])
async def test_wrong_bodies_are_refused(api: Api, busy: Account, body: object) -> None:
    answer = await api(as_=busy).post(JOBS, json=body)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "VALIDATION_ERROR"


async def test_a_task_that_does_not_exist_is_not_found(api: Api, busy: Account) -> None:
    answer = await api(as_=busy).post(JOBS, json={**DRILL, "task_id": str(uuid7())})
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "TASK_NOT_FOUND"


async def test_a_kind_that_needs_a_project_says_so(api: Api, busy: Account) -> None:
    answer = await api(as_=busy).post(JOBS, json={"kind": "sprint"})
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "PROJECT_REQUIRED"


async def test_the_project_may_be_named_in_three_ways(
    api: Api, busy: Account, world: World
) -> None:
    project = await world.project(owner=busy)
    client = api(as_=busy)
    inside = {"kind": "sprint", "parameters": {"project_id": str(project.id)}}
    beside = {"kind": "sprint", "project_id": str(project.id)}
    by_name = {"kind": "sprint", "parameters": {"project_name": project.name}}
    for body in (inside, beside, by_name):
        job = (await client.post(JOBS, json=body)).json()["data"]
        assert job["project_id"] == str(project.id)
        assert job["project_name"] == project.name
        assert set(job["parameters"]) == set(Drill.model_fields)
    path = f"/api/v1/projects/{project.id}/jobs"
    job = (await client.post(path, json={"kind": "sprint"})).json()["data"]
    assert job["project_id"] == str(project.id)
    both = {**beside, "parameters": {"project_id": str(uuid4())}}
    assert (await client.post(JOBS, json=both)).status_code == 422


async def test_a_project_name_makes_the_project_on_first_use(api: Api, world: World) -> None:
    someone = await world.account()
    body = {"kind": "sprint", "parameters": {"project_name": f"New {uuid4()}", "steps": 0}}
    first = (await api(as_=someone).post(JOBS, json=body)).json()["data"]
    second = (await api(as_=someone).post(JOBS, json=body)).json()["data"]
    assert first["project_id"] == second["project_id"]


async def test_a_name_people_take_for_the_same_names_the_same_project(
    api: Api, world: World
) -> None:
    client, name = api(as_=await world.account()), f"Shop {uuid4()}"
    found = set()
    for spelling in (name, name.upper(), f" {name}"):
        body = {"kind": "sprint", "parameters": {"project_name": spelling, "steps": 0}}
        found.add((await client.post(JOBS, json=body)).json()["data"]["project_id"])
    assert len(found) == 1


@pytest.mark.parametrize("name", ["", " ", "x" * 121, "a\nb", 7])
async def test_a_project_cannot_be_named_just_anything(
    api: Api, busy: Account, name: object
) -> None:
    body = {"kind": "sprint", "parameters": {"project_name": name}}
    answer = await api(as_=busy).post(JOBS, json=body)
    assert answer.status_code == 422
    fields = answer.json()["error"]["details"]["fields"]
    assert [field["field"] for field in fields] == ["body.parameters.project_name"]


async def test_strangers_do_not_learn_of_a_job(
    api: Api, busy: Account, world: World, jobs: Jobs
) -> None:
    project = await world.project(owner=busy)
    job_id = await jobs.ask(busy, "sprint", project.id)
    lone = await jobs.ask(busy)
    stranger = api(as_=await world.account())
    for asked in (job_id, lone, uuid7()):
        for answer in await _every_call(stranger, str(asked)):
            assert answer.status_code == 404, answer.request.url
            assert answer.json()["error"]["code"] == "JOB_NOT_FOUND"
    answer = await stranger.get(f"/api/v1/projects/{project.id}/jobs")
    assert answer.json()["error"]["code"] == "PROJECT_NOT_FOUND"
    body = {"kind": "sprint", "project_id": str(project.id)}
    assert (await stranger.post(JOBS, json=body)).status_code == 404


async def _every_call(client: httpx.AsyncClient, job_id: str) -> list[httpx.Response]:
    path = f"{JOBS}/{job_id}"
    return [
        await client.get(path),
        await client.delete(path),
        await client.post(f"{path}/retry"),
        await client.get(f"{path}/events"),
        await client.get(f"{path}/events", headers={"Accept": "text/event-stream"}),
        await client.get(f"{path}/assets"),
        await client.get(f"{path}/log"),
    ]


async def test_members_see_a_projects_jobs_and_viewers_only_look(
    api: Api, busy: Account, world: World, jobs: Jobs
) -> None:
    project = await world.project(owner=busy)
    job_id = await jobs.ask(busy, "sprint", project.id)
    member = api(as_=await world.member(project))
    viewer = api(as_=await world.member(project, role="viewer"))
    for client, may in ((member, True), (viewer, False)):
        job = (await client.get(f"{JOBS}/{job_id}")).json()["data"]
        assert job["can_cancel"] is may
        listed = (await client.get(f"/api/v1/projects/{project.id}/jobs")).json()
        assert [item["id"] for item in listed["items"]] == [str(job_id)]
        assert listed["items"][0]["can_cancel"] is may
        assert (await client.get(JOBS)).json()["items"] == [], "only what one asked for oneself"
    refused = await viewer.delete(f"{JOBS}/{job_id}")
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "AUTH_FORBIDDEN"
    refused = await viewer.post(f"/api/v1/projects/{project.id}/jobs", json={"kind": "sprint"})
    assert refused.status_code == 403
    assert (await member.delete(f"{JOBS}/{job_id}")).status_code == 200


async def test_an_administrator_sees_and_stops_every_job(
    api: Api, busy: Account, world: World, jobs: Jobs
) -> None:
    project = await world.project(owner=busy)
    admin = api(as_=await world.account(role="admin"))
    for job_id in (await jobs.ask(busy, "sprint", project.id), await jobs.ask(busy)):
        assert (await admin.get(f"{JOBS}/{job_id}")).json()["data"]["can_cancel"]
        assert (await admin.delete(f"{JOBS}/{job_id}")).status_code == 200


async def test_a_viewer_account_may_not_ask_for_work(api: Api, world: World) -> None:
    viewer = await world.account(role="viewer")
    answer = await api(as_=viewer).post(JOBS, json=DRILL)
    assert answer.status_code == 403


async def test_who_left_a_project_no_longer_sees_its_jobs(
    api: Api, busy: Account, world: World, jobs: Jobs
) -> None:
    project = await world.project(owner=busy)
    member = await world.member(project)
    job_id = await jobs.ask(member, "sprint", project.id)
    client = api(as_=member)
    assert len((await client.get(JOBS)).json()["items"]) == 1
    await jobs.do("DELETE FROM memberships WHERE user_id = :id", id=member.id)
    assert (await client.get(JOBS)).json()["items"] == []
    assert (await client.get(f"{JOBS}/{job_id}")).status_code == 404


async def test_the_list_is_newest_first_and_filtered(
    api: Api, busy: Account, world: World, jobs: Jobs
) -> None:
    project = await world.project(owner=busy)
    drills = [await jobs.ask(busy) for _ in range(3)]
    sprint = await jobs.ask(busy, "sprint", project.id)
    client = api(as_=busy)

    async def listed(**query: object) -> list[str]:
        answer = await client.get(JOBS, params={k: str(v) for k, v in query.items()})
        assert answer.status_code == 200, answer.text
        return [item["id"] for item in answer.json()["items"]]

    held = (await listed())[-1]
    assert await listed() == [str(one) for one in [sprint, *reversed(drills)]] + [held]
    assert await listed(kind="sprint") == [str(sprint)]
    assert await listed(project_id=project.id) == [str(sprint)]
    assert await listed(status="running") == [held]
    assert await listed(status="queued", kind="drill") == [str(one) for one in reversed(drills)]
    assert await listed(project_id=uuid7()) == []
    for wrong in ({"status": "done"}, {"kind": "No"}, {"limit": "3"}, {"page": "0"}):
        assert (await client.get(JOBS, params=wrong)).status_code == 422


async def test_a_cursor_leads_through_the_whole_list_once(
    api: Api, busy: Account, jobs: Jobs
) -> None:
    asked = {str(await jobs.ask(busy)) for _ in range(7)}
    client, seen, cursor = api(as_=busy), [], None
    while True:
        query = {"page_size": "3", "status": "queued"} | ({"cursor": cursor} if cursor else {})
        page = (await client.get(JOBS, params=query)).json()
        seen += [item["id"] for item in page["items"]]
        assert page["total"] == 7
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == 7
    assert set(seen) == asked
    first = (await client.get(JOBS, params={"page_size": "3"})).json()["next_cursor"]
    other = await client.get(JOBS, params={"cursor": first, "status": "failed"})
    assert other.status_code == 400
    assert other.json()["error"]["code"] == "CURSOR_INVALID"
    second = (await client.get(JOBS, params={"page": "2", "page_size": "3"})).json()["items"]
    assert len(second) == 3


async def test_the_tiers_month_is_a_limit(api: Api, world: World, jobs: Jobs) -> None:
    someone = await world.account(tier="free")
    client = api(as_=someone)
    await jobs.ask(someone, held=True)
    for _ in range(99):
        await jobs.do(
            "INSERT INTO jobs (id, owner_id, kind, title, parameters, state, tier)"
            " VALUES (:id, :owner, 'drill', 'old', '{}', 'completed', 'free')",
            id=uuid7(),
            owner=someone.id,
        )
    usage = (await client.get("/api/v1/users/me")).json()["data"]["monthly_usage"]
    assert usage == 100
    answer = await client.post(JOBS, json=DRILL)
    assert answer.status_code == 403
    error = answer.json()["error"]
    assert error["code"] == "TIER_LIMIT_EXCEEDED"
    assert error["details"]["limit"] == error["details"]["used"] == 100
    assert (await client.get("/api/v1/users/me")).json()["data"]["monthly_usage"] == 100


async def test_usage_is_told_in_the_contracts_words(api: Api, world: World) -> None:
    someone = await world.account(tier="pro")
    me = (await api(as_=someone).get("/api/v1/users/me")).json()["data"]
    assert me == {
        "id": str(someone.id),
        "email": someone.email,
        "name": someone.username.capitalize(),
        "subscription_tier": "pro",
        "subscription_status": "none",
        "monthly_usage": 0,
    }


async def test_a_queued_job_is_cancelled_and_tried_again(
    api: Api, busy: Account, jobs: Jobs
) -> None:
    job_id = await jobs.ask(busy)
    client = api(as_=busy)
    path = f"{JOBS}/{job_id}"
    refused = await client.post(f"{path}/retry")
    assert refused.status_code == 409
    assert refused.json()["error"]["code"] == "JOB_NOT_RETRYABLE"
    job = (await client.delete(path)).json()["data"]
    assert job["status"] == "cancelled"
    assert job["can_retry"]
    assert not job["can_cancel"]
    again = await client.delete(path)
    assert again.status_code == 409
    assert again.json()["error"]["code"] == "JOB_ENDED"
    job = (await client.post(f"{path}/retry")).json()["data"]
    assert job["status"] == "queued"
    assert job["finished_at"] is None
    assert job["version"] == 3
    events = (await client.get(f"{path}/events")).json()
    assert [(e["seq"], e["name"]) for e in events["items"]] == [
        (1, "job.queued"),
        (2, "job.cancelled"),
        (3, "job.queued"),
    ]
    assert events["items"][1]["data"]["by"] == str(busy.id)
    assert events["total"] == 3
    assert events["next_cursor"] is None


async def test_a_waiting_job_can_be_cancelled(api: Api, busy: Account, jobs: Jobs) -> None:
    job_id = await jobs.ask(busy)
    await jobs.do(
        "UPDATE jobs SET state = 'waiting', run_at = now() + interval '1 hour' WHERE id = :id",
        id=job_id,
    )
    client = api(as_=busy)
    assert (await client.get(f"{JOBS}/{job_id}")).json()["data"]["queue_position"] is None
    assert (await client.delete(f"{JOBS}/{job_id}")).json()["data"]["status"] == "cancelled"


async def test_cancelling_a_running_job_asks_it_once(api: Api, busy: Account, jobs: Jobs) -> None:
    job_id = await jobs.ask(busy, held=True)
    for _ in range(2):
        answer = await api(as_=busy).delete(f"{JOBS}/{job_id}")
        assert answer.status_code == 200
        assert answer.json()["data"]["status"] == "running"
    names = [name for _, name, _ in await jobs.events(job_id)]
    assert names.count("job.cancelling") == 1


async def test_events_come_in_pages(api: Api, busy: Account, jobs: Jobs) -> None:
    job_id = await jobs.ask(busy)
    for _ in range(3):
        await api(as_=busy).delete(f"{JOBS}/{job_id}")
        await api(as_=busy).post(f"{JOBS}/{job_id}/retry")
    seen: list[int] = []
    after: str | None = "0"
    while after is not None:
        page = await api(as_=busy).get(
            f"{JOBS}/{job_id}/events", params={"after": after, "limit": "2"}
        )
        seen += [item["seq"] for item in page.json()["items"]]
        after = page.json()["next_cursor"]
    assert seen == [1, 2, 3, 4, 5, 6, 7]
    for wrong in ({"after": "-1"}, {"after": "x"}, {"limit": "0"}, {"limit": "1001"}):
        answer = await api(as_=busy).get(f"{JOBS}/{job_id}/events", params=wrong)
        assert answer.status_code == 422


async def test_ids_that_are_none_are_refused(api: Api, busy: Account) -> None:
    for path in (f"{JOBS}/7", f"{JOBS}/not-an-id/events"):
        assert (await api(as_=busy).get(path)).status_code == 422


async def test_anonymous_callers_are_asked_to_sign_in(api: Api) -> None:
    for answer in await _every_call(api(), str(uuid7())):
        assert answer.status_code == 401
    assert (await api().post(JOBS, json=DRILL)).status_code == 401


async def test_a_list_takes_the_same_few_statements_however_long(
    api: Api, busy: Account, jobs: Jobs, statements: CountStatements
) -> None:
    client = api(as_=busy)
    counts = []
    for _ in range(2):
        for _ in range(5):
            await jobs.ask(busy)
        with statements() as sent:
            await client.get(JOBS)
        # Listeners read beside it.
        counts.append(sum("jobs" in sql or "sessions" in sql for sql in sent))
    assert counts[0] == counts[1] <= 3
