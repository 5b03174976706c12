"""Links that give a file to whoever holds them."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import text, update

from taskyard.accounts.models import User
from taskyard.core.platform import Platform
from taskyard.core.sharing import AT_ONCE, token_hash
from taskyard.core.spine import events_of
from taskyard.files.models import File, FileShare
from taskyard.kit.clock import now
from tests.conftest import Api, OpenInstance
from tests.files.giving import FILES, code, given
from tests.world import Account, World

CONTENT = b"shared with the world\n" * 1000
OPEN = f"{FILES}/shared/open"
PASSWORD = "a word among friends"


@pytest.fixture
async def file(api: Api, owner: Account, project_id: UUID) -> dict[str, Any]:
    return await given(api(as_=owner), CONTENT, "plan.html", project_id=project_id)


async def shared(client: httpx.AsyncClient, file_id: str, **body: object) -> dict[str, Any]:
    """Share a file; return the link, with its token beside it."""
    answer = await client.post(f"{FILES}/{file_id}/shares", json=body)
    assert answer.status_code == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data | {"token": data["url"].partition("#")[2]}


async def log_of(client: httpx.AsyncClient, file_id: str) -> list[dict[str, Any]]:
    """Return a file's access log, oldest first."""
    answer = await client.get(f"{FILES}/{file_id}/access-log")
    items: list[dict[str, Any]] = answer.json()["items"]
    return items[::-1]


async def test_a_link_gives_the_file_to_whoever_holds_it(
    api: Api, owner: Account, file: dict[str, Any]
) -> None:
    client = api(as_=owner)
    share = await shared(client, file["id"])
    assert share["url"].startswith("http://127.0.0.1:8000/app/shared#tyl_")
    assert (share["state"], share["downloads"], share["has_password"]) == ("active", 0, False)
    opened = await api().post(OPEN, json={"token": share["token"]})
    assert opened.status_code == 200, opened.text
    data = opened.json()["data"]
    assert data | {"url": 0, "expires_at": 0} == {
        "name": "plan.html",
        "size_bytes": len(CONTENT),
        "content_type": "text/plain",
        "shared_by": owner.username.capitalize(),
        "expires_at": 0,
        "downloads_left": None,
        "url": 0,
    }
    got = await api().get(data["url"])
    assert got.content == CONTENT
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["content-disposition"].startswith('attachment; filename="plan.html"')
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-security-policy"] == "sandbox; default-src 'none'"
    straight = await api().get(f"{FILES}/shared/{share['token']}")
    assert straight.content == CONTENT
    listed = (await client.get(f"{FILES}/{file['id']}/shares")).json()
    assert (listed["total"], listed["items"][0]["downloads"]) == (1, 2)
    assert listed["items"][0]["url"] == share["url"]
    assert (await client.get(f"{FILES}/{file['id']}")).json()["data"]["links"] == 1


async def test_only_a_hash_of_the_token_is_kept(
    api: Api, platform: Platform, owner: Account, file: dict[str, Any]
) -> None:
    share = await shared(api(as_=owner), file["id"], password=PASSWORD)
    async with platform.database.session() as db:
        row = await db.get_one(FileShare, UUID(share["id"]))
        told = await events_of(db, UUID(file["id"]))
    assert row.token_hash == token_hash(share["token"])
    assert row.password_hash is not None
    assert PASSWORD not in row.password_hash
    assert [event.name for event in told][-1] == "file.shared.v1"
    assert share["token"] not in str([event.payload for event in told])


async def test_everybody_who_comes_is_written_down(
    api: Api, owner: Account, file: dict[str, Any]
) -> None:
    share = await shared(api(as_=owner), file["id"], password=PASSWORD)
    guest = api(address="203.0.113.9", **{"User-Agent": "curl/8"})
    await guest.post(OPEN, json={"token": share["token"]})
    await guest.post(OPEN, json={"token": share["token"], "password": "not this one"})
    opened = await guest.post(OPEN, json={"token": share["token"], "password": PASSWORD})
    await guest.get(opened.json()["data"]["url"])
    log = await log_of(api(as_=owner), file["id"])
    assert [entry["action"] for entry in log] == [
        "share_refused",
        "share_opened",
        "share_downloaded",
    ]
    for entry in log:
        assert (entry["by"], entry["share_id"]) == (None, share["id"])
        assert (entry["address"], entry["user_agent"]) == ("203.0.113.9", "curl/8")


async def test_a_link_with_a_password(api: Api, owner: Account, file: dict[str, Any]) -> None:
    share = await shared(api(as_=owner), file["id"], password=PASSWORD)
    assert share["has_password"]
    body = {"token": share["token"]}
    assert code(await api().post(OPEN, json=body)) == (403, "SHARE_PASSWORD_REQUIRED")
    straight = await api().get(f"{FILES}/shared/{share['token']}")
    assert code(straight) == (403, "SHARE_PASSWORD_REQUIRED")
    wrong = await api().post(OPEN, json=body | {"password": PASSWORD.upper()})
    assert code(wrong) == (403, "SHARE_PASSWORD_WRONG")
    assert "plan" not in wrong.text
    right = await api().post(OPEN, json=body | {"password": PASSWORD})
    assert (await api().get(right.json()["data"]["url"])).content == CONTENT


async def test_passwords_are_not_guessed(
    limited: Api, api: Api, owner: Account, file: dict[str, Any]
) -> None:
    share = await shared(api(as_=owner), file["id"], password=PASSWORD)
    body = {"token": share["token"], "password": "a guess of mine"}
    guesser = limited()
    codes = [code(await guesser.post(OPEN, json=body)) for _ in range(11)]
    assert codes == [(403, "SHARE_PASSWORD_WRONG")] * 10 + [(429, "RATE_LIMIT_EXCEEDED")]
    friend = limited()
    for _ in range(12):
        right = await friend.post(OPEN, json=body | {"password": PASSWORD})
        assert right.status_code == 200, right.text


@pytest.mark.slow
async def test_guesses_from_everywhere_are_counted_for_the_link(
    limited: Api, api: Api, owner: Account, file: dict[str, Any]
) -> None:
    share = await shared(api(as_=owner), file["id"], password=PASSWORD)
    other = await shared(api(as_=owner), file["id"], password=PASSWORD)
    body = {"token": share["token"], "password": "a guess of mine"}
    answers = []
    for _ in range(11):
        guesser = limited()
        answers += [await guesser.post(OPEN, json=body) for _ in range(10)]
    assert [answer.status_code for answer in answers] == [403] * 100 + [429] * 10
    fine = await limited().post(OPEN, json={"token": other["token"], "password": PASSWORD})
    assert fine.status_code == 200


@pytest.mark.parametrize("token", ["tyl_nothing", "x", "tyl_" + "A" * 43, "../../etc/passwd"])
async def test_a_token_that_opens_nothing(api: Api, token: str) -> None:
    assert code(await api().post(OPEN, json={"token": token})) == (404, "SHARE_NOT_FOUND")


async def _change(platform: Platform, share: dict[str, Any], **columns: object) -> None:
    async with platform.database.session() as db:
        await db.execute(
            update(FileShare).where(FileShare.id == UUID(share["id"])).values(**columns)
        )
        await db.commit()


async def _ends(api: Api, share: dict[str, Any], ticket: str) -> set[tuple[int, str]]:
    """Return what a link says, whichever way it is tried."""
    return {
        code(await api().post(OPEN, json={"token": share["token"]})),
        code(await api().get(f"{FILES}/shared/{share['token']}")),
        code(await api().get(ticket)),
    }


async def _ticket(api: Api, share: dict[str, Any]) -> str:
    opened = await api().post(OPEN, json={"token": share["token"]})
    return str(opened.json()["data"]["url"])


ENDED = {(410, "SHARE_ENDED")}


async def test_a_link_ends_by_its_time(
    api: Api, platform: Platform, owner: Account, file: dict[str, Any]
) -> None:
    share = await shared(api(as_=owner), file["id"])
    ticket = await _ticket(api, share)
    await _change(platform, share, expires_at=text("now() - interval '1 second'"))
    assert await _ends(api, share, ticket) == ENDED
    listed = (await api(as_=owner).get(f"{FILES}/{file['id']}/shares")).json()["items"]
    assert listed[0]["state"] == "expired"


async def test_a_link_is_ended_by_hand(
    api: Api, platform: Platform, owner: Account, file: dict[str, Any]
) -> None:
    client = api(as_=owner)
    share = await shared(client, file["id"])
    ticket = await _ticket(api, share)
    path = f"{FILES}/{file['id']}/shares/{share['id']}"
    for _ in range(2):
        assert (await client.delete(path)).status_code == 204
    assert await _ends(api, share, ticket) == ENDED
    assert (await client.get(f"{FILES}/{file['id']}/shares")).json()["items"][0][
        "state"
    ] == "revoked"
    async with platform.database.session() as db:
        told = [event.name for event in await events_of(db, UUID(file["id"]))]
    assert told.count("file.share_revoked.v1") == 1
    other = await given(client, b"1")
    crossed = f"{FILES}/{other['id']}/shares/{share['id']}"
    assert code(await client.delete(crossed)) == (404, "SHARE_NOT_FOUND")


async def test_a_link_ends_with_its_file(api: Api, owner: Account, file: dict[str, Any]) -> None:
    client = api(as_=owner)
    share = await shared(client, file["id"])
    ticket = await _ticket(api, share)
    await client.delete(f"{FILES}/{file['id']}")
    assert await _ends(api, share, ticket) == ENDED
    await client.post(f"{FILES}/{file['id']}/restore")
    assert (await api().get(ticket)).content == CONTENT


async def test_a_link_ends_with_its_makers_right(
    api: Api, world: World, platform: Platform, owner: Account
) -> None:
    project = await world.project(owner=owner)
    member = await world.member(project)
    file = await given(api(as_=owner), CONTENT, project_id=project.id)
    share = await shared(api(as_=member), file["id"])
    ticket = await _ticket(api, share)
    async with platform.database.session() as db:
        await db.execute(
            text("UPDATE memberships SET role = 'viewer' WHERE user_id = :id"), {"id": member.id}
        )
        await db.commit()
    assert await _ends(api, share, ticket) == ENDED
    async with platform.database.session() as db:
        await db.execute(
            text("UPDATE memberships SET role = 'member' WHERE user_id = :id"), {"id": member.id}
        )
        await db.commit()
    assert (await api().get(ticket)).status_code == 200
    async with platform.database.session() as db:
        await db.execute(update(User).where(User.id == member.id).values(is_active=False))
        await db.commit()
    assert await _ends(api, share, ticket) == ENDED


async def test_a_number_of_downloads_is_exact(
    api: Api, owner: Account, file: dict[str, Any]
) -> None:
    client = api(as_=owner)
    share = await shared(client, file["id"], max_downloads=3)
    ticket = await _ticket(api, share)
    assert (await api().head(ticket)).status_code == 200
    guest = api()
    answers = await asyncio.gather(
        *(guest.get(ticket) for _ in range(8)),
        *(guest.get(f"{FILES}/shared/{share['token']}") for _ in range(8)),
    )
    given_out = [answer for answer in answers if answer.status_code == 200]
    assert len(given_out) == 3
    assert {answer.content for answer in given_out} == {CONTENT}
    refused = [answer for answer in answers if answer.status_code != 200]
    assert {code(answer) for answer in refused} == ENDED
    listed = (await client.get(f"{FILES}/{file['id']}/shares")).json()["items"][0]
    assert (listed["state"], listed["downloads"]) == ("used_up", 3)
    log = await log_of(client, file["id"])
    assert [entry["action"] for entry in log].count("share_downloaded") == 3


async def test_a_numbered_download_is_whole_so_that_none_is_had_in_pieces(
    api: Api, owner: Account, file: dict[str, Any]
) -> None:
    share = await shared(api(as_=owner), file["id"], max_downloads=1)
    got = await api().get(f"{FILES}/shared/{share['token']}", headers={"Range": "bytes=1-"})
    assert (got.status_code, got.content) == (200, CONTENT)
    assert got.headers["accept-ranges"] == "none"
    again = await api().get(f"{FILES}/shared/{share['token']}", headers={"Range": "bytes=1-"})
    assert code(again) == (410, "SHARE_ENDED")


async def test_a_download_that_goes_on_is_counted_once(
    api: Api, owner: Account, file: dict[str, Any]
) -> None:
    client = api(as_=owner)
    share = await shared(client, file["id"])
    ticket = await _ticket(api, share)
    first = await api().get(ticket, headers={"Range": "bytes=0-99"})
    rest = await api().get(ticket, headers={"Range": "bytes=100-"})
    assert (first.status_code, rest.status_code) == (206, 206)
    assert first.content + rest.content == CONTENT
    listed = (await client.get(f"{FILES}/{file['id']}/shares")).json()["items"][0]
    assert listed["downloads"] == 1


async def test_a_download_that_cannot_begin_is_not_counted(
    api: Api, platform: Platform, owner: Account
) -> None:
    client = api(as_=owner)
    file = await given(client, b"lost %s" % owner.id.bytes)
    share = await shared(client, file["id"], max_downloads=1)
    await platform.storage.delete(file["sha256"])
    lost = await api().get(f"{FILES}/shared/{share['token']}")
    assert code(lost) == (410, "BLOB_MISSING")
    await platform.storage.put_blob(b"lost %s" % owner.id.bytes)
    assert (await api().get(f"{FILES}/shared/{share['token']}")).status_code == 200


async def test_tickets_are_for_one_thing_only(
    api: Api, owner: Account, file: dict[str, Any]
) -> None:
    share = await shared(api(as_=owner), file["id"])
    ticket = (await _ticket(api, share)).rpartition("/")[2]
    own = (await api(as_=owner).get(f"{FILES}/{file['id']}/link")).json()["data"]["url"]
    crossed = [
        await api().get(f"{FILES}/content/{ticket}"),
        await api().get(f"{FILES}/download/{ticket}"),
        await api().get(f"{FILES}/shared/content/{own.rpartition('/')[2]}"),
    ]
    assert {answer.status_code for answer in crossed} == {404}
    forged = await api().get(f"{FILES}/shared/content/{ticket[:-1]}0")
    assert code(forged) == (403, "SIGNED_URL_INVALID")


async def test_who_may_share(api: Api, world: World, owner: Account) -> None:
    project = await world.project(owner=owner)
    member, viewer = await world.member(project), await world.member(project, role="viewer")
    admin, stranger = await world.account(role="admin"), await world.account()
    file = await given(api(as_=owner), CONTENT, project_id=project.id)
    share = await shared(api(as_=member), file["id"])
    path = f"{FILES}/{file['id']}/shares"
    for account, expected in (
        (viewer, (403, "AUTH_FORBIDDEN")),
        (admin, (403, "AUTH_FORBIDDEN")),
        (stranger, (404, "FILE_NOT_FOUND")),
    ):
        client = api(as_=account)
        assert code(await client.post(path, json={})) == expected
        assert code(await client.get(path)) == expected
        assert code(await client.delete(f"{path}/{share['id']}")) == expected
    assert (await api(as_=owner).delete(f"{path}/{share['id']}")).status_code == 204


@pytest.mark.parametrize(
    "body",
    [
        {"expires_at": (now() - timedelta(minutes=1)).isoformat()},
        {"expires_at": (now() + timedelta(days=400)).isoformat()},
        {"expires_at": "2027-01-01T00:00:00"},
        {"password": "short"},
        {"password": "x" * 129},
        {"max_downloads": 0},
        {"max_downloads": 10_001},
        {"max_downloads": True},
        {"url": "http://evil.example"},
    ],
    ids=["past", "far", "no zone", "short", "long", "never", "too often", "yes", "unknown"],
)
async def test_how_a_file_cannot_be_shared(
    api: Api, owner: Account, file: dict[str, Any], body: dict[str, object]
) -> None:
    answer = await api(as_=owner).post(f"{FILES}/{file['id']}/shares", json=body)
    assert code(answer) == (422, "VALIDATION_ERROR")
    assert "given" not in answer.text or "password" not in body


async def test_a_file_has_not_too_many_links(
    api: Api, platform: Platform, owner: Account, file: dict[str, Any]
) -> None:
    client = api(as_=owner)
    first = await shared(client, file["id"])
    async with platform.database.session() as db:
        db.add_all(
            FileShare(
                file_id=UUID(file["id"]),
                created_by=owner.id,
                token_hash=token_hash(f"{file['id']} {number}"),
                expires_at=now() + timedelta(days=1),
            )
            for number in range(AT_ONCE - 1)
        )
        await db.commit()
    answer = await client.post(f"{FILES}/{file['id']}/shares", json={})
    assert code(answer) == (409, "TOO_MANY_SHARES")
    await client.delete(f"{FILES}/{file['id']}/shares/{first['id']}")
    await shared(client, file["id"])


async def test_links_asked_for_at_once_are_not_too_many(
    api: Api, platform: Platform, owner: Account, file: dict[str, Any]
) -> None:
    client = api(as_=owner)
    async with platform.database.session() as db:
        db.add_all(
            FileShare(
                file_id=UUID(file["id"]),
                created_by=owner.id,
                token_hash=token_hash(f"{file['id']} at once {number}"),
                expires_at=now() + timedelta(days=1),
            )
            for number in range(AT_ONCE - 2)
        )
        await db.commit()
    path = f"{FILES}/{file['id']}/shares"
    answers = await asyncio.gather(*(client.post(path, json={}) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [201] * 2 + [409] * 18


async def test_a_new_secret_leaves_links_working_but_untold(
    api: Api,
    open_other: OpenInstance,
    owner: Account,
    file: dict[str, Any],
) -> None:
    share = await shared(api(as_=owner), file["id"])
    other = await open_other(public_url="https://yard.example")
    told = await other.client(authorization=f"Bearer {owner.token}").get(
        f"{FILES}/{file['id']}/shares"
    )
    assert told.json()["items"][0]["url"] == (f"https://yard.example/app/shared#{share['token']}")
    changed = await open_other(secret_key=SecretStr("another secret, of thirty-two bytes or more"))
    signed_in = await changed.world.sign_in(owner)
    listed = await changed.client(authorization=f"Bearer {signed_in.token}").get(
        f"{FILES}/{file['id']}/shares"
    )
    assert listed.json()["items"][0]["url"] is None
    opened = await changed.client().post(OPEN, json={"token": share["token"]})
    assert opened.status_code == 200


async def test_a_link_of_a_purged_file_is_gone(
    api: Api, platform: Platform, owner: Account, file: dict[str, Any]
) -> None:
    share = await shared(api(as_=owner), file["id"])
    async with platform.database.session() as db:
        await db.delete(await db.get_one(File, UUID(file["id"])))
        await db.commit()
    assert code(await api().post(OPEN, json={"token": share["token"]})) == (404, "SHARE_NOT_FOUND")
