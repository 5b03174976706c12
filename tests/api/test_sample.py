"""The sample project."""

from tests.conftest import Api
from tests.world import World


async def test_the_sample_has_source_and_is_made_once(api: Api, world: World) -> None:
    maya = api(as_=await world.account())
    first = (await maya.post("/api/v1/projects/sample")).json()["data"]
    again = (await maya.post("/api/v1/projects/sample")).json()["data"]
    assert first["id"] == again["id"]
    snapshots = (await maya.get(f"/api/v1/projects/{first['id']}/source")).json()
    assert snapshots["total"] == 1
    origin = snapshots["items"][0]["origin"]
    assert (origin["kind"], origin["name"]) == ("sample", "bookshop")
    assert snapshots["items"][0]["files"] > 10


async def test_a_viewer_account_makes_no_sample(api: Api, world: World) -> None:
    answer = await api(as_=await world.account(role="viewer")).post("/api/v1/projects/sample")
    assert answer.status_code == 403
