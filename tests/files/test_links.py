"""Signed downloads: the link carries a right, and the right is asked for again."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, update

from taskyard.accounts.models import User
from taskyard.core import keys
from taskyard.core.downloads import Link, LinkSigner
from taskyard.core.platform import Platform
from taskyard.projects.models import Membership
from tests.conftest import Api
from tests.files.archives import upload, zip_of
from tests.world import Account, World

CONTENT = b"0123456789" * 100_000
PREFIX = "/api/v1/files/download/"


@pytest.fixture
async def file_link(api: Api, owner: Account, project_id: UUID) -> str:
    client = api(as_=owner)
    data = zip_of({"page.html": CONTENT, "a.py": b""})
    snapshot = (await upload(client, project_id, data)).json()["data"]["id"]
    path = f"/api/v1/projects/{project_id}/source/{snapshot}/files/content?path=page.html"
    return str((await client.get(path)).json()["data"]["download_url"])


async def test_a_link_needs_no_other_credential_and_its_file_can_do_no_harm(
    api: Api, file_link: str
) -> None:
    got = await api().get(file_link)
    assert got.status_code == 200
    assert got.content == CONTENT
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["content-disposition"] == (
        "attachment; filename=\"page.html\"; filename*=UTF-8''page.html"
    )
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert "no-store" in got.headers["cache-control"]
    assert got.headers["referrer-policy"] == "no-referrer"


async def test_a_part_of_a_file(api: Api, file_link: str) -> None:
    got = await api().get(file_link, headers={"Range": "bytes=5-14"})
    assert got.status_code == 206
    assert got.content == CONTENT[5:15]
    assert got.headers["content-range"] == f"bytes 5-14/{len(CONTENT)}"
    rest = await api().get(file_link, headers={"Range": f"bytes={len(CONTENT) - 3}-"})
    assert rest.content == CONTENT[-3:]
    whole = await api().get(file_link, headers={"Range": "bytes=9999999-"})
    assert (whole.status_code, len(whole.content)) == (200, len(CONTENT))


async def test_an_expired_link(api: Api, platform: Platform, owner: Account) -> None:
    signer = LinkSigner([keys.derive(platform.settings, "file-url")])
    link = Link(f"source-archive:{uuid4()}:{uuid4()}", str(owner.id), "x.zip")
    token = signer.sign(link, expires_in=timedelta(seconds=-1))
    got = await api().get(PREFIX + token)
    assert (got.status_code, got.json()["error"]["code"]) == (410, "SIGNED_URL_EXPIRED")


async def test_a_changed_link(api: Api, platform: Platform, owner: Account, file_link: str) -> None:
    foreign = LinkSigner([b"another instance's key, 32 bytes"])
    forged = foreign.sign(Link("source-archive:a:b", str(owner.id), "x"), expires_in=timedelta(1))
    cookies = LinkSigner([keys.derive(platform.settings, "cursor")])
    crossed = cookies.sign(Link("source-archive:a:b", str(owner.id), "x"), expires_in=timedelta(1))
    body, mac, key_id = file_link.removeprefix(PREFIX).split(".")
    for token in (
        forged,
        crossed,
        f"{body}x.{mac}.{key_id}",
        f"{body}.{mac[::-1]}.{key_id}",
        f"{body}.{mac}.00000000",
        "x",
        "..%2f..%2fetc%2fpasswd",
    ):
        got = await api().get(PREFIX + token)
        assert got.status_code in {403, 404}
        assert got.json()["error"]["code"] in {"SIGNED_URL_INVALID", "RESOURCE_NOT_FOUND"}


async def test_a_link_for_another_method(api: Api, platform: Platform, owner: Account) -> None:
    signer = LinkSigner([keys.derive(platform.settings, "file-url")])
    link = Link("source-archive:a:b", str(owner.id), "x", method="PUT")
    got = await api().get(PREFIX + signer.sign(link, expires_in=timedelta(minutes=1)))
    assert got.status_code == 403


async def test_a_link_to_a_kind_nobody_opens(api: Api, platform: Platform, owner: Account) -> None:
    signer = LinkSigner([keys.derive(platform.settings, "file-url")])
    token = signer.sign(Link("moon:1", str(owner.id), "x"), expires_in=timedelta(minutes=1))
    assert (await api().get(PREFIX + token)).status_code == 404


async def test_rights_lost_since(
    api: Api, platform: Platform, world: World, owner: Account
) -> None:
    project = await world.project(owner=owner)
    member = await world.member(project)
    client = api(as_=member)
    snapshot = (await upload(client, project.id, zip_of({"a.py": b"1"}))).json()["data"]["id"]
    path = f"/api/v1/projects/{project.id}/source/{snapshot}"
    file_link = (await client.get(f"{path}/files/content?path=a.py")).json()["data"]["download_url"]
    archive_link = (await client.get(f"{path}/archive")).json()["data"]["url"]
    assert (await api().get(file_link)).status_code == 200
    async with platform.database.session() as db:
        await db.execute(delete(Membership).where(Membership.user_id == member.id))
        await db.commit()
    for link in (file_link, archive_link):
        got = await api().get(link)
        assert (got.status_code, got.json()["error"]["code"]) == (404, "FILE_NOT_FOUND")


async def test_the_account_was_switched_off_or_the_project_deleted(
    api: Api, platform: Platform, owner: Account, project_id: UUID, file_link: str
) -> None:
    async with platform.database.session() as db:
        await db.execute(update(User).where(User.id == owner.id).values(is_active=False))
        await db.commit()
    assert (await api().get(file_link)).status_code == 404
    async with platform.database.session() as db:
        await db.execute(update(User).where(User.id == owner.id).values(is_active=True))
        await db.commit()
    assert (await api().get(file_link)).status_code == 200
    assert (await api(as_=owner).delete(f"/api/v1/projects/{project_id}")).is_success
    assert (await api().get(file_link)).status_code == 404
