"""The list of one's projects: pages, order, search, and what it costs."""

import pytest

from taskyard.core.uow import unit_of_work
from taskyard.kit.ids import uuid7
from taskyard.projects import repository
from taskyard.projects.models import Membership, Project
from tests.conftest import Api, CountStatements
from tests.world import Account, World

HERE = "/api/v1/projects"


async def _fill(world: World, owner: Account, count: int) -> None:
    async with unit_of_work(world.platform.database) as uow:
        ids = [uuid7() for _ in range(count)]
        uow.db.add_all(
            Project(
                id=one, owner_id=owner.id, name=f"Filled {n:04}", slug=f"filled-{n}", key=f"F{n}"
            )
            for n, one in enumerate(ids)
        )
        await uow.db.flush()
        uow.db.add_all(Membership(project_id=one, user_id=owner.id, role="owner") for one in ids)


async def test_pages_follow_each_other_without_a_gap(api: Api, world: World) -> None:
    owner = await world.account()
    await _fill(world, owner, 24)
    client = api(as_=owner)
    seen: list[str] = []
    for page in (1, 2, 3, 4):
        body = (await client.get(HERE, params={"page": page, "page_size": 10})).json()
        assert (body["total"], body["page"], body["page_size"]) == (25, page, 10)
        assert body["next_cursor"] is None
        seen += [item["id"] for item in body["items"]]
    assert len(seen) == len(set(seen)) == 25


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("name", ["alpha", "Bravo", "charlie", "Personal"]),
        ("-created_at", ["Personal", "charlie", "alpha", "Bravo"]),
        ("-updated_at", ["Bravo", "Personal", "charlie", "alpha"]),
        ("-name", ["Personal", "charlie", "Bravo", "alpha"]),
        ("created_at", ["Bravo", "alpha", "charlie", "Personal"]),
        ("updated_at", ["alpha", "charlie", "Personal", "Bravo"]),
    ],
)
async def test_each_order_ends_in_something_unique(
    api: Api, world: World, sort: str, order: list[str]
) -> None:
    owner = await world.account()
    client = api(as_=owner)
    made = [await world.project(owner=owner, name=name) for name in ("Bravo", "alpha", "charlie")]
    await client.get(HERE)
    await client.patch(f"{HERE}/{made[0].id}", json={"description": "touched"})
    body = (await client.get(HERE, params={"sort": sort})).json()
    assert [item["name"] for item in body["items"]] == order


async def test_search_is_by_part_of_the_name_in_any_case(api: Api, world: World) -> None:
    owner = await world.account()
    for name in ("Checkout rewrite", "Old checkout", "Billing", "100% sure", "snake_case", "a\\b"):
        await world.project(owner=owner, name=name)
    client = api(as_=owner)
    for q, found in (
        ("CHECKOUT", {"Checkout rewrite", "Old checkout"}),
        ("%", {"100% sure"}),
        ("_", {"snake_case"}),
        ("\\", {"a\\b"}),
        ("0% s", {"100% sure"}),
        ("nothing like it", set()),
        ("", {"Checkout rewrite", "Old checkout", "Billing", "100% sure", "snake_case", "a\\b"}),
    ):
        body = (await client.get(HERE, params={"q": q})).json()
        names = {item["name"] for item in body["items"]} - {"Personal"}
        assert names == found, q
        assert body["total"] == len(found) + (q == "")


async def test_others_projects_are_listed_where_one_is_a_member(api: Api, world: World) -> None:
    project = await world.project(owner=await world.account())
    member = await world.member(project, role="viewer")
    items = (await api(as_=member).get(HERE)).json()["items"]
    roles = {item["id"]: item["role"] for item in items}
    assert roles[str(project.id)] == "viewer"
    assert len(items) == 2


async def test_a_page_beyond_the_end_is_empty(api: Api, world: World) -> None:
    body = (await api(as_=await world.account()).get(HERE, params={"page": 99})).json()
    assert (body["items"], body["total"]) == ([], 1)


async def test_a_cursor_is_not_read_where_none_is_given_out(api: Api, world: World) -> None:
    answer = await api(as_=await world.account()).get(HERE, params={"cursor": "x"})
    assert answer.status_code == 422


async def test_counting_stops_where_nobody_reads_on(
    api: Api, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repository, "COUNT_CAP", 5)
    owner = await world.account()
    await _fill(world, owner, 10)
    assert (await api(as_=owner).get(HERE)).json()["total"] == 5


async def test_the_list_costs_the_same_however_long_it_is(
    api: Api, world: World, statements: CountStatements
) -> None:
    owner = await world.account()
    client = api(as_=owner)
    await client.get(HERE)
    costs = []
    for more in (0, 60):
        await _fill(world, owner, more)
        with statements() as sent:
            body = (await client.get(HERE, params={"page_size": 200})).json()
        costs.append((len(body["items"]), len(sent)))
    assert costs == [(1, 1), (61, 1)]


@pytest.mark.parametrize(("method", "cost"), [("GET", 1), ("PATCH", 9), ("DELETE", 6)])
async def test_one_project_costs_a_fixed_number_of_statements(
    api: Api, world: World, statements: CountStatements, method: str, cost: int
) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    client = api(as_=owner)
    with statements() as sent:
        await client.request(method, f"{HERE}/{project.id}", json={"name": "New"})
    assert len(sent) == cost, sent
