"""Hot reads answer as their response models say, and refuse as every other route does."""

import asyncio
from datetime import timedelta
from typing import Annotated, Any

import httpx
import pytest
from sqlalchemy import text

from taskyard.core.access import Permission, permit
from taskyard.core.hot import Caller, HotRoute, Question
from taskyard.core.platform import Platform
from taskyard.core.routing import Router
from taskyard.core.schemas import Item, Page
from taskyard.core.uow import unit_of_work
from taskyard.jobs import access, reading
from taskyard.jobs.models import Job, JobStep
from taskyard.jobs.schemas import JobRead, JobSummary
from taskyard.kit.clock import now
from taskyard.kit.ids import uuid7
from taskyard.projects.access import rights
from taskyard.projects.models import Project
from taskyard.projects.schemas import ProjectRead
from tests.conftest import Api, CountStatements
from tests.world import Account, World

JOBS = "/api/v1/jobs"
ODD = 'Ünï "quoted" \\ back\nnew line \t tab 日本 🚂 </script> +00:00'
FAILURE = {"reason": "error", "message": ODD, "retry_helps": True}
HELD = {"lease_worker": uuid7(), "lease_owner": "x", "lease_until": now() + timedelta(hours=1)}
#: One of each: every state, with and without what may be missing.
VARIED: dict[str, dict[str, Any]] = {
    "waiting": {"state": "waiting", "run_at": now() + timedelta(days=1)},
    "queued": {
        "state": "queued",
        "dispatched_at": now(),
        "deadline_at": now() + timedelta(days=7),
    },
    "running": {"state": "running", "progress": 0.29, "current_step": ODD, "attempt": 3, **HELD},
    "nearly": {"state": "running", "progress": 0.99999, "attempt": 1, **HELD},
    "completed": {"state": "completed", "progress": 1, "result": {"n": 1.5, "t": ODD, "l": []}},
    "reused": {"state": "completed", "reused_from": uuid7(), "finished_at": now()},
    "failed": {"state": "failed", "failure": FAILURE, "next_seq": 2**40},
    "cancelled": {"state": "cancelled", "title": ODD, "parameters": {"x": None, "y": [ODD, {}]}},
    "to the second": {"state": "cancelled", "created_at": now().replace(microsecond=0)},
}


async def _job(platform: Platform, owner: Account, project: Project | None, **given: Any) -> Job:
    usual: dict[str, Any] = {"kind": "drill", "title": "Drill", "parameters": {}, "tier": "free"}
    async with unit_of_work(platform.database) as uow:
        job = Job(
            id=uuid7(),
            owner_id=owner.id,
            project_id=project.id if project else None,
            **usual | given,
        )
        uow.db.add(job)
        await uow.db.flush()
        began = now() - timedelta(seconds=90)
        for position, (name, finished) in enumerate({"b": now(), "a": None}.items()):
            status = "done" if finished else "running"
            uow.db.add(
                JobStep(
                    job_id=job.id,
                    name=name,
                    title=ODD,
                    position=position,
                    status=status,
                    attempt=1,
                    started_at=began,
                    finished_at=finished,
                )
            )
    return job


def _plain(body: dict[str, Any]) -> dict[str, Any]:
    """Return a body with its times as the response models write them."""
    return {
        name: (value.replace(".000000Z", "Z") if isinstance(value, str) else value)
        for name, value in body.items()
    }


@pytest.mark.parametrize("kind", sorted(VARIED))
@pytest.mark.parametrize("where", ["project", "no project"])
@pytest.mark.parametrize("who", ["owner", "member", "viewer", "admin", "viewer_account"])
async def test_one_job_is_told_as_from_its_rows(
    api: Api, world: World, platform: Platform, kind: str, where: str, who: str
) -> None:
    owner = await world.account(role="viewer" if who == "viewer_account" else "user")
    project = await world.project(owner=owner) if where == "project" else None
    job = await _job(platform, owner, project, **VARIED[kind])
    caller = owner
    if who == "admin":
        caller = await world.account(role="admin")
    elif who in {"member", "viewer"}:
        if project is None:
            return
        caller = await world.member(project, role=who)  # type: ignore[arg-type]
    answer = await api(as_=caller).get(f"{JOBS}/{job.id}")
    assert answer.status_code == 200, answer.text
    Item[JobRead].model_validate_json(answer.text, strict=False)
    async with unit_of_work(platform.database) as uow:
        checked = await access.load(uow, await world.actor(caller), job.id, Permission.JOB_READ)
        expected = (await reading.one(uow, checked)).model_dump(mode="json")
    got = answer.json()["data"]
    assert got.keys() == expected.keys()
    if kind == "queued":  # others queue meanwhile
        assert got.pop("queue_position") >= 1
        expected.pop("queue_position")
    assert _plain(got) == _plain(expected)


async def test_lists_tell_the_same_as_one(api: Api, world: World, platform: Platform) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    for given in VARIED.values():
        await _job(platform, owner, project, **given)
        await _job(platform, owner, None, **given)
    client = api(as_=owner)
    for path, count in ((JOBS, 18), (f"/api/v1/projects/{project.id}/jobs", 9)):
        answer = await client.get(path, params={"page_size": 50})
        Page[JobSummary].model_validate_json(answer.text)
        items = answer.json()["items"]
        assert len(items) == answer.json()["total"] == count
        for item in items:
            whole = (await client.get(f"{JOBS}/{item['id']}")).json()["data"]
            volatile = {"queue_position": item["queue_position"]}
            assert item == {name: whole[name] for name in item} | volatile


@pytest.mark.parametrize("who", ["owner", "member", "viewer", "admin", "viewer_account"])
async def test_a_project_is_told_with_its_version(api: Api, world: World, who: str) -> None:
    owner = await world.account(role="viewer" if who == "viewer_account" else "user")
    project = await world.project(owner=owner, name="Odd “name” +00:00")
    caller = owner
    if who == "admin":
        caller = await world.account(role="admin")
    elif who in {"member", "viewer"}:
        caller = await world.member(project, role=who)  # type: ignore[arg-type]
    answer = await api(as_=caller).get(f"/api/v1/projects/{project.id}")
    told = Item[ProjectRead].model_validate_json(answer.text).data
    assert told.role == ("owner" if who == "viewer_account" else who)
    assert told.permissions == sorted(rights(await world.actor(caller), told.role))
    columns = ProjectRead.model_fields.keys() & Project.__mapper__.columns.keys()
    assert told.model_dump(include=columns) == {name: getattr(project, name) for name in columns}
    assert answer.headers["etag"] == '"1"'


@pytest.mark.parametrize("browser", [False, True])
async def test_an_ended_session_asks_nothing_more(
    api: Api, world: World, platform: Platform, browser: bool
) -> None:
    account = await world.account()
    signed_in = await world.sign_in(account, browser=browser)
    cookie = {"Cookie": f"taskyard_session={signed_in.refresh_token}"}
    client = api(**cookie) if browser else api(as_=signed_in)
    assert (await client.get(JOBS)).status_code == 200
    async with unit_of_work(platform.database) as uow:
        end = text("UPDATE sessions SET ended_at = now() WHERE id = :id")
        await uow.db.execute(end, {"id": signed_in.session_id})
    answer = await client.get(JOBS)
    assert answer.status_code == 401
    expected = "AUTH_REQUIRED" if browser else "AUTH_SESSION_REVOKED"
    assert answer.json()["error"]["code"] == expected


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE sessions SET expires_at = now() WHERE user_id = :id",
        "UPDATE sessions SET last_seen_at = now() - interval '14 days 1 s' WHERE user_id = :id",
        "UPDATE users SET is_active = false WHERE id = :id",
    ],
)
async def test_a_session_that_is_over_any_other_way_asks_nothing_either(
    api: Api, world: World, platform: Platform, change: str
) -> None:
    account = await world.account()
    client = api(as_=account)
    assert (await client.get(JOBS)).status_code == 200
    async with unit_of_work(platform.database) as uow:
        await uow.db.execute(text(change), {"id": account.id})
    assert (await client.get(JOBS)).status_code == 401


async def test_a_role_that_changed_counts_at_once(
    api: Api, world: World, platform: Platform
) -> None:
    account, other = await world.account(), await world.account()
    project = await world.project(owner=other)
    client = api(as_=account)
    path = f"/api/v1/projects/{project.id}"
    assert (await client.get(path)).status_code == 404
    async with unit_of_work(platform.database) as uow:
        change = text("UPDATE users SET role = 'admin' WHERE id = :id")
        await uow.db.execute(change, {"id": account.id})
    assert (await client.get(path)).json()["data"]["role"] == "admin"


async def test_a_session_is_noted_as_used(api: Api, world: World, platform: Platform) -> None:
    account = await world.account()
    seen = text("SELECT last_seen_at > now() - interval '1 minute' FROM sessions WHERE id = :id")
    async with unit_of_work(platform.database) as uow:
        age = text("UPDATE sessions SET last_seen_at = now() - interval '1 h' WHERE id = :id")
        await uow.db.execute(age, {"id": account.session_id})
    await api(as_=account).get(JOBS)
    async with unit_of_work(platform.database) as uow:
        assert await uow.db.scalar(seen, {"id": account.session_id})


@pytest.mark.parametrize(
    "path",
    [f"{JOBS}/7", f"{JOBS}?page=0", f"{JOBS}?page_size=501", f"{JOBS}?cursor=x", f"{JOBS}?x=1"],
)
async def test_whoever_may_not_ask_is_told_that_first(api: Api, world: World, path: str) -> None:
    account = await world.account()
    client = api(as_=account)
    wrong = await client.get(path)
    assert wrong.status_code in {400, 422}
    await client.post("/api/v1/auth/logout")
    refused = await client.get(path)
    # A parameter nobody reads is refused before anybody is looked at, on every route.
    assert refused.status_code == (422 if path.endswith("?x=1") else 401)


async def test_a_hot_read_is_one_statement(
    api: Api, world: World, platform: Platform, statements: CountStatements
) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    job = await _job(platform, owner, project, **VARIED["failed"])
    client = api(as_=owner)
    for path in (
        JOBS,
        f"{JOBS}?status=failed&kind=drill&project_id={project.id}",
        f"{JOBS}/{job.id}",
        f"/api/v1/projects/{project.id}",
        f"/api/v1/projects/{project.id}/jobs?page=2&page_size=1",
    ):
        with statements() as sent:
            assert (await client.get(path)).status_code == 200
        assert len(sent) == 1, sent


async def test_hot_reads_are_counted_in_their_rates(limited: Api, counting: Any) -> None:
    account = await counting.world.account(tier="free")
    client = limited(as_=account)
    answers = await asyncio.gather(*(client.get(JOBS) for _ in range(70)))
    passed = [answer for answer in answers if answer.status_code == 200]
    assert len(passed) == 60
    assert {answer.status_code for answer in answers} == {200, 429}
    assert passed[0].headers["ratelimit-policy"] == '"user";q=60;w=60'
    anonymous = await limited().get(JOBS)
    assert anonymous.status_code == 401
    assert anonymous.headers["ratelimit-policy"] == '"ip";q=100;w=60'


async def test_a_larger_page_than_the_tiers_is_refused(api: Api, world: World) -> None:
    account = await world.account(tier="free")
    answer = await api(as_=account).get(JOBS, params={"page_size": 51})
    assert answer.status_code == 422
    assert answer.json()["error"]["details"]["fields"][0]["field"] == "query.page_size"


async def test_parallel_reads_each_get_their_own(
    api: Api, world: World, platform: Platform
) -> None:
    people = [await world.account() for _ in range(5)]
    jobs = {one.id: await _job(platform, one, None, state="completed") for one in people}
    clients = {one.id: api(as_=one) for one in people}

    async def ask(one: Account) -> httpx.Response:
        return await clients[one.id].get(JOBS)

    for one, answer in zip(people * 10, await asyncio.gather(*map(ask, people * 10)), strict=True):
        assert [item["id"] for item in answer.json()["items"]] == [str(jobs[one.id].id)]


def test_a_hot_read_says_who_may_ask() -> None:
    router = Router(prefix="/x", tags=["x"])
    with pytest.raises(TypeError, match="does not say who may call it"):

        @router.hot("", answers=Page[JobSummary])
        def list_nothing() -> Question:
            """List nothing."""
            return Question("SELECT '{}' AS body")

    @router.hot("", answers=Page[JobSummary])
    def list_something(_: Annotated[Caller, permit(Permission.JOB_READ)]) -> Question:
        """List something."""
        return Question("SELECT '{}' AS body")

    assert isinstance(router.routes[-1], HotRoute)
