"""Is it up, and what does it stand on?"""

from taskyard import __version__
from tests.conftest import Api, OpenInstance

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


async def test_a_valkey_that_is_away_is_a_lesser_health(open_other: OpenInstance) -> None:
    client = (await open_other(redis_url="redis://127.0.0.1:1")).client()
    body = (await client.get(f"{HERE}/detailed")).json()
    assert (body["status"], body["checks"]) == ("degraded", {"database": "ok", "redis": "error"})
    assert (await client.get(HERE)).json()["status"] == "healthy"


async def test_an_instance_without_valkey_is_whole(open_other: OpenInstance) -> None:
    client = (await open_other(redis_url=None)).client()
    body = (await client.get(f"{HERE}/detailed")).json()
    assert (body["status"], body["checks"]) == ("healthy", {"database": "ok", "redis": "disabled"})
