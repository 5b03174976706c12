"""Inviting people: by name, by address, by link; answers, ends, limits and races."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from taskyard.accounts.models import User
from taskyard.core.spine import events_of
from taskyard.core.uow import unit_of_work
from taskyard.kit.clock import now
from taskyard.kit.ids import uuid7
from taskyard.projects.models import Project
from taskyard.projects.team import inviting
from taskyard.projects.team.models import Invitation
from tests.conftest import Api, OpenInstance
from tests.world import Account, World
from tests.world.accounts import PASSWORD

HERE = "/api/v1/projects"
MINE = "/api/v1/invitations"


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def _invite(api: Api, project: Project, owner: Account, **whom: str) -> dict[str, Any]:
    answer = await api(as_=owner).post(f"{HERE}/{project.id}/team/invite", json=whom)
    assert answer.status_code == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def _token(invitation: dict[str, Any]) -> str:
    return str(invitation["url"]).partition("#")[2]


async def _verify(world: World, account: Account) -> None:
    async with unit_of_work(world.platform.database) as uow:
        await uow.db.execute(
            update(User).where(User.id == account.id).values(email_verified_at=now())
        )


async def _age(world: World, invitation: dict[str, Any]) -> None:
    async with unit_of_work(world.platform.database) as uow:
        await uow.db.execute(
            update(Invitation)
            .where(Invitation.id == invitation["id"])
            .values(expires_at=now() - timedelta(seconds=1))
        )


async def _names(api: Api, project: Project, owner: Account) -> set[str]:
    items = (await api(as_=owner).get(f"{HERE}/{project.id}/team")).json()["items"]
    return {item["username"] for item in items}


async def _told(world: World, subject_id: object) -> list[str]:
    async with world.platform.database.session() as db:
        names = [event.name for event in await events_of(db, subject_id)]  # type: ignore[arg-type]
    # Listeners tell more of an account, in their own time.
    return [name for name in names if not name.startswith("notification.")]


def _someone() -> str:
    return f"new-{uuid7().hex[-12:]}@example.com"


async def test_who_is_invited_by_name_sees_it_and_joins(api: Api, world: World) -> None:
    owner, guest = await world.account(), await world.account()
    project = await world.project(owner=owner)
    made = await _invite(api, project, owner, username=guest.username.upper(), role="viewer")
    assert (made["username"], made["email"], made["url"]) == (guest.username, None, None)
    client = api(as_=guest)
    [item] = (await client.get(MINE)).json()["items"]
    assert item["project_name"] == project.name
    assert (item["id"], item["role"]) == (made["id"], "viewer")
    joined = await client.post(f"{MINE}/{made['id']}/accept")
    assert joined.json()["data"] == {"project_id": str(project.id), "role": "viewer"}
    assert (await client.get(f"{HERE}/{project.id}")).json()["data"]["role"] == "viewer"
    assert (await client.get(MINE)).json()["total"] == 0
    assert _code(await client.post(f"{MINE}/{made['id']}/accept")) == (404, "INVITATION_NOT_FOUND")
    assert await _told(world, made["id"]) == ["member.invited.v1"]
    assert await _told(world, guest.id) == ["invitation.received.v1", "member.joined.v1"]


async def test_an_address_joins_by_the_link_whoever_holds_it(api: Api, world: World) -> None:
    owner, guest = await world.account(), await world.account()
    project = await world.project(owner=owner)
    address = _someone()
    made = await _invite(api, project, owner, email=address)
    assert (made["email"], made["username"], made["role"]) == (address, None, "member")
    seen = (await api().post(f"{MINE}/look", json={"token": _token(made)})).json()["data"]
    assert (seen["project_name"], seen["email"]) == (project.name, address)
    assert seen["may_register"] is True
    answer = await api(as_=guest).post(f"{MINE}/accept", json={"token": _token(made)})
    assert answer.json()["data"]["role"] == "member"
    assert guest.username in await _names(api, project, owner)
    again = await api(as_=guest).post(f"{MINE}/accept", json={"token": _token(made)})
    assert _code(again) == (410, "INVITATION_GONE")


async def test_a_newcomer_makes_an_account_and_is_in_at_once(api: Api, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    address = _someone()
    made = await _invite(api, project, owner, email=address)
    body = {"token": _token(made), "password": PASSWORD, "display_name": "New Comer"}
    answer = await api().post(f"{MINE}/register", json=body)
    assert answer.status_code == 201, answer.text
    data = answer.json()["data"]
    assert (data["user"]["email"], data["user"]["email_verified"]) == (address, False)
    assert data["project_id"] == str(project.id)
    assert data["user"]["username"] in await _names(api, project, owner)
    again = await api().post(f"{MINE}/register", json=body)
    assert _code(again) == (410, "INVITATION_GONE")


async def test_a_weak_password_makes_nothing_and_uses_nothing_up(api: Api, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    made = await _invite(api, project, owner, email=_someone())
    body = {"token": _token(made), "password": "12345678"}
    assert _code(await api().post(f"{MINE}/register", json=body)) == (422, "PASSWORD_TOO_WEAK")
    seen = await api().post(f"{MINE}/look", json={"token": _token(made)})
    assert seen.status_code == 200


async def test_who_has_an_account_signs_in_instead(api: Api, world: World) -> None:
    owner, guest = await world.account(), await world.account()
    project = await world.project(owner=owner)
    made = await _invite(api, project, owner, email=guest.email)
    body = {"token": _token(made), "password": PASSWORD}
    answer = await api().post(f"{MINE}/register", json=body)
    assert _code(answer) == (409, "EMAIL_ALREADY_REGISTERED")
    assert (await api().post(f"{MINE}/look", json={"token": _token(made)})).status_code == 200


@pytest.mark.parametrize(
    ("registration", "status", "may"), [("invite", 201, True), ("closed", 403, False)]
)
async def test_an_invitation_opens_an_instance_that_asks_for_one(
    open_other: OpenInstance, registration: str, status: int, may: bool
) -> None:
    other = await open_other(registration=registration)
    owner = await other.world.account()
    project = await other.world.project(owner=owner)
    client = other.client()
    headers = {"Authorization": f"Bearer {owner.token}"}
    made = await client.post(
        f"{HERE}/{project.id}/team/invite", json={"email": _someone()}, headers=headers
    )
    token = _token(made.json()["data"])
    seen = (await client.post(f"{MINE}/look", json={"token": token})).json()["data"]
    assert seen["may_register"] is may
    answer = await client.post(f"{MINE}/register", json={"token": token, "password": PASSWORD})
    assert answer.status_code == status


async def test_a_confirmed_address_finds_its_invitations(api: Api, world: World) -> None:
    owner, guest = await world.account(), await world.account()
    project = await world.project(owner=owner)
    made = await _invite(api, project, owner, email=guest.email)
    client = api(as_=guest)
    assert (await client.get(MINE)).json()["total"] == 0, "anybody can claim an address"
    answer = await client.post(f"{MINE}/{made['id']}/accept")
    assert _code(answer) == (404, "INVITATION_NOT_FOUND")
    await _verify(world, guest)
    assert [item["id"] for item in (await client.get(MINE)).json()["items"]] == [made["id"]]
    assert (await client.post(f"{MINE}/{made['id']}/accept")).status_code == 200


async def test_an_invitation_by_name_is_that_accounts_alone(api: Api, world: World) -> None:
    owner, guest, other = [await world.account() for _ in range(3)]
    project = await world.project(owner=owner)
    made = await _invite(api, project, owner, username=guest.username)
    for verb in ("accept", "decline"):
        answer = await api(as_=other).post(f"{MINE}/{made['id']}/{verb}")
        assert _code(answer) == (404, "INVITATION_NOT_FOUND")
    assert (await api(as_=other).get(MINE)).json()["total"] == 0


async def test_no_is_an_answer_with_and_without_an_account(api: Api, world: World) -> None:
    owner, guest = await world.account(), await world.account()
    project = await world.project(owner=owner)
    named = await _invite(api, project, owner, username=guest.username)
    assert (await api(as_=guest).post(f"{MINE}/{named['id']}/decline")).status_code == 204
    sent = await _invite(api, project, owner, email=_someone())
    body = {"token": _token(sent)}
    assert (await api().post(f"{MINE}/decline", json=body)).status_code == 204
    assert _code(await api().post(f"{MINE}/decline", json=body)) == (410, "INVITATION_GONE")
    for made in (named, sent):
        assert await _told(world, made["id"]) == ["member.invited.v1", "invitation.declined.v1"]
    assert await _names(api, project, owner) == {owner.username}


async def test_a_link_ends_when_its_invitation_does(api: Api, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    made = await _invite(api, project, owner, email=_someone())
    path = f"{HERE}/{project.id}/team/invitations"
    again = (await api(as_=owner).post(f"{path}/{made['id']}/resend")).json()["data"]
    look = api()
    first = await look.post(f"{MINE}/look", json={"token": _token(made)})
    assert _code(first) == (410, "INVITATION_GONE"), "the newer link took its place"
    assert (await look.post(f"{MINE}/look", json={"token": _token(again)})).status_code == 200
    assert (await api(as_=owner).delete(f"{path}/{made['id']}")).status_code == 204
    gone = await look.post(f"{MINE}/look", json={"token": _token(again)})
    assert _code(gone) == (410, "INVITATION_GONE")
    assert _code(await api(as_=owner).delete(f"{path}/{made['id']}")) == (
        404,
        "INVITATION_NOT_FOUND",
    )
    assert (await api(as_=owner).get(path)).json()["total"] == 0


async def test_what_nobody_answers_expires_and_can_be_sent_again(api: Api, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    made = await _invite(api, project, owner, email=_someone())
    await _age(world, made)
    gone = await api().post(f"{MINE}/look", json={"token": _token(made)})
    assert _code(gone) == (410, "INVITATION_GONE")
    async with unit_of_work(world.platform.database) as uow:
        assert await inviting.expire(uow) >= 1
    assert (await _told(world, made["id"]))[-1] == "invitation.expired.v1"
    path = f"{HERE}/{project.id}/team/invitations"
    [item] = (await api(as_=owner).get(path)).json()["items"]
    assert item["expired"] is True
    again = (await api(as_=owner).post(f"{path}/{made['id']}/resend")).json()["data"]
    assert (again["id"], again["expired"]) == (made["id"], False)
    assert (await api().post(f"{MINE}/look", json={"token": _token(again)})).status_code == 200


async def test_a_new_invitation_takes_the_place_of_one_that_is_over(api: Api, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    address = _someone()
    old = await _invite(api, project, owner, email=address)
    await _age(world, old)
    new = await _invite(api, project, owner, email=address, role="viewer")
    path = f"{HERE}/{project.id}/team/invitations"
    [item] = (await api(as_=owner).get(path)).json()["items"]
    assert (item["id"], item["role"]) == (new["id"], "viewer")


async def test_nobody_is_invited_twice_or_who_is_in(api: Api, world: World) -> None:
    owner, guest = await world.account(), await world.account()
    project = await world.project(owner=owner)
    member = await world.member(project)
    await _verify(world, member)
    await _invite(api, project, owner, username=guest.username)
    invite = f"{HERE}/{project.id}/team/invite"
    for body, code in (
        ({"username": guest.username}, (409, "ALREADY_INVITED")),
        ({"username": member.username}, (409, "ALREADY_MEMBER")),
        ({"email": member.email}, (409, "ALREADY_MEMBER")),
        ({"username": owner.username}, (409, "ALREADY_MEMBER")),
        ({"username": "nobody-of-that-name"}, (404, "INVITEE_NOT_FOUND")),
    ):
        assert _code(await api(as_=owner).post(invite, json=body)) == code, body


async def test_an_invitation_does_not_tell_whether_an_address_has_an_account(
    api: Api, world: World
) -> None:
    owner, guest = await world.account(), await world.account()
    project = await world.project(owner=owner)
    await _verify(world, guest)
    known = await _invite(api, project, owner, email=guest.email)
    unknown = await _invite(api, project, owner, email=_someone())
    differing = {"id", "email", "created_at", "sent_at", "expires_at", "url"}
    assert {k: v for k, v in known.items() if k not in differing} == {
        k: v for k, v in unknown.items() if k not in differing
    }


async def test_a_personal_project_is_for_one(api: Api, world: World) -> None:
    owner, guest = await world.account(), await world.account()
    items = (await api(as_=owner).get(HERE)).json()["items"]
    personal = next(item["id"] for item in items if item["is_personal"])
    body = {"username": guest.username}
    answer = await api(as_=owner).post(f"{HERE}/{personal}/team/invite", json=body)
    assert _code(answer) == (409, "PERSONAL_PROJECT")


BAD: list[dict[str, Any]] = [
    {},
    {"role": "member"},
    {"email": "a@example.com", "username": "b"},
    {"email": "no address"},
    {"email": "a@b@c"},
    {"email": "аnna@example.com"},
    {"username": ""},
    {"email": "a@example.com", "role": "admin"},
    {"email": "a@example.com", "project_id": "x"},
]


@pytest.mark.parametrize("body", BAD, ids=lambda body: str(body)[:40])
async def test_bad_input_invites_nobody(api: Api, world: World, body: dict[str, Any]) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    path = f"{HERE}/{project.id}/team"
    assert (await api(as_=owner).post(f"{path}/invite", json=body)).status_code == 422
    assert (await api(as_=owner).get(f"{path}/invitations")).json()["total"] == 0


async def test_invitations_of_another_project_are_none_here(api: Api, world: World) -> None:
    owner, other = await world.account(), await world.account()
    mine, theirs = await world.project(owner=owner), await world.project(owner=other)
    made = await _invite(api, theirs, other, email=_someone())
    path = f"{HERE}/{mine.id}/team/invitations/{made['id']}"
    for answer in (await api(as_=owner).post(f"{path}/resend"), await api(as_=owner).delete(path)):
        assert _code(answer) == (404, "INVITATION_NOT_FOUND")


async def test_a_deleted_project_invites_nobody(api: Api, world: World) -> None:
    owner, guest = await world.account(), await world.account()
    project = await world.project(owner=owner)
    made = await _invite(api, project, owner, username=guest.username)
    sent = await _invite(api, project, owner, email=_someone())
    await api(as_=owner).delete(f"{HERE}/{project.id}")
    assert (await api(as_=guest).get(MINE)).json()["total"] == 0
    answer = await api(as_=guest).post(f"{MINE}/{made['id']}/accept")
    assert _code(answer) == (404, "INVITATION_NOT_FOUND")
    answer = await api(as_=guest).post(f"{MINE}/accept", json={"token": _token(sent)})
    assert _code(answer) == (410, "INVITATION_GONE")


async def test_a_link_is_told_once(api: Api, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    client, path = api(as_=owner, **{"Idempotency-Key": "one"}), f"{HERE}/{project.id}/team/invite"
    first = await client.post(path, json={"email": _someone()})
    second = await client.post(
        path, content=first.request.content, headers={"Content-Type": "application/json"}
    )
    assert second.headers["idempotency-replayed"] == "true"
    assert first.json()["data"]["url"].startswith("http")
    assert second.json()["data"] == first.json()["data"] | {"url": None}


async def test_an_invitation_takes_a_seat_of_the_tier(api: Api, world: World) -> None:
    owner = await world.account(tier="free")
    project = await world.project(owner=owner)
    first = await _invite(api, project, owner, email=_someone())
    await _invite(api, project, owner, email=_someone())
    invite = f"{HERE}/{project.id}/team/invite"
    answer = await api(as_=owner).post(invite, json={"email": _someone()})
    assert _code(answer) == (403, "TIER_LIMIT_EXCEEDED")
    details = answer.json()["error"]["details"]
    assert (details["limit_type"], details["limit"], details["used"]) == ("members", 3, 3)
    await api(as_=owner).delete(f"{HERE}/{project.id}/team/invitations/{first['id']}")
    await _invite(api, project, owner, email=_someone())


async def test_of_ten_invitations_at_once_the_free_seats_are_filled(api: Api, world: World) -> None:
    owner = await world.account(tier="free")
    project = await world.project(owner=owner)
    invite = f"{HERE}/{project.id}/team/invite"
    answers = await asyncio.gather(
        *(api(as_=owner).post(invite, json={"email": _someone()}) for _ in range(10))
    )
    assert Counter(answer.status_code for answer in answers) == {201: 2, 403: 8}


async def test_of_eight_same_invitations_at_once_one_is_made(api: Api, world: World) -> None:
    owner, guest = await world.account(), await world.account()
    project = await world.project(owner=owner)
    invite = f"{HERE}/{project.id}/team/invite"
    for body in ({"username": guest.username}, {"email": _someone()}):
        answers = await asyncio.gather(*(api(as_=owner).post(invite, json=body) for _ in range(8)))
        assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 7}


async def test_accepted_twice_at_once_one_joins_once(api: Api, world: World) -> None:
    owner, guest = await world.account(), await world.account()
    project = await world.project(owner=owner)
    made = await _invite(api, project, owner, username=guest.username)
    answers = await asyncio.gather(
        *(api(as_=guest).post(f"{MINE}/{made['id']}/accept") for _ in range(8))
    )
    statuses = Counter(answer.status_code for answer in answers)
    assert statuses[200] == 1
    assert statuses[200] + statuses[404] + statuses[410] == 8
    assert await _told(world, guest.id) == ["invitation.received.v1", "member.joined.v1"]


async def test_a_link_lets_one_of_many_in(api: Api, world: World) -> None:
    owner = await world.account()
    project = await world.project(owner=owner)
    guests = [await world.account() for _ in range(6)]
    made = await _invite(api, project, owner, email=_someone())
    answers = await asyncio.gather(
        *(api(as_=one).post(f"{MINE}/accept", json={"token": _token(made)}) for one in guests)
    )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 410: 5}
    assert len(await _names(api, project, owner)) == 2


async def test_accepted_and_taken_back_at_once_is_one_of_both(api: Api, world: World) -> None:
    owner, guest = await world.account(), await world.account()
    project = await world.project(owner=owner)
    path = f"{HERE}/{project.id}/team/invitations"
    for _ in range(4):
        made = await _invite(api, project, owner, username=guest.username)
        joined, taken_back = await asyncio.gather(
            api(as_=guest).post(f"{MINE}/{made['id']}/accept"),
            api(as_=owner).delete(f"{path}/{made['id']}"),
        )
        is_in = guest.username in await _names(api, project, owner)
        assert (joined.status_code == 200) is is_in
        assert (taken_back.status_code == 204) is not is_in
        if is_in:
            await api(as_=owner).delete(f"{HERE}/{project.id}/team/{guest.id}")


async def test_who_joins_needs_no_second_invitation(api: Api, world: World) -> None:
    owner, guest = await world.account(), await world.account()
    await _verify(world, guest)
    project = await world.project(owner=owner)
    sent = await _invite(api, project, owner, email=guest.email)
    answer = await api(as_=owner).post(
        f"{HERE}/{project.id}/team/invite", json={"username": guest.username}
    )
    assert _code(answer) == (409, "ALREADY_INVITED") or answer.status_code == 201
    await api(as_=guest).post(f"{MINE}/accept", json={"token": _token(sent)})
    assert (await api(as_=guest).get(MINE)).json()["total"] == 0
    path = f"{HERE}/{project.id}/team/invitations"
    assert (await api(as_=owner).get(path)).json()["total"] == 0


async def test_an_open_page_of_who_is_invited_is_told(api: Api, world: World) -> None:
    owner, by_name, known, unknown = [await world.account() for _ in range(4)]
    project = await world.project(owner=owner)
    await _verify(world, known)
    made = await _invite(api, project, owner, username=by_name.username)
    for somebody in (known, unknown):
        await _invite(api, project, owner, email=somebody.email)
    told = [await _told(world, one.id) for one in (by_name, known, unknown)]
    heard = ["invitation.received.v1"]
    assert told == [heard, heard, []], "an address that was not confirmed is nobody's"
    path = f"{HERE}/{project.id}/team/invitations/{made['id']}/resend"
    assert (await api(as_=owner).post(path)).status_code == 200
    assert await _told(world, by_name.id) == [*heard, *heard]


async def test_whoever_is_invited_by_name_and_by_address_takes_one_seat(
    api: Api, world: World
) -> None:
    owner, guest = await world.account(tier="free"), await world.account()
    await _verify(world, guest)
    project = await world.project(owner=owner)
    await _invite(api, project, owner, username=guest.username)
    await _invite(api, project, owner, email=guest.email.upper())
    await _invite(api, project, owner, email=_someone())
    invite = f"{HERE}/{project.id}/team/invite"
    answer = await api(as_=owner).post(invite, json={"email": _someone()})
    assert _code(answer) == (403, "TIER_LIMIT_EXCEEDED")
    assert answer.json()["error"]["details"]["used"] == 3
