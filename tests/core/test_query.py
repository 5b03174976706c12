"""A query parameter is read by exactly one meaning, or refused by name."""

from urllib.parse import quote

import pytest

from tests.conftest import Api
from tests.world import World

HERE = "/api/v1/projects"


@pytest.mark.parametrize(
    "query",
    [
        "page=-1",
        "page=0",
        "page=1" + "0" * 23,
        "page=1.5",
        "page=1_000",
        "page=+1",
        "page=%201",
        "page=1e3",
        "page=0x10",
        "page=--1",
        "page=²",
        "page=٣",
        "page=NaN",
        "page=",
        "page=1000001",
        "page=1&page=2",
        "page=1&page=1",
        "page_size=0",
        "page_size=1000000",
        "page_size=501",
        "sort=owner_id",
        "sort=",
        "q=%00",
        "q=%0a",
        "q=" + "x" * 201,
        "role=admin",
        "Page=1",
        "page[]=1",
        "token=abc",
        "=1",
    ],
)
async def test_a_parameter_that_cannot_be_meant_is_refused(
    api: Api, world: World, query: str
) -> None:
    answer = await api(as_=await world.account()).get(f"{HERE}?{query}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "VALIDATION_ERROR")
    name = query.partition("=")[0]
    assert {f["field"] for f in answer.json()["error"]["details"]["fields"]} == {f"query.{name}"}


async def test_the_refusal_says_what_would_be_read(api: Api, world: World) -> None:
    answer = await api(as_=await world.account()).get(f"{HERE}?limit=5")
    [field] = answer.json()["error"]["details"]["fields"]
    assert "page, page_size, q, sort" in field["message"]
    nothing = await api(as_=await world.account()).get("/api/v1/auth/me?x=1")
    assert "none" in nothing.json()["error"]["details"]["fields"][0]["message"]


async def test_a_page_that_lies_too_deep_is_refused(api: Api, world: World) -> None:
    client = api(as_=await world.account())
    answer = await client.get(f"{HERE}?page=501&page_size=200")
    assert answer.status_code == 200, "100,000 is still answered"
    answer = await client.get(f"{HERE}?page=502&page_size=200")
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "PAGINATION_TOO_DEEP")


@pytest.mark.parametrize(("tier", "most"), [("free", 50), ("pro", 100), ("premium", 200)])
async def test_the_largest_page_is_the_tiers(api: Api, world: World, tier: str, most: int) -> None:
    client = api(as_=await world.account(tier=tier))  # type: ignore[arg-type]
    assert (await client.get(f"{HERE}?page_size={most}")).status_code == 200
    answer = await client.get(f"{HERE}?page_size={most + 1}")
    assert answer.status_code == 422
    [field] = answer.json()["error"]["details"]["fields"]
    assert field["field"] == "query.page_size"
    assert str(most) in field["message"]


@pytest.mark.parametrize("text", ["naïve", "%", "_", "\\", "'; --", "😀", "\u202e", "{{7*7}}"])
async def test_any_other_text_is_searched_for_literally(api: Api, world: World, text: str) -> None:
    owner = await world.account()
    await world.project(owner=owner, name="Plain")
    await world.project(owner=owner, name=f"With {text} inside")
    answer = await api(as_=owner).get(f"{HERE}?q={quote(text)}")
    assert [item["name"] for item in answer.json()["items"]] == [f"With {text} inside"]


async def test_a_secret_is_not_repeated_in_a_refusal(api: Api) -> None:
    body = {"email": "a@example.com", "password": "hunter2" * 200, "username": "?"}
    answer = await api().post("/api/v1/auth/register", json=body)
    fields = {f["field"]: f for f in answer.json()["error"]["details"]["fields"]}
    assert "given" not in fields["body.password"]
    assert fields["body.username"]["given"] == "?"
    assert "hunter2" not in answer.text


async def test_what_was_given_is_repeated_in_part(api: Api) -> None:
    body = {"email": "x" * 300, "password": "a long quiet sentence"}
    answer = await api().post("/api/v1/auth/register", json=body)
    [field] = answer.json()["error"]["details"]["fields"]
    assert field["given"] == "x" * 100
