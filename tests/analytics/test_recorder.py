"""Every call of the API is noted, none waits for it, and memory has an end."""

import time
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from taskyard.analytics import recorder as module
from taskyard.analytics.recorder import Call, Recorder, recording
from taskyard.core.db import Database, DatabaseBusy
from taskyard.core.platform import Platform
from taskyard.core.settings import Settings
from taskyard.kit.ids import uuid7
from tests.conftest import Api, OpenInstance
from tests.core.log_lines import capture
from tests.world import World

UNREACHABLE = "postgresql://u:p@127.0.0.1:1/none"


def call(**changes: Any) -> Call:
    """Return a call that somebody may have made."""
    usual = Call(str(uuid7()), time.time(), None, "/api/v1/things", "GET", 200, 7.5)
    return usual._replace(**changes)


async def kept(database: Database, *ids: str) -> list[Any]:
    """Return what is recorded of these requests."""
    query = text(
        "SELECT endpoint, method, status, user_id, duration, at FROM api_calls"
        " WHERE id = ANY (:ids) ORDER BY id"
    )
    async with database.session() as db:
        return list((await db.execute(query, {"ids": [UUID(one) for one in ids]})).all())


@pytest.fixture
def recorder(app: FastAPI) -> Recorder:
    found: Recorder = app.state.recorder
    return found


async def test_a_call_is_kept_by_its_routes_template_under_its_requests_id(
    api: Api, world: World, platform: Platform, recorder: Recorder
) -> None:
    someone = await world.account()
    project = await world.project(owner=someone)
    began = time.time()
    answer = await api(as_=someone).get(f"/api/v1/projects/{project.id}")
    await recorder.flush()
    [row] = await kept(platform.database, answer.headers["x-request-id"])
    assert row[:4] == ("/api/v1/projects/{project_id}", "GET", 200, someone.id)
    assert 0 < row.duration < 60_000
    assert began - 1 < row.at.timestamp() < time.time() + 1


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/api/v1/auth/me", ("/api/v1/auth/me", "GET", 401)),
        ("GET", "/api/v1/nothing/here", ("unmatched", "GET", 404)),
        ("DELETE", "/api/v1/health", ("unmatched", "DELETE", 405)),
        ("BREW", "/api/v1/health", ("unmatched", "OTHER", 405)),
        ("GET", "/api/v1/health?x=1", ("/api/v1/health", "GET", 422)),
        ("POST", "/api/v1/auth/login", ("/api/v1/auth/login", "POST", 422)),
        ("GET", "/api/v1/health/%00", ("unmatched", "GET", 400)),
        ("GET", "/", ("/", "GET", 200)),
    ],
)
async def test_what_was_refused_is_kept_too(
    api: Api,
    platform: Platform,
    recorder: Recorder,
    method: str,
    path: str,
    expected: tuple[str, str, int],
) -> None:
    answer = await api().request(method, path, json={} if method == "POST" else None)
    await recorder.flush()
    [row] = await kept(platform.database, answer.headers["x-request-id"])
    assert row[:4] == (*expected, None)


async def test_nothing_of_an_address_is_kept(
    api: Api, platform: Platform, recorder: Recorder
) -> None:
    secret = "planted-" + "s" * 40
    answer = await api().get(f"/api/v1/files/download/{secret}", params={"token": secret})
    await recorder.flush()
    assert await kept(platform.database, answer.headers["x-request-id"])
    async with platform.database.session() as db:
        found = text("SELECT count(*) FROM api_calls c WHERE c::text LIKE '%planted-%'")
        assert await db.scalar(found) == 0


async def test_files_of_the_web_app_are_no_calls(
    api: Api, platform: Platform, recorder: Recorder
) -> None:
    answers = [await api().get(path) for path in ("/app", "/app/projects", "/favicon.ico")]
    await recorder.flush()
    ids = [answer.headers["x-request-id"] for answer in answers]
    assert await kept(platform.database, *ids) == []


async def test_a_failure_of_ours_is_kept_as_one(open_other: OpenInstance) -> None:
    async def breaks(_: Request) -> Response:
        raise RuntimeError("never mind")

    other = await open_other()
    other.app.router.routes.insert(0, Route("/breaks", breaks))
    answer = await other.client().get("/breaks")
    await other.app.state.recorder.flush()
    [row] = await kept(other.platform.database, answer.headers["x-request-id"])
    assert row[:3] == ("/breaks", "GET", 500)


async def test_what_was_noted_is_written_when_the_process_ends(platform: Platform) -> None:
    recorder, noted = Recorder(platform.database), call()
    async with recording(recorder):
        recorder.note(noted)
    assert len(await kept(platform.database, noted.request_id)) == 1
    assert recorder.lost == 0


async def test_a_note_that_is_written_again_is_kept_once(platform: Platform) -> None:
    """As after a statement whose end went unheard, and beside notes that are new."""
    recorder, noted, new = Recorder(platform.database), call(), call()
    recorder.note(noted)
    assert await recorder.flush() == 1
    recorder.note(noted)
    recorder.note(new)
    assert await recorder.flush() == 2
    assert len(await kept(platform.database, noted.request_id, new.request_id)) == 2


async def test_notes_wait_while_the_database_is_away_and_the_room_has_an_end(
    platform: Platform, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = capture(monkeypatch, module)
    away = Database(settings.model_copy(update={"database_url": UNREACHABLE}))
    recorder = Recorder(away, room=5)
    noted = [call(status=200 + number) for number in range(8)]
    for one in noted[:4]:
        recorder.note(one)
    with pytest.raises(DatabaseBusy):
        await recorder.flush()
    for one in noted[4:]:
        recorder.note(one)
    assert recorder.lost == 3
    recorder._database = platform.database
    async with recording(recorder):
        pass
    found = await kept(platform.database, *(one.request_id for one in noted))
    assert [row.status for row in found] == [200, 201, 202, 203, 204], "the first, in their order"
    [told] = [line for line in said if line["event"] == "api_calls_lost"]
    assert (told["count"], told["in_all"]) == (3, 3)


async def test_the_end_does_not_wait_for_a_database_that_is_away(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = capture(monkeypatch, module)
    away = Database(settings.model_copy(update={"database_url": UNREACHABLE}))
    recorder = Recorder(away)
    began = time.monotonic()
    async with recording(recorder):
        recorder.note(call())
    assert time.monotonic() - began < 5
    assert recorder.lost == 1
    assert [line["count"] for line in said if line["event"] == "api_calls_lost"] == [1]


async def test_a_note_that_cannot_be_written_is_lost_and_holds_up_no_other(
    platform: Platform,
) -> None:
    recorder, noted = Recorder(platform.database), call()
    recorder.note(call(status=99_999))
    with pytest.raises(Exception, match="invalid input"):
        await recorder.flush()
    assert recorder.lost == 1
    recorder.note(noted)
    assert await recorder.flush() == 1
