"""What touched an account's safety is kept and shown to its owner."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects import postgresql

from taskyard.accounts.events import ProfileChanged
from taskyard.accounts.repository import security_query
from taskyard.core.uow import unit_of_work
from tests.conftest import Api, OpenInstance
from tests.world import World
from tests.world.accounts import PASSWORD

HERE = "/api/v1/auth/security-events"


async def test_what_touched_the_account_is_listed_newest_first(api: Api, world: World) -> None:
    account = await world.account()
    other = await world.sign_in(account)
    client = api(as_=account)
    wrong = {"email": account.email, "password": "wrong password"}
    await api().post("/api/v1/auth/login", json=wrong)
    await client.patch("/api/v1/profile", json={"display_name": "Maya"})
    await api(as_=other).post("/api/v1/auth/logout")
    third = await world.sign_in(account)
    await client.delete(f"/api/v1/auth/sessions/{third.session_id}")
    change = {"current_password": PASSWORD, "new_password": "another quiet yard"}
    await client.post("/api/v1/auth/password", json=change)
    page = (await client.get(HERE)).json()
    assert [(item["name"], item["details"].get("reason")) for item in page["items"]] == [
        ("account.password_changed", None),
        ("session.ended", "revoked"),
        ("session.started", None),
        ("session.ended", "signed_out"),
        ("account.profile_changed", None),
        ("account.sign_in_refused", None),
        ("session.started", None),
        ("session.started", None),
    ]
    assert page["items"][-1]["details"] == {"address": "127.0.0.1", "device": "tests"}
    assert PASSWORD not in str(page)


async def test_nobody_sees_another_accounts(api: Api, world: World) -> None:
    mine, theirs = await world.account(), await world.account()
    await api(as_=theirs).patch("/api/v1/profile", json={"display_name": "Other"})
    names = [item["name"] for item in (await api(as_=mine).get(HERE)).json()["items"]]
    assert names == ["session.started"]


async def test_what_happens_in_projects_is_no_matter_of_safety(api: Api, world: World) -> None:
    account = await world.account()
    await world.project(owner=account)
    names = {item["name"] for item in (await api(as_=account).get(HERE)).json()["items"]}
    assert names == {"session.started"}


async def test_a_hundred_are_shown(api: Api, world: World) -> None:
    account = await world.account()
    async with unit_of_work(world.platform.database) as uow:
        for _ in range(101):
            uow.emit(ProfileChanged(subject_id=account.id, fields=["display_name"]))
    page = (await api(as_=account).get(HERE)).json()
    assert len(page["items"]) == 100
    assert {item["name"] for item in page["items"]} == {"account.profile_changed"}


async def test_the_cost_does_not_grow_with_what_others_did(open_other: OpenInstance) -> None:
    other = await open_other(empty=True)
    account = await other.world.account()
    for _ in range(3):
        account = await other.world.sign_in(account)
    query = security_query(account.id, limit=100)
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    compiled = query.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    async with other.platform.database.session() as db:
        await db.execute(
            text(
                "INSERT INTO events (id, name, subject_id, payload)"
                " SELECT uuidv7(), 'session.started.v1', gen_random_uuid(), '{}'"
                " FROM generate_series(1, 30000)"
            )
        )
        await db.execute(text("ANALYZE events, sessions"))
        plan = await db.execute(text("EXPLAIN (ANALYZE, FORMAT JSON) " + str(compiled)))
        [root] = plan.scalar_one()
    read = sum(_rows_read(root["Plan"]))
    assert read < 200, root


def _rows_read(node: dict[str, Any]) -> Iterator[float]:
    """Yield how many rows each scan of events read, kept or not."""
    if "events" in node.get("Relation Name", ""):
        removed = node.get("Rows Removed by Filter", 0)
        yield (node["Actual Rows"] + removed) * node["Actual Loops"]
    for child in node.get("Plans", []):
        yield from _rows_read(child)
