"""Uploads in parts where the store is S3, spoken to over HTTP."""

import hashlib
import secrets
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from taskyard.core.settings import Settings
from tests.conftest import OpenInstance
from tests.core.s3_server import S3Server, s3_server
from tests.files.archives import PROGRAM, tar_of
from tests.files.giving import PART, announce, code, complete, content_of, put_all, put_part
from tests.world import Account

LARGE = secrets.token_bytes(3 * PART + 7)


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Server]:
    with s3_server() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test-secret")
        monkeypatch.setenv("AWS_REGION", "eu-test-1")
        yield server


@pytest.fixture
async def client(
    open_other: OpenInstance, s3: S3Server, settings: Settings, owner: Account
) -> AsyncIterator[httpx.AsyncClient]:
    """The owner, at an instance on the same database whose store is S3."""
    del s3
    other = await open_other(storage_url="s3://bucket/yard", data_dir=settings.data_dir / "s3")
    async with other.client(authorization=f"Bearer {owner.token}") as made:
        yield made


async def test_a_file_in_parts(client: httpx.AsyncClient, s3: S3Server) -> None:
    upload = await announce(client, len(LARGE), sha256=hashlib.sha256(LARGE).hexdigest())
    await put_all(client, upload, LARGE)
    here = [key for key in s3.objects if upload["id"] in key]
    assert len(here) == 4
    assert all(key.startswith(f"/bucket/yard/uploads/{upload['id']}/") for key in here)
    done = await complete(client, upload["id"])
    assert done.status_code == 201, done.text
    file = done.json()["data"]["file"]
    assert (await content_of(client, file["id"])).content == LARGE
    assert not [key for key in s3.objects if upload["id"] in key]
    # The whole went up by a multipart upload of S3's own.
    blob = f"/bucket/yard/blobs/{file['sha256'][:2]}/{file['sha256']}"
    assert s3.requests.count(f"PUT {blob}") == 4
    assert f"POST {blob}" in s3.requests


async def test_source_in_parts(client: httpx.AsyncClient, s3: S3Server, project_id: object) -> None:
    archive = tar_of(PROGRAM | {"data.bin": LARGE})
    upload = await announce(
        client, len(archive), "a.tar", purpose="source", project_id=str(project_id)
    )
    await put_all(client, upload, archive)
    done = await complete(client, upload["id"])
    assert done.json()["data"]["snapshot"]["files"] == len(PROGRAM) + 1
    assert not [key for key in s3.objects if upload["id"] in key]


async def test_a_store_that_is_away_costs_nothing_that_is_here(
    client: httpx.AsyncClient, s3: S3Server
) -> None:
    upload = await announce(client, len(LARGE))
    await put_all(client, upload, LARGE)
    s3.failing = True
    for answer in (
        await put_part(client, upload["id"], 1, LARGE[:PART]),
        await complete(client, upload["id"]),
    ):
        assert code(answer) == (503, "STORAGE_UNAVAILABLE")
        assert answer.headers["retry-after"] == "5"
    s3.failing = False
    assert (await complete(client, upload["id"])).status_code == 201


async def test_aborting_leaves_nothing(client: httpx.AsyncClient, s3: S3Server) -> None:
    upload = await announce(client, len(LARGE))
    await put_all(client, upload, LARGE)
    answer = await client.delete(f"/api/v1/files/uploads/{upload['id']}")
    assert answer.status_code == 204
    assert not [key for key in s3.objects if upload["id"] in key]
