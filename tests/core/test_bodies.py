"""What cannot be read is refused by name, before anything is written; never with a 500."""

import gzip
import json
from collections.abc import AsyncIterator

import pytest

from tests.conftest import Api
from tests.world import World

JSON = {"Content-Type": "application/json"}
HERE = "/api/v1/projects"


@pytest.mark.parametrize(
    "body",
    [
        b'{"name": "a", "name": "b"}',
        b'{"name": NaN}',
        b'{"name": "a", "x": 1e400}',
        b'{"name": "a", "x": ' + b"9" * 400 + b"}",
        b'{"name": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"name": "a\xff"}',
        '{"name": "a"}'.encode("utf-16"),
        b'\xef\xbb\xbf{"name": "a"}',
        b'{"name": "a\\u0000"}',
        b'{"name": "a\\ud800"}',
        b'{"name": "a"',
        b"",
    ],
    ids=[
        "duplicate key",
        "NaN",
        "1e400",
        "400 digits",
        "nested 100,000 deep",
        "not UTF-8",
        "UTF-16",
        "byte order mark",
        "NUL",
        "lone surrogate",
        "cut short",
        "empty",
    ],
)
async def test_what_is_not_json_to_everyone_is_malformed(
    api: Api, world: World, body: bytes
) -> None:
    owner = await world.account()
    answer = await api(as_=owner).post(HERE, content=body, headers=JSON)
    expected = (400, "MALFORMED_JSON") if body else (422, "VALIDATION_ERROR")
    assert (answer.status_code, answer.json()["error"]["code"]) == expected
    assert (await api(as_=owner).get(HERE)).json()["total"] == 1, "only the personal project"


@pytest.mark.parametrize("body", [b"[]", b"null", b'"name"', b"1", b"true", b"{}"])
async def test_json_of_another_shape_is_read_but_wrong(api: Api, world: World, body: bytes) -> None:
    answer = await api(as_=await world.account()).post(HERE, content=body, headers=JSON)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "VALIDATION_ERROR")


async def test_a_field_that_nobody_reads_is_named(api: Api, world: World) -> None:
    body = {"name": "Mine", "owner_id": "me"}
    answer = await api(as_=await world.account()).post(HERE, json=body)
    assert answer.status_code == 422
    fields = answer.json()["error"]["details"]["fields"]
    assert [(f["field"], f["type"]) for f in fields] == [("body.owner_id", "extra_forbidden")]


async def test_a_body_beyond_the_limit_is_refused_by_its_length(api: Api, world: World) -> None:
    body = json.dumps({"name": "a", "description": "x" * 1024 * 1024}).encode()
    answer = await api(as_=await world.account()).post(HERE, content=body, headers=JSON)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "PAYLOAD_TOO_LARGE")
    assert answer.json()["error"]["details"]["limit_bytes"] == 1024 * 1024


async def test_a_body_beyond_the_limit_is_refused_once_counted(api: Api, world: World) -> None:
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 100:
            sent += 1
            yield b"x" * 64 * 1024

    client = api(as_=await world.account())
    answer = await client.post(HERE, content=chunks(), headers=JSON)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "PAYLOAD_TOO_LARGE")
    assert sent < 20, "the rest was not even read"


async def test_a_body_longer_than_declared_is_counted(api: Api, world: World) -> None:
    client = api(as_=await world.account())
    body = b"x" * 2 * 1024 * 1024
    answer = await client.post(HERE, content=body, headers=JSON | {"Content-Length": "10"})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "media",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "x", ""],
)
async def test_another_media_type_is_not_supported(api: Api, world: World, media: str) -> None:
    client = api(as_=await world.account())
    answer = await client.post(HERE, content=b'{"name": "a"}', headers={"Content-Type": media})
    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert "application/json" in answer.json()["error"]["message"]


@pytest.mark.parametrize("media", ["application/json; charset=utf-8", "application/merge+json"])
async def test_json_by_another_spelling_is_read(api: Api, world: World, media: str) -> None:
    client = api(as_=await world.account())
    answer = await client.post(HERE, content=b'{"name": "a"}', headers={"Content-Type": media})
    assert answer.status_code == 201


async def test_a_compressed_body_is_not_supported(api: Api, world: World) -> None:
    client = api(as_=await world.account())
    body = gzip.compress(b'{"name": "a"}')
    answer = await client.post(HERE, content=body, headers=JSON | {"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")
