"""Is it up?"""

from tests.conftest import Api


async def test_health_needs_nobody(api: Api) -> None:
    answer = await api().get("/api/v1/health")
    assert answer.status_code == 200
    assert answer.json()["status"] == "healthy"


async def test_detailed_health_asks_each_dependency(api: Api) -> None:
    answer = await api().get("/api/v1/health/detailed")
    assert answer.json()["checks"] == {"database": "ok", "redis": "ok"}
