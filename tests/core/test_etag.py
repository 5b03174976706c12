"""Nobody's edit is lost: a change names the version it was made to."""

import asyncio
from collections import Counter

import pytest

from taskyard.core.etag import PreconditionFailed, check_match, etag
from tests.conftest import Api
from tests.world import World


@pytest.mark.parametrize("header", [None, "*", " * ", '"3"', '"1", "3"', '"3","9"'])
def test_the_version_that_was_read_matches(header: str | None) -> None:
    check_match(header, 3)


@pytest.mark.parametrize("header", ['"2"', 'W/"3"', "3", "", '"3', "garbage", '"03"', '"2", "4"'])
def test_any_other_does_not(header: str) -> None:
    with pytest.raises(PreconditionFailed) as refused:
        check_match(header, 3)
    assert refused.value.details == {"current": 3}


async def test_of_eight_edits_of_one_version_one_wins(api: Api, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    path, client = f"/api/v1/projects/{project.id}", api(as_=owner)
    read = (await client.get(path)).headers["etag"]
    answers = await asyncio.gather(
        *(
            client.patch(path, json={"description": f"by {n}"}, headers={"If-Match": read})
            for n in range(8)
        )
    )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 412: 7}
    [won] = [answer for answer in answers if answer.status_code == 200]
    kept = await client.get(path)
    assert kept.json() == won.json()
    assert kept.headers["etag"] == won.headers["etag"] == etag(2)


async def test_of_eight_edits_of_one_profile_one_wins(api: Api, world: World) -> None:
    client = api(as_=await world.account())
    read = (await client.get("/api/v1/profile")).headers["etag"]
    answers = await asyncio.gather(
        *(
            client.patch(
                "/api/v1/profile", json={"display_name": f"M {n}"}, headers={"If-Match": read}
            )
            for n in range(8)
        )
    )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 412: 7}
    [won] = [answer for answer in answers if answer.status_code == 200]
    assert (await client.get("/api/v1/profile")).json() == won.json()


async def test_edits_without_a_version_all_count(api: Api, world: World) -> None:
    client = api(as_=await world.account())
    answers = await asyncio.gather(
        *(client.patch("/api/v1/profile", json={"display_name": f"M {n}"}) for n in range(8))
    )
    assert Counter(answer.status_code for answer in answers) == {200: 8}
    assert (await client.get("/api/v1/profile")).headers["etag"] == etag(9)
