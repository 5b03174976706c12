"""What every dialect promises: its own words for every refusal, and all else as everywhere."""

import ast
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

import taskyard.dialects
from taskyard.core.platform import Platform
from taskyard.kit.ids import uuid7
from tests.conftest import OpenInstance
from tests.core.log_lines import of_requests
from tests.dialects.speaking import PREFIX, Document, Speaker, application
from tests.world import World
from tests.world.instances import Instance

ROOM = Path(taskyard.dialects.__file__).parent


def _is_servers(body: dict[str, Any]) -> bool:
    return body.keys() == {"success", "error"} and {"message", "code"} <= body["error"].keys()


def _is_webs(body: dict[str, Any]) -> bool:
    return body.keys() == {"error"} and {"message", "code"} <= body["error"].keys()


def _is_tasks(body: dict[str, Any]) -> bool:
    return body["success"] is False and {"code", "message", "details"} <= body["error"].keys()


def _is_builds(body: dict[str, Any]) -> bool:
    return body.keys() == {"error", "detail", "status_code", "timestamp"}


#: An address that is signed in for, one that takes a body, and what refusals look like there.
VOICES: dict[str, tuple[str, str, Callable[[dict[str, Any]], bool]]] = {
    "server": ("/dialects/jobs/api/v1/jobs", "/dialects/jobs/api/v1/jobs", _is_servers),
    "web": ("/api/jobs", "/api/jobs", _is_webs),
    "web-below": ("/dialects/jobs/api/jobs", "/dialects/jobs/api/jobs", _is_webs),
    "tasks": (f"/api/tasks/{uuid7()}", "/api/tasks", _is_tasks),
    "builds": (f"/api/analysis/{uuid7()}", "/api/analysis/", _is_builds),
    "builds-below": (
        f"/dialects/builds/api/analysis/{uuid7()}",
        "/dialects/builds/api/analysis/",
        _is_builds,
    ),
}
every_voice = pytest.mark.parametrize("voice", VOICES)


@pytest.fixture
async def instance(open_other: OpenInstance) -> Instance:
    """An instance that counts requests."""
    return await open_other(
        rate_limits="on", default_tier="free", rates={"user": 8, "analysis_create": 90}
    )


@every_voice
async def test_every_refusal_is_in_the_contracts_own_words(
    instance: Instance, voice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    guarded, takes_body, is_worded = VOICES[voice]
    maya, viewer = await instance.world.account(), await instance.world.account(role="viewer")
    nobody = instance.client()
    client = instance.client(Authorization=f"Bearer {maya.token}")
    reader = instance.client(Authorization=f"Bearer {viewer.token}")
    typed = {"Content-Type": "application/json"}
    far = takes_body.rstrip("/") + "/a/b/c"
    answers = {
        401: await nobody.get(guarded),
        403: await reader.post(takes_body, json={"project_name": "x", "job_type": "x"}),
        404: await client.get(far),
        405: await client.delete(takes_body),
        400: await client.post(takes_body, content=b'{"a": 1, "a": 2}', headers=typed),
        413: await client.post(takes_body, content=b" " * 1_100_000, headers=typed),
        415: await client.post(takes_body, content=b"a=1", headers={"Content-Type": "text/plain"}),
        422: await client.post(takes_body, json={"luck": 7}),
        431: await client.get(guarded, headers={"X-Long": "x" * 9000}),
    }
    limited = [await client.get(guarded) for _ in range(10)]
    answers[429] = limited[-1]
    monkeypatch.setattr(instance.platform.authenticator, "recognise", _broken)
    answers[500] = await client.get(guarded)
    monkeypatch.undo()
    database = instance.platform.database
    nowhere = instance.settings.model_copy(update={"database_url": "postgresql://127.0.0.1:1/x"})
    instance.platform.database = type(database)(nowhere)
    answers[503] = await client.get(guarded)
    instance.platform.database = database
    wrong = {
        status: (answer.status_code, answer.text)
        for status, answer in answers.items()
        if answer.status_code != status or not is_worded(answer.json())
    }
    assert wrong == {}
    assert answers[405].headers["allow"]
    assert answers[401].headers["www-authenticate"].startswith("Bearer")
    assert int(answers[429].headers["retry-after"]) >= 1
    assert "swordfish" not in answers[500].text
    for status, answer in answers.items():
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert len(answer.headers["x-request-id"]) == 36, status


def _broken(*_: object) -> None:
    raise RuntimeError("the password is swordfish")


async def test_every_counted_answer_of_jobs_says_what_is_left(instance: Instance) -> None:
    maya = await instance.world.account()
    headers = {"Authorization": f"Bearer {maya.token}"}
    client = instance.client()
    asked = [
        await client.get("/api/health"),
        await client.get("/dialects/jobs/api/v1/health"),
        await client.get("/dialects/jobs/api/v1/health/detailed"),
        await client.get("/dialects/jobs/openapi.json"),
        await client.get("/api/jobs"),
        await client.get("/api/jobs", headers=headers),
        await client.post("/api/jobs", headers=headers, json={"jobType": "luck"}),
        await client.get(f"/api/jobs/{uuid7()}", headers=headers),
        await client.put("/api/jobs", headers=headers),
        await client.get("/api/jobs/1/2/3", headers=headers),
        await client.get("/dialects/jobs/api/v1/users/me", headers=headers),
    ]
    for answer in asked:
        for name in ("limit", "remaining", "reset"):
            assert int(answer.headers[f"x-ratelimit-{name}"]) >= 0, answer.request.url


async def test_health_of_builds_is_not_counted(instance: Instance) -> None:
    client = instance.client()
    for path in ("/api/health/", "/api/health/ready", "/api/health/live", "/api/health/status"):
        answers = [await client.get(path) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert "x-ratelimit-limit" not in answers[0].headers


async def test_two_spellings_are_two_addresses_and_nothing_redirects(
    jobs_dialect: Speaker, builds_dialect: Speaker
) -> None:
    without = await jobs_dialect(root=True).get("/api/health")
    with_slash = await builds_dialect(root=True).get("/api/health/")
    assert "checks" in without.json()
    assert "checks" not in with_slash.json()
    for path in ("/api/jobs/", "/api/analysis", "/auth", "/dialects/jobs", "/dialects/builds/"):
        async with httpx.AsyncClient() as client:
            assert (await client.get(f"http://{jobs_dialect.server}{path}")).status_code == 404


async def test_the_canonical_api_wins_at_the_root(jobs_dialect: Speaker, world: World) -> None:
    maya = await world.account()
    headers = {"Authorization": f"Bearer {maya.token}"}
    async with httpx.AsyncClient(headers=headers) as client:
        root = await client.get(f"http://{jobs_dialect.server}/api/v1/jobs")
    assert "items" in root.json()
    assert "jobs" in (await jobs_dialect(as_=maya).get("/api/v1/jobs")).json()


async def test_a_dialect_that_is_off_is_not_there(open_other: OpenInstance) -> None:
    client = (await open_other(dialects=["builds"])).client()
    assert (await client.get("/api/health/")).status_code == 200
    for path in ("/api/health", "/api/jobs", "/dialects/jobs/docs", "/dialects/jobs/api/jobs"):
        answer = await client.get(path)
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "RESOURCE_NOT_FOUND"


async def test_pages_of_other_origins_may_read_answers_and_refusals(
    open_other: OpenInstance,
) -> None:
    app = "https://app.example.com"
    client = (await open_other(cors_origins=[app])).client(Origin=app)
    for path in ("/api/jobs", "/dialects/jobs/api/v1/jobs", "/api/analysis/", "/api/health/"):
        answer = await client.get(path)
        assert answer.headers["access-control-allow-origin"] == app
        asked = {"Access-Control-Request-Method": "POST"}
        assert (await client.options(path, headers=asked)).status_code == 200


async def test_each_request_is_logged_by_its_template(
    jobs_dialect: Speaker,
    builds_dialect: Speaker,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level("INFO", "taskyard.request")
    await jobs_dialect().get(f"/api/v1/jobs/{uuid7()}")
    await jobs_dialect(root=True).get(f"/api/jobs/{uuid7()}")
    await builds_dialect(root=True).get(f"/api/analysis/{uuid7()}")
    await builds_dialect().get(f"/api/analysis/{uuid7()}")
    await jobs_dialect(root=True).get("/api/jobs/1/2")
    assert [(line["endpoint"], line["status"]) for line in of_requests(capsys)] == [
        ("/dialects/jobs/api/v1/jobs/{job_id}", 401),
        ("/api/jobs/{job_id}", 401),
        ("/api/analysis/{analysis_id}", 401),
        ("/dialects/builds/api/analysis/{analysis_id}", 401),
        ("unmatched", 404),
    ]


@pytest.mark.parametrize("name", PREFIX)
async def test_a_dialect_serves_its_document_and_a_page_of_it(
    app: FastAPI, platform: Platform, name: str, server: str
) -> None:
    document = Document(application(app, name))
    async with httpx.AsyncClient(base_url=f"http://{server}{PREFIX[name]}") as client:
        served = await client.get("/openapi.json")
        page = await client.get("/docs")
    assert served.json() == json.loads(json.dumps(document.whole))
    assert served.json()["servers"] == [{"url": PREFIX[name]}]
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'; style-src 'sha256-" in page.headers["content-security-policy"]
    assert "<script" not in page.text
    for operation in document.operations:
        assert operation.path in page.text
        assert f'id="{operation.id}"' in page.text
    assert platform.pulse.requests


def test_a_dialect_holds_no_query_no_model_and_no_role() -> None:
    files = list(ROOM.rglob("*.py"))
    assert len(files) >= 12, "a walk that finds nothing would prove nothing"
    for file in files:
        tree = ast.parse(file.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom | ast.Import):
                names = [alias.name for alias in node.names]
                whole = [f"{getattr(node, 'module', '') or ''}.{name}" for name in names]
                for imported in whole:
                    assert not imported.strip(".").startswith("sqlalchemy"), file
                    assert not {"models", "repository"} & set(imported.split(".")), file
            if isinstance(node, ast.Attribute):
                assert node.attr not in {"db", "role", "is_admin"}, (file, node.lineno)
        assert len(file.read_text("utf-8").splitlines()) <= 250, file
