"""Is it up, and what does it stand on?"""

import asyncio

from sqlalchemy import text

from taskyard import __version__
from tests.conftest import Api, OpenInstance
from tests.world.instances import sent_statements

HERE = "/api/v1/health"


async def test_health_needs_nobody(api: Api) -> None:
    answer = await api().get(HERE)
    assert answer.json() == {"status": "healthy", "version": __version__, "environment": "test"}


async def test_detailed_health_asks_each_dependency(api: Api) -> None:
    answer = await api().get(f"{HERE}/detailed")
    assert answer.json() == {
        "status": "healthy",
        "version": __version__,
        "checks": {"database": "ok", "redis": "ok"},
    }


async def test_however_many_ask_a_dependency_is_asked_once_a_second(
    open_other: OpenInstance,
) -> None:
    other = await open_other(empty=True)
    client = other.client()
    with sent_statements(other.platform.database) as statements:
        answers = await asyncio.gather(*(client.get(f"{HERE}/detailed") for _ in range(50)))
    assert [answer.json()["status"] for answer in answers] == ["healthy"] * 50
    assert statements.count("SELECT 1") == 1
    async with other.platform.database.session() as db:
        name = await db.scalar(text("SELECT current_database()"))
        await db.execute(text(f"ALTER DATABASE {name} CONNECTION LIMIT 0"))
        await db.commit()
    await other.platform.database.dispose()
    await asyncio.sleep(1)
    body = (await client.get(f"{HERE}/detailed")).json()
    assert (body["status"], body["checks"]["database"]) == ("degraded", "error")


async def test_a_valkey_that_is_away_is_a_lesser_health(open_other: OpenInstance) -> None:
    client = (await open_other(redis_url="redis://127.0.0.1:1")).client()
    body = (await client.get(f"{HERE}/detailed")).json()
    assert (body["status"], body["checks"]) == ("degraded", {"database": "ok", "redis": "error"})
    assert (await client.get(HERE)).json()["status"] == "healthy"


async def test_an_instance_without_valkey_is_whole(open_other: OpenInstance) -> None:
    client = (await open_other(redis_url=None)).client()
    body = (await client.get(f"{HERE}/detailed")).json()
    assert (body["status"], body["checks"]) == ("healthy", {"database": "ok", "redis": "disabled"})
