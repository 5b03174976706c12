"""The contract builds over HTTP, row by row."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest

from taskyard import __version__
from taskyard.core.platform import Platform
from taskyard.kit.ids import uuid7
from tests.analyses.conftest import BAD, Yard
from tests.conftest import OpenInstance
from tests.core.live_client import serving
from tests.dialects.conftest import Jobs
from tests.dialects.speaking import Speaker
from tests.world import Account, World
from tests.world.accounts import PASSWORD

ANALYSIS = "/api/analysis/"
RECORD = {
    "analysis_id", "project_name", "timestamp", "performed_by", "status", "quality_score",
    "security_issues", "code_smells", "type_errors", "coverage_percent", "recommendations",
}  # fmt: skip


def _refusal(answer: httpx.Response) -> tuple[int, str]:
    """Return status and word of a refusal, once its shape is the contract's."""
    body = answer.json()
    assert body.keys() == {"error", "detail", "status_code", "timestamp"}
    assert body["status_code"] == answer.status_code
    assert datetime.fromisoformat(body["timestamp"]).tzinfo is not None
    return answer.status_code, body["error"]


@pytest.fixture
async def maya(world: World) -> Account:
    return await world.account()


@pytest.mark.parametrize("name", ["username", "email"])
@pytest.mark.parametrize(
    ("role", "reads_only"), [("user", False), ("admin", False), ("viewer", True)]
)
async def test_a_sign_in_by_username_or_e_mail_gives_a_jwt(
    builds_dialect: Speaker, world: World, name: str, role: Any, reads_only: bool
) -> None:
    account = await world.account(role=role)
    body = {"username": getattr(account, name), "password": PASSWORD}
    answer = await builds_dialect(root=True).post("/auth/login", json=body)
    assert answer.status_code == 200
    tokens = answer.json()
    assert tokens.keys() == {"access_token", "token_type", "refresh_token", "expires_in"}
    assert tokens["token_type"] == "bearer"
    claims = jwt.decode(tokens["access_token"], options={"verify_signature": False})
    assert claims["sub"] == str(account.id)
    assert (claims["username"], claims["role"]) == (account.username, role)
    assert claims["exp"] - claims["iat"] == tokens["expires_in"]
    reads = {"build:read", "analysis:read"}
    writes = {"build:create", "build:cancel", "analysis:create"}
    assert reads <= set(claims["permissions"])
    assert writes.isdisjoint(claims["permissions"]) is reads_only
    header = {"Authorization": f"Bearer {tokens['access_token']}"}
    here = builds_dialect(root=True, headers=header)
    assert _refusal(await here.get(f"{ANALYSIS}{uuid7()}")) == (404, "not_found")
    async with httpx.AsyncClient() as canonical:
        refresh = f"http://{builds_dialect.server}/api/v1/auth/refresh"
        answer = await canonical.post(refresh, json={"refresh_token": tokens["refresh_token"]})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("username", "password"), [("maya", "wrong"), ("nobody", PASSWORD), ("x@example.com", "wrong")]
)
async def test_a_wrong_sign_in_is_refused(
    builds_dialect: Speaker, world: World, username: str, password: str
) -> None:
    maya = await world.account()
    body = {"username": {"maya": maya.username}.get(username, username), "password": password}
    answer = await builds_dialect().post("/auth/login", json=body)
    assert _refusal(answer) == (401, "auth_invalid_credentials")


async def test_sign_ins_are_counted_with_those_of_every_other_contract(
    open_other: OpenInstance,
) -> None:
    instance = await open_other(rate_limits="on")
    maya = await instance.world.account()
    client = instance.client()
    for number in range(10):
        wrong: dict[str, str] = {"password": "wrong"}
        if number % 2:
            answer = await client.post("/auth/login", json=wrong | {"username": maya.username})
        else:
            path = "/api/v1/auth/login"
            answer = await client.post(path, json=wrong | {"email": maya.email})
        assert answer.status_code == 401
    right = {"username": maya.username, "password": PASSWORD}
    answer = await client.post("/auth/login", json=right)
    assert _refusal(answer) == (429, "rate_limit_exceeded")
    assert int(answer.headers["retry-after"]) >= 1


async def test_an_analysis_is_accepted_and_its_figures_come_when_it_has_run(
    builds_dialect: Speaker, yard: Yard
) -> None:
    await yard.give(BAD | {"shop/wrong.py": 'def count() -> int:\n    return "three"\n'})
    client = builds_dialect(as_=yard.owner, root=True)
    await yard.client.patch(yard.url, json={"name": "shop.py-1"})
    body = {"project_name": "shop.py-1", "analysis_types": ["quality", "security", "types"]}
    asked = await client.post(ANALYSIS, json=body)
    assert asked.status_code == 202
    record = asked.json()
    assert record.keys() == RECORD
    assert record["project_name"] == "shop.py-1"
    assert (record["status"], record["performed_by"]) == ("initializing", yard.owner.username)
    scores = ("quality_score", "code_smells", "type_errors", "coverage_percent")
    assert [record[name] for name in scores] == [None] * 4
    assert (record["security_issues"], record["recommendations"]) == ([], [])
    await yard.finished(record["analysis_id"])
    done = (await client.get(f"{ANALYSIS}{record['analysis_id']}")).json()
    assert done["status"] == "completed"
    assert 0 < done["quality_score"] < 10
    assert done["code_smells"] == 0
    assert done["type_errors"] == 1
    assert done["coverage_percent"] is None, "no tests were asked for"
    (issue,) = [one for one in done["security_issues"] if one["severity"] == "high"]
    assert issue.keys() == {"issue", "severity", "file", "line", "recommendation"}
    assert (issue["file"], issue["line"]) == ("shop/run.py", 5)
    assert done["recommendations"]
    assert (done["analysis_id"], done["timestamp"]) == (record["analysis_id"], record["timestamp"])


async def test_coverage_comes_from_a_real_test_run(builds_dialect: Speaker, yard: Yard) -> None:
    await yard.give(BAD)
    name = f"shop-{uuid4()}"
    await yard.client.patch(yard.url, json={"name": name})
    client = builds_dialect(as_=yard.owner)
    asked = (await client.post(ANALYSIS, json={"project_name": name})).json()
    await yard.finished(asked["analysis_id"])
    done = (await client.get(f"{ANALYSIS}{asked['analysis_id']}")).json()
    assert 0 < done["coverage_percent"] < 100


async def test_without_source_the_answer_says_where_to_put_it(
    builds_dialect: Speaker, maya: Account
) -> None:
    client = builds_dialect(as_=maya, root=True)
    body = {"project_name": "new-shop"}
    answers = await asyncio.gather(*(client.post(ANALYSIS, json=body) for _ in range(8)))
    assert {_refusal(answer) for answer in answers} == {(404, "not_found")}
    (detail,) = {answer.json()["detail"] for answer in answers}
    upload = next(word.rstrip(",") for word in detail.split() if word.startswith("http"))
    async with httpx.AsyncClient(headers=client.headers) as canonical:
        listed = await canonical.get(f"http://{builds_dialect.server}/api/v1/projects")
        named = [item for item in listed.json()["items"] if item["name"] == "new-shop"]
        assert len(named) == 1, "eight first uses made one project"
        assert upload.endswith(f"/api/v1/projects/{named[0]['id']}/source")
        assert (await canonical.get(upload)).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"project_name": ""},
        {"project_name": "a b"},
        {"project_name": ".."},
        {"project_name": "../etc"},
        {"project_name": "a/b"},
        {"project_name": "a\\b"},
        {"project_name": "ünion"},
        {"project_name": "x" * 101},
        {"project_name": "shop", "analysis_types": ["luck"]},
        {"project_name": "shop", "analysis_types": []},
        {"project_name": "shop", "more": 1},
        [],
    ],
)
async def test_a_wrong_body_is_refused_field_by_field(
    builds_dialect: Speaker, maya: Account, body: object
) -> None:
    answer = await builds_dialect(as_=maya).post(ANALYSIS, json=body)
    assert _refusal(answer) == (422, "validation_error")
    first = answer.json()["detail"][0]
    assert first.keys() == {"loc", "msg", "type"}
    assert first["loc"][0] == "body"


async def test_without_the_permission_nothing_is_asked_for(
    builds_dialect: Speaker, world: World
) -> None:
    viewer = await world.account(role="viewer")
    answer = await builds_dialect(as_=viewer).post(ANALYSIS, json={"project_name": "shop"})
    assert _refusal(answer) == (403, "auth_forbidden")
    assert "analysis:create" in answer.json()["detail"]


async def test_who_may_read_an_analysis(builds_dialect: Speaker, yard: Yard, world: World) -> None:
    await yard.give(BAD)
    analysis_id = (await yard.start(analysis_types=["security"]))["id"]
    here = f"{ANALYSIS}{analysis_id}"
    nobody = await builds_dialect().get(here)
    assert _refusal(nobody) == (401, "auth_required")
    stranger = await builds_dialect(as_=await world.account()).get(here)
    assert _refusal(stranger) == (403, "analysis_of_another")
    for role in ("user", "viewer"):
        absent = builds_dialect(as_=await world.account(role=role))
        for unknown in (uuid7(), "7", "a'b"):
            assert _refusal(await absent.get(f"{ANALYSIS}{unknown}")) == (404, "not_found")
    admin = await builds_dialect(as_=await world.account(role="admin")).get(here)
    assert admin.json()["performed_by"] == yard.owner.username
    await yard.finished(analysis_id)


async def test_an_analysis_goes_with_its_project(
    builds_dialect: Speaker, yard: Yard, world: World
) -> None:
    analysis_id = (await yard.analysed(BAD, analysis_types=["security"]))["id"]
    await yard.client.delete(yard.url)
    for account in (yard.owner, await world.account()):
        answer = await builds_dialect(as_=account).get(f"{ANALYSIS}{analysis_id}")
        assert _refusal(answer) == (404, "not_found")


async def test_a_job_of_another_kind_is_no_analysis(
    builds_dialect: Speaker, maya: Account, jobs: Jobs
) -> None:
    job_id = await jobs.ask(maya, held=True)
    answer = await builds_dialect(as_=maya).get(f"{ANALYSIS}{job_id}")
    assert _refusal(answer) == (404, "not_found")


async def test_a_repeat_gets_the_first_answer(builds_dialect: Speaker, yard: Yard) -> None:
    await yard.give(BAD)
    name = f"shop-{uuid4()}"
    await yard.client.patch(yard.url, json={"name": name})
    body = {"project_name": name, "analysis_types": ["security"]}
    client = builds_dialect(as_=yard.owner, headers={"Idempotency-Key": str(uuid4())})
    first, again = [await client.post(ANALYSIS, json=body) for _ in range(2)]
    assert again.headers["idempotency-replayed"] == "true"
    assert (again.status_code, again.json()) == (202, first.json())


async def test_what_waits_for_builds_is_not_there_yet(
    builds_dialect: Speaker, maya: Account
) -> None:
    for root in (True, False):
        client = builds_dialect(as_=maya, root=root)
        for path in ("/api/build/", f"/api/build/{uuid7()}", "/api/analysis", "/auth/logout"):
            assert _refusal(await client.get(path)) == (404, "not_found"), path


async def test_health(builds_dialect: Speaker) -> None:
    client = builds_dialect(root=True)
    body = (await client.get("/api/health/")).json()
    assert body.keys() == {"status", "timestamp", "version"}
    assert (body["status"], body["version"]) == ("healthy", __version__)
    assert (await client.get("/api/health/ready")).json()["status"] == "ready"
    assert (await client.get("/api/health/live")).json()["status"] == "alive"


async def test_status_has_measured_figures(builds_dialect: Speaker, platform: Platform) -> None:
    client = builds_dialect(root=True)
    before = (await client.get("/api/health/status")).json()
    assert before.keys() == {"status", "timestamp", "version", "components", "metrics"}
    assert before["status"] == "operational"
    up = {"api": "operational", "database": "operational", "cache": "operational"}
    assert before["components"] == up | {"security": "disabled"}, "tests count no requests"
    for _ in range(20):
        await client.get("/api/health/live")
    after = (await client.get("/api/health/status")).json()["metrics"]
    assert after["requests_total"] - before["metrics"]["requests_total"] >= 21
    assert after["uptime_seconds"] >= before["metrics"]["uptime_seconds"] > 0
    assert after["requests_per_second"] > 0
    assert 0 < after["memory_percent"] < 100
    assert after["cpu_percent"] >= 0
    assert platform.pulse.requests >= after["requests_total"]


async def test_a_server_that_cannot_take_work_is_not_ready(open_other: OpenInstance) -> None:
    away = (await open_other(redis_url="redis://127.0.0.1:1")).client()
    answer = await away.get("/api/health/ready")
    assert _refusal(answer) == (503, "not_ready")
    assert "the broker is not in order" in answer.json()["detail"]
    assert (await away.get("/api/health/status")).json()["components"]["cache"] == "down"
    assert (await away.get("/api/health/status")).json()["status"] == "degraded"
    assert (await away.get("/api/health/")).status_code == 200
    without = (await open_other(redis_url=None)).client()
    answer = await without.get("/api/health/ready")
    assert "the broker is not configured" in answer.json()["detail"]
    rabbit = (await open_other(broker_url="amqp://127.0.0.1:1")).client()
    assert "the broker is not in order" in (await rabbit.get("/api/health/ready")).json()["detail"]


async def test_a_database_that_is_behind_is_not_ready(open_other: OpenInstance) -> None:
    instance = await open_other(empty=True)
    client = instance.client()
    assert (await client.get("/api/health/ready")).status_code == 200
    async with instance.platform.database.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'older'")
    await asyncio.sleep(1)  # what was found within a second is told again
    answer = await client.get("/api/health/ready")
    assert "revision is not in order" in answer.json()["detail"]


async def test_analyses_have_a_rate_of_their_own(open_other: OpenInstance) -> None:
    instance = await open_other(rate_limits="on", default_tier="free")
    maya = await instance.world.account()
    async with serving(instance.app) as address:
        base, header = f"http://{address}", {"Authorization": f"Bearer {maya.token}"}
        async with httpx.AsyncClient(base_url=base, headers=header) as client:
            for _ in range(5):
                answer = await client.post(ANALYSIS, json={"project_name": "shop"})
                assert answer.status_code == 404
                assert answer.headers["x-ratelimit-limit"] == "5"
            answer = await client.post(ANALYSIS, json={"project_name": "shop"})
    assert _refusal(answer) == (429, "rate_limit_exceeded")
    assert int(answer.headers["retry-after"]) >= 1
