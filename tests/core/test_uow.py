"""One transaction: the change, its events, and nothing that leaves before it is safe."""

from typing import Annotated, ClassVar

import httpx
import pytest
from sqlalchemy import text

from taskyard.core.access import public
from taskyard.core.routing import Router
from taskyard.core.spine import Event, events_of
from taskyard.core.uow import UowDep, unit_of_work
from taskyard.kit.ids import uuid7
from tests.conftest import OpenInstance
from tests.world.instances import Instance


class Stored(Event):
    """Something was stored."""

    name: ClassVar[str] = "shelf.stored.v1"


THING = uuid7()
Anyone = Annotated[None, public()]


@pytest.fixture
async def shelf(open_other: OpenInstance) -> tuple[Instance, list[str]]:
    """An instance with a route that stores, and with what rang after it."""
    other = await open_other(empty=True)
    rung: list[str] = []
    async with other.platform.database.session() as db:
        await db.execute(text("CREATE TABLE shelf (id int PRIMARY KEY)"))
        await db.execute(
            text("CREATE TABLE item (shelf_id int REFERENCES shelf DEFERRABLE INITIALLY DEFERRED)")
        )
        await db.execute(text("INSERT INTO shelf VALUES (1)"))
        await db.commit()
    router = Router(prefix="/test", tags=["test"])

    @router.post("/items")
    async def store(_: Anyone, shelf_id: int, uow: UowDep) -> dict[str, str]:
        await uow.db.execute(text("INSERT INTO item VALUES (:id)"), {"id": shelf_id})
        uow.emit(Stored(subject_id=THING))
        uow.after_commit(lambda: rung.append("bell"))
        return {"answer": "stored"}

    other.app.router.routes.extend(router.routes)
    return other, rung


async def _kept(other: Instance) -> tuple[int, int]:
    async with other.platform.database.session() as db:
        items = await db.scalar(text("SELECT count(*) FROM item"))
        return items, len(await events_of(db, THING))


async def test_what_the_answer_says_is_committed(shelf: tuple[Instance, list[str]]) -> None:
    other, rung = shelf
    answer = await other.client().post("/test/items?shelf_id=1")
    assert answer.json() == {"answer": "stored"}
    assert await _kept(other) == (1, 1)
    assert rung == ["bell"]


async def test_a_commit_that_fails_is_not_answered_with_success(
    shelf: tuple[Instance, list[str]],
) -> None:
    """The constraint is checked at the commit, when the route has long returned its answer."""
    other, rung = shelf
    answer = await other.client().post("/test/items?shelf_id=2")
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "INTERNAL_ERROR"
    assert await _kept(other) == (0, 0)
    assert rung == []


async def test_the_answer_is_sent_after_the_commit(shelf: tuple[Instance, list[str]]) -> None:
    """Seen from the socket: when the first byte leaves, another connection sees the row."""
    other, _ = shelf
    seen: list[tuple[int, int]] = []
    app = other.app

    async def watching(scope: object, receive: object, send: object) -> None:
        async def watch(message: dict[str, object]) -> None:
            if message["type"] == "http.response.start":
                seen.append(await _kept(other))
            await send(message)  # type: ignore[operator]

        await app(scope, receive, watch)  # type: ignore[arg-type]

    transport = httpx.ASGITransport(app=watching)
    async with httpx.AsyncClient(transport=transport, base_url="http://taskyard.test") as client:
        await client.post("/test/items?shelf_id=1")
    assert seen == [(1, 1)]


async def test_events_go_with_the_change_that_is_rolled_back(
    shelf: tuple[Instance, list[str]],
) -> None:
    other, rung = shelf

    async def change_half() -> None:
        async with unit_of_work(other.platform.database) as uow:
            await uow.db.execute(text("INSERT INTO item VALUES (1)"))
            uow.emit(Stored(subject_id=THING))
            uow.after_commit(lambda: rung.append("bell"))
            await uow.db.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await change_half()
    assert await _kept(other) == (0, 0)
    assert rung == []


async def test_callbacks_run_in_order_and_one_that_fails_stops_none(
    shelf: tuple[Instance, list[str]],
) -> None:
    other, rung = shelf

    async def slow() -> None:
        assert await _kept(other) == (1, 0)
        rung.append("slow")

    def broken() -> None:
        raise ZeroDivisionError

    async with unit_of_work(other.platform.database) as uow:
        await uow.db.execute(text("INSERT INTO item VALUES (1)"))
        uow.after_commit(slow)
        uow.after_commit(broken)
        uow.after_commit(lambda: rung.append("last"))
    assert rung == ["slow", "last"]


async def test_the_bell_rings_once_per_commit_that_told_something(
    shelf: tuple[Instance, list[str]],
) -> None:
    other, rung = shelf
    database = other.platform.database
    database.bell = lambda: rung.append("bell")
    async with unit_of_work(database) as uow:
        await uow.db.execute(text("INSERT INTO item VALUES (1)"))
    assert rung == []
    async with unit_of_work(database) as uow:
        uow.emit(Stored(subject_id=THING))
        uow.emit(Stored(subject_id=THING))
    assert rung == ["bell"]
