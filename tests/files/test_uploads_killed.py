"""The API is killed in the middle of an upload in parts: what was answered is still there."""

import asyncio
import hashlib
import secrets

import httpx
import pytest

from taskyard.core.platform import Platform
from taskyard.core.settings import Settings
from taskyard.files.models import FileUpload
from tests.conftest import Api
from tests.files.giving import (
    FILES,
    PART,
    announce,
    complete,
    content_of,
    parts_in_store,
    put_part,
    state_of,
)
from tests.files.serving import server
from tests.world import Account, World

COUNT = 8
LARGE = secrets.token_bytes(COUNT * PART)


def to(address: str, account: Account) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=address,
        headers={"Authorization": f"Bearer {account.token}"},
        timeout=60,
        trust_env=False,
    )


def piece(number: int) -> bytes:
    return LARGE[(number - 1) * PART : number * PART]


@pytest.mark.parametrize(
    "seconds", [0.2, *(pytest.param(at, marks=pytest.mark.slow) for at in (0.05, 0.5))]
)
async def test_killed_among_its_parts(
    api: Api, settings: Settings, world: World, seconds: float
) -> None:
    """Every part that was answered is there afterwards, and only the others are sent again."""
    account = await world.account()
    acknowledged: set[int] = set()
    with server(settings) as (address, child):
        async with to(address, account) as client:
            upload = await announce(client, len(LARGE))

            async def send(number: int) -> None:
                answer = await put_part(client, upload["id"], number, piece(number))
                assert answer.status_code == 200
                acknowledged.add(number)

            sending = [asyncio.create_task(send(number)) for number in range(1, COUNT + 1)]
            await asyncio.sleep(seconds)
            child.kill()
            child.wait()
            await asyncio.gather(*sending, return_exceptions=True)
    client = api(as_=account)
    here = {part["number"]: part for part in (await state_of(client, upload["id"]))["parts"]}
    assert acknowledged <= here.keys()
    for number in here:
        assert here[number]["sha256"] == hashlib.sha256(piece(number)).hexdigest()
    for number in set(range(1, COUNT + 1)) - here.keys():
        assert (await put_part(client, upload["id"], number, piece(number))).status_code == 200
    done = await complete(client, upload["id"])
    assert done.status_code == 201, done.text
    assert (await content_of(client, done.json()["data"]["file"]["id"])).content == LARGE


@pytest.mark.parametrize(
    "seconds", [0.1, *(pytest.param(at, marks=pytest.mark.slow) for at in (0.02, 0.3))]
)
async def test_killed_while_it_puts_the_parts_together(
    api: Api, settings: Settings, platform: Platform, world: World, seconds: float
) -> None:
    """It is completed exactly once, by whoever asks after the dead one's claim has lapsed."""
    account = await world.account()
    with server(settings) as (address, child):
        async with to(address, account) as client:
            upload = await announce(client, len(LARGE))
            for number in range(1, COUNT + 1):
                await put_part(client, upload["id"], number, piece(number))
            completing = asyncio.create_task(complete(client, upload["id"]))
            await asyncio.sleep(seconds)
            child.kill()
            child.wait()
            await asyncio.gather(completing, return_exceptions=True)
    client = api(as_=account)
    if (await state_of(client, upload["id"]))["state"] == "completing":
        assert (await complete(client, upload["id"])).status_code == 409
        # As if 30 seconds had passed.
        async with platform.database.session() as db:
            row = await db.get_one(FileUpload, upload["id"])
            row.claimed_until = row.created_at
            await db.commit()
    done = await complete(client, upload["id"])
    assert done.status_code in {200, 201}, done.text
    files = (await client.get(FILES)).json()["items"]
    assert [file["id"] for file in files] == [done.json()["data"]["file"]["id"]]
    assert (await content_of(client, files[0]["id"])).content == LARGE
    if done.status_code == 201:
        assert parts_in_store(settings.data_dir, upload["id"]) == []
    assert not list((settings.data_dir / "scratch").iterdir())
