"""Links of invitations into named teams: looked at, accepted, declined, and registered by."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import update

from taskyard.accounts.models import User
from taskyard.core.uow import unit_of_work
from taskyard.kit.clock import now
from taskyard.kit.ids import uuid7
from taskyard.teams.models import TeamInvitation
from tests.conftest import Api, OpenInstance
from tests.world import Account, World
from tests.world.accounts import PASSWORD

TEAMS = "/api/v1/teams"
LINKS = "/api/v1/invitations"
GONE = (410, "INVITATION_GONE")


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def _someone() -> str:
    return f"{uuid7().hex}@example.org"


async def _sent(client: httpx.AsyncClient, team_id: UUID, **whom: str) -> dict[str, Any]:
    answer = await client.post(f"{TEAMS}/{team_id}/invitations", json=whom)
    assert answer.status_code == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def _token(sent: dict[str, Any]) -> dict[str, str]:
    return {"token": str(sent["url"]).partition("#")[2]}


async def _roles(api: Api, team_id: UUID, owner: Account) -> dict[str, str]:
    items = (await api(as_=owner).get(f"{TEAMS}/{team_id}/members")).json()["items"]
    return {item["user_id"]: item["role"] for item in items}


async def test_whoever_holds_the_link_of_an_address_joins_once(api: Api, world: World) -> None:
    owner, guest = await world.account(), await world.account()
    team_id = await world.team(owner=owner)
    project = await world.project(owner=owner)
    grant = f"/api/v1/projects/{project.id}/teams/{team_id}"
    assert (await api(as_=owner).put(grant, json={})).status_code == 200
    address = _someone()
    sent = await _sent(api(as_=owner), team_id, email=address, role="admin")
    for _ in range(2):
        seen = await api().post(f"{LINKS}/look", json=_token(sent))
        assert seen.status_code == 200, "looking uses nothing up"
        assert seen.json()["data"] == {
            "project_name": None,
            "team_name": seen.json()["data"]["team_name"],
            "role": "admin",
            "invited_by": owner.username.capitalize(),
            "email": address,
            "may_register": True,
            "expires_at": sent["expires_at"],
        }
    joined = await api(as_=guest).post(f"{LINKS}/accept", json=_token(sent))
    assert joined.json()["data"] == {
        "project_id": None,
        "team_id": str(team_id),
        "role": "admin",
    }
    assert (await _roles(api, team_id, owner))[str(guest.id)] == "admin"
    there = await api(as_=guest).get(f"/api/v1/projects/{project.id}")
    assert there.status_code == 200, "and is in what the team is granted"
    for path in ("look", "accept", "decline"):
        assert _code(await api(as_=guest).post(f"{LINKS}/{path}", json=_token(sent))) == GONE


async def test_an_unknown_address_registers_by_the_link_where_that_is_the_only_way(
    open_other: OpenInstance,
) -> None:
    instance = await open_other(registration="invite")
    owner = await instance.world.account()
    team_id = await instance.world.team(owner=owner)
    client = instance.client(Authorization=f"Bearer {owner.token}")
    address = _someone()
    sent = await _sent(client, team_id, email=address, role="viewer")
    stranger = instance.client()
    plain = {"email": address, "password": PASSWORD}
    assert (await stranger.post("/api/v1/auth/register", json=plain)).status_code == 403
    made = await stranger.post(f"{LINKS}/register", json=_token(sent) | {"password": PASSWORD})
    assert made.status_code == 201, made.text
    data = made.json()["data"]
    assert (data["team_id"], data["project_id"], data["role"]) == (str(team_id), None, "viewer")
    assert data["user"]["email"] == address
    members = (await client.get(f"{TEAMS}/{team_id}/members")).json()["items"]
    assert {item["user_id"] for item in members} == {str(owner.id), data["user"]["id"]}
    again = await stranger.post(f"{LINKS}/register", json=_token(sent) | {"password": PASSWORD})
    assert _code(again) == GONE


async def test_nobody_registers_where_that_is_closed_or_an_account_was_meant(
    api: Api, world: World, open_other: OpenInstance
) -> None:
    owner, guest = await world.account(), await world.account()
    team_id = await world.team(owner=owner)
    named = await _sent(api(as_=owner), team_id, username=guest.username)
    assert named["url"] is None, "of no use to anybody else"
    instance = await open_other(registration="closed")
    theirs = await instance.world.account()
    other = await instance.world.team(owner=theirs)
    client = instance.client(Authorization=f"Bearer {theirs.token}")
    sent = await _sent(client, other, email=_someone())
    seen = await client.post(f"{LINKS}/look", json=_token(sent))
    assert seen.json()["data"]["may_register"] is False
    refused = await client.post(f"{LINKS}/register", json=_token(sent) | {"password": PASSWORD})
    assert _code(refused) == (403, "REGISTRATION_CLOSED")


async def test_a_link_ends_with_its_invitation_and_with_the_next_link(
    api: Api, world: World
) -> None:
    owner = await world.account()
    client, team_id = api(as_=owner), await world.team(owner=owner)
    declined, revoked, resent, late = [
        await _sent(client, team_id, email=_someone()) for _ in range(4)
    ]
    assert (await api().post(f"{LINKS}/decline", json=_token(declined))).status_code == 204
    await client.delete(f"{TEAMS}/{team_id}/invitations/{revoked['id']}")
    again = await client.post(f"{TEAMS}/{team_id}/invitations/{resent['id']}/resend")
    async with unit_of_work(world.platform.database) as uow:
        over = now() - timedelta(seconds=1)
        mine = TeamInvitation.id == late["id"]
        await uow.db.execute(update(TeamInvitation).where(mine).values(expires_at=over))
    for sent in (declined, revoked, resent, late):
        assert _code(await api().post(f"{LINKS}/look", json=_token(sent))) == GONE
    fresh = await api().post(f"{LINKS}/look", json=_token(again.json()["data"]))
    assert fresh.status_code == 200
    assert (await client.get(f"{TEAMS}/{team_id}/invitations")).json()["total"] == 1
    await client.delete(f"{TEAMS}/{team_id}")
    gone = await api().post(f"{LINKS}/look", json=_token(again.json()["data"]))
    assert _code(gone) == GONE


@pytest.mark.parametrize("how", ["accept", "register"])
async def test_a_link_used_by_many_at_once_lets_one_in(api: Api, world: World, how: str) -> None:
    owner = await world.account()
    team_id = await world.team(owner=owner)
    sent = await _sent(api(as_=owner), team_id, email=_someone())
    if how == "accept":
        people = [api(as_=await world.account()) for _ in range(5)]
        body = _token(sent)
    else:
        people, body = [api() for _ in range(3)], _token(sent) | {"password": PASSWORD}
    path = f"{LINKS}/{how}"
    answers = await asyncio.gather(*(one.post(path, json=body) for one in people))
    good = [answer for answer in answers if answer.is_success]
    assert len(good) == 1
    assert {answer.status_code for answer in answers if not answer.is_success} <= {409, 410}
    assert len(await _roles(api, team_id, owner)) == 2


async def test_an_invitation_does_not_tell_whether_an_address_has_an_account(
    open_other: OpenInstance,
) -> None:
    instance = await open_other(registration="closed")
    owner, guest = await instance.world.account(), await instance.world.account()
    async with unit_of_work(instance.platform.database) as uow:
        confirmed = update(User).where(User.id == guest.id).values(email_verified_at=now())
        await uow.db.execute(confirmed)
    team_id = await instance.world.team(owner=owner)
    client = instance.client(Authorization=f"Bearer {owner.token}")
    known = await _sent(client, team_id, email=guest.email)
    unknown = await _sent(client, team_id, email=_someone())
    own = {"id", "email", "created_at", "sent_at", "expires_at", "url"}
    assert {name: value for name, value in known.items() if name not in own} == {
        name: value for name, value in unknown.items() if name not in own
    }
    for sent in (known, unknown):
        seen = await instance.client().post(f"{LINKS}/look", json=_token(sent))
        assert seen.status_code == 200
