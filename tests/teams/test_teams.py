"""Named teams: made, changed, deleted; who is in them; invitations."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from taskyard.accounts.models import User
from taskyard.core.spine import events_of
from taskyard.core.uow import unit_of_work
from taskyard.kit.clock import now
from taskyard.kit.ids import uuid7
from taskyard.teams.models import Team, TeamInvitation, TeamMember
from taskyard.teams.types import MOST_TEAMS
from tests.conftest import Api, CountStatements
from tests.world import Account, World
from tests.world.instances import until_blocking

HERE = "/api/v1/teams"


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def _made(client: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    answer = await client.post(HERE, json={"name": "Platform"} | body)
    assert answer.status_code == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]
    assert answer.headers["location"] == f"{HERE}/{data['id']}"
    return data


async def _invite(client: httpx.AsyncClient, team_id: Any, **whom: str) -> dict[str, Any]:
    answer = await client.post(f"{HERE}/{team_id}/invitations", json=whom)
    assert answer.status_code == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


async def _roles(client: httpx.AsyncClient, team_id: Any) -> dict[str, str]:
    items = (await client.get(f"{HERE}/{team_id}/members")).json()["items"]
    return {item["user_id"]: item["role"] for item in items}


async def test_a_team_is_made_read_changed_and_deleted(api: Api, world: World) -> None:
    owner = await world.account()
    client = api(as_=owner)
    team = await _made(client, description="Keeps the lights on")
    assert (team["role"], team["members"], team["projects"], team["version"]) == ("owner", 1, 0, 1)
    assert team["permissions"] == ["team:delete", "team:manage", "team:read", "team:update"]
    path = f"{HERE}/{team['id']}"
    read = await client.get(path)
    assert (read.json()["data"], read.headers["etag"]) == (team, '"1"')
    changed = await client.patch(path, json={"name": "Base"}, headers={"If-Match": '"1"'})
    assert (changed.json()["data"]["name"], changed.headers["etag"]) == ("Base", '"2"')
    stale = await client.patch(path, json={"name": "X"}, headers={"If-Match": '"1"'})
    assert _code(stale) == (412, "PRECONDITION_FAILED")
    same = await client.patch(path, json={"name": "Base"})
    assert same.json()["data"]["version"] == 2
    assert (await client.delete(path)).status_code == 204
    assert _code(await client.get(path)) == (404, "TEAM_NOT_FOUND")
    async with world.platform.database.session() as db:
        told = [event.name for event in await events_of(db, team["id"])]
    assert told == ["team.created.v1", "team.changed.v1", "team.deleted.v1"]


async def test_ones_teams_are_listed_by_name_in_few_statements(
    api: Api, world: World, statements: CountStatements
) -> None:
    owner = await world.account()
    client = api(as_=owner)
    for name in ("beta", "Alpha", "100% gamma"):
        await _made(client, name=name)
    await _made(api(as_=await world.account()), name="Theirs")
    with statements() as sent:
        page = (await client.get(HERE)).json()
    assert len(sent) <= 4
    assert [team["name"] for team in page["items"]] == ["100% gamma", "Alpha", "beta"]
    found = (await client.get(HERE, params={"q": "0% G"})).json()
    assert ([team["name"] for team in found["items"]], found["total"]) == (["100% gamma"], 1)
    second = (await client.get(HERE, params={"page_size": 2, "page": 2})).json()
    assert ([team["name"] for team in second["items"]], second["total"]) == (["beta"], 3)


async def test_roles_are_lists_of_what_they_allow(api: Api, world: World) -> None:
    roles = (await api(as_=await world.account()).get(f"{HERE}/roles")).json()["items"]
    assert [role["role"] for role in roles] == ["owner", "admin", "member", "viewer"]
    allowed = {role["role"]: set(role["permissions"]) for role in roles}
    assert allowed["owner"] > allowed["admin"] > allowed["member"] == allowed["viewer"]
    within = {role["role"]: set(role["in_projects"]) for role in roles}
    assert within["owner"] == within["member"] > within["viewer"]
    assert "task:create" in within["member"] - within["viewer"]


@pytest.mark.parametrize(
    "body",
    [{}, {"name": ""}, {"name": "\u200b"}, {"name": "x" * 121}, {"name": "a", "id": "b"}],
    ids=ascii,
)
async def test_bad_teams_are_refused(api: Api, world: World, body: dict[str, Any]) -> None:
    client = api(as_=await world.account())
    assert _code(await client.post(HERE, json=body)) == (422, "VALIDATION_ERROR")
    assert (await client.get(HERE)).json()["total"] == 0


async def test_nobody_owns_more_than_fifty_teams_however_fast(api: Api, world: World) -> None:
    owner = await world.account()
    async with unit_of_work(world.platform.database) as uow:
        teams = [Team(id=uuid7(), name=f"T{n}") for n in range(MOST_TEAMS - 2)]
        uow.db.add_all(teams)
        await uow.db.flush()
        uow.db.add_all(
            TeamMember(team_id=team.id, user_id=owner.id, role="owner") for team in teams
        )
    client = api(as_=owner)
    answers = await asyncio.gather(*(client.post(HERE, json={"name": "One"}) for _ in range(5)))
    assert Counter(answer.status_code for answer in answers) == {201: 2, 409: 3}


async def test_who_is_invited_sees_it_and_joins(api: Api, world: World) -> None:
    owner, guest = await world.account(), await world.account()
    client, theirs = api(as_=owner), api(as_=guest)
    team = await _made(client)
    sent = await _invite(client, team["id"], username=guest.username.upper(), role="admin")
    assert (sent["username"], sent["email"], sent["role"]) == (guest.username, None, "admin")
    open_ones = (await client.get(f"{HERE}/{team['id']}/invitations")).json()
    now_alone = {"mailed": False, "url": None}
    assert [item | now_alone for item in open_ones["items"]] == [sent]
    [mine] = (await theirs.get(f"{HERE}/invitations")).json()["items"]
    assert (mine["team_name"], mine["role"], mine["id"]) == ("Platform", "admin", sent["id"])
    joined = await theirs.post(f"{HERE}/invitations/{sent['id']}/accept")
    assert (joined.json()["data"]["role"], joined.json()["data"]["members"]) == ("admin", 2)
    assert _code(await theirs.post(f"{HERE}/invitations/{sent['id']}/accept")) == (
        404,
        "TEAM_INVITATION_NOT_FOUND",
    )
    assert await _roles(client, team["id"]) == {str(owner.id): "owner", str(guest.id): "admin"}
    async with world.platform.database.session() as db:
        told = [event.name for event in await events_of(db, guest.id)]
    assert [name for name in told if name.startswith("team")] == [
        "team.invited.v1",
        "team.joined.v1",
    ]


async def test_an_address_is_whose_it_is_known_to_be(api: Api, world: World) -> None:
    owner, guest = await world.account(), await world.account()
    client, theirs = api(as_=owner), api(as_=guest)
    team = await _made(client)
    sent = await _invite(client, team["id"], email=guest.email.upper())
    assert (sent["username"], sent["display_name"]) == (None, None), "who it is, is not told"
    assert (await theirs.get(f"{HERE}/invitations")).json()["total"] == 0
    async with unit_of_work(world.platform.database) as uow:
        confirmed = update(User).where(User.id == guest.id)
        await uow.db.execute(confirmed.values(email_verified_at=now()))
    assert (await theirs.get(f"{HERE}/invitations")).json()["total"] == 1
    assert (await theirs.post(f"{HERE}/invitations/{sent['id']}/accept")).status_code == 200
    assert (await client.get(f"{HERE}/{team['id']}/invitations")).json()["total"] == 0


async def test_what_was_said_no_to_taken_back_or_is_over_is_gone(api: Api, world: World) -> None:
    owner, guest = await world.account(), await world.account()
    client, theirs = api(as_=owner), api(as_=guest)
    team = await _made(client)
    gone = (404, "TEAM_INVITATION_NOT_FOUND")
    for ending in ("declined", "revoked", "expired"):
        sent = await _invite(client, team["id"], username=guest.username)
        if ending == "declined":
            answer = await theirs.post(f"{HERE}/invitations/{sent['id']}/decline")
            assert answer.status_code == 204
        elif ending == "revoked":
            path = f"{HERE}/{team['id']}/invitations/{sent['id']}"
            assert (await client.delete(path)).status_code == 204
            assert _code(await client.delete(path)) == gone
        else:
            async with unit_of_work(world.platform.database) as uow:
                over = update(TeamInvitation).where(TeamInvitation.id == sent["id"])
                await uow.db.execute(over.values(expires_at=now()))
        assert _code(await theirs.post(f"{HERE}/invitations/{sent['id']}/accept")) == gone
        assert (await theirs.get(f"{HERE}/invitations")).json()["total"] == 0
    assert await _roles(client, team["id"]) == {str(owner.id): "owner"}
    await _invite(client, team["id"], username=guest.username)


async def test_nobody_is_invited_twice_or_unknown(api: Api, world: World) -> None:
    owner, guest = await world.account(), await world.account()
    client = api(as_=owner)
    team = await _made(client)
    path = f"{HERE}/{team['id']}/invitations"
    await _invite(client, team["id"], username=guest.username)
    again = await client.post(path, json={"username": guest.username})
    assert _code(again) == (409, "ALREADY_INVITED_TO_TEAM")
    assert _code(await client.post(path, json={"username": owner.username})) == (
        409,
        "ALREADY_IN_TEAM",
    )
    assert _code(await client.post(path, json={"username": "nobody.at.all"})) == (
        404,
        "INVITEE_NOT_FOUND",
    )
    for body in (
        {},
        {"username": "a", "email": "a@b"},
        {"email": "x"},
        {"username": "a", "role": "king"},
    ):
        assert _code(await client.post(path, json=body)) == (422, "VALIDATION_ERROR"), body
    answers = await asyncio.gather(
        *(client.post(path, json={"email": "one@example.org"}) for _ in range(6))
    )
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 5}


async def test_an_invitation_accepted_twice_at_once_makes_one_member(
    api: Api, world: World
) -> None:
    owner, guest = await world.account(), await world.account()
    client, theirs = api(as_=owner), api(as_=guest)
    team = await _made(client)
    sent = await _invite(client, team["id"], username=guest.username)
    path = f"{HERE}/invitations/{sent['id']}/accept"
    answers = await asyncio.gather(*(theirs.post(path) for _ in range(6)))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 404: 5}
    assert len(await _roles(client, team["id"])) == 2


async def test_a_tier_says_how_many_a_team_has(api: Api, world: World) -> None:
    client = api(as_=await world.account(tier="free"))
    team = await _made(client)
    path = f"{HERE}/{team['id']}/invitations"
    answers = await asyncio.gather(
        *(client.post(path, json={"email": f"n{n}@example.org"}) for n in range(5))
    )
    assert Counter(answer.status_code for answer in answers) == {201: 2, 403: 3}
    refused = next(answer for answer in answers if answer.status_code == 403)
    assert _code(refused) == (403, "TIER_LIMIT_EXCEEDED")


async def test_only_owners_decide_about_owners(api: Api, world: World) -> None:
    owner, lead, member, viewer = [await world.account() for _ in range(4)]
    team_id = await world.team(owner=owner, admin=lead, member=member, viewer=viewer)
    theirs = api(as_=lead)
    path = f"{HERE}/{team_id}/members"
    forbidden = (403, "AUTH_FORBIDDEN")
    for who, role in ((member, "owner"), (owner, "member")):
        assert _code(await theirs.patch(f"{path}/{who.id}", json={"role": role})) == forbidden
    assert _code(await theirs.delete(f"{path}/{owner.id}")) == forbidden
    invite = await theirs.post(
        f"{HERE}/{team_id}/invitations", json={"email": "x@example.org", "role": "owner"}
    )
    assert _code(invite) == forbidden
    assert (await theirs.patch(f"{path}/{member.id}", json={"role": "admin"})).status_code == 200
    assert _code(await api(as_=viewer).delete(f"{path}/{member.id}")) == forbidden
    assert (await api(as_=viewer).delete(f"{path}/{viewer.id}")).status_code == 204
    assert _code(await theirs.delete(f"{path}/{uuid7()}")) == (404, "TEAM_MEMBER_NOT_FOUND")
    assert (await api(as_=owner).patch(f"{path}/{lead.id}", json={"role": "owner"})).is_success
    assert (await theirs.delete(f"{path}/{owner.id}")).status_code == 204
    assert _code(await api(as_=owner).get(f"{HERE}/{team_id}")) == (404, "TEAM_NOT_FOUND")


@pytest.mark.parametrize("way", ["leave", "step down", "push"])
async def test_of_two_owners_who_go_at_once_one_stays(api: Api, world: World, way: str) -> None:
    looker = await world.account(role="admin")
    for _ in range(6):
        pair = [await world.account(), await world.account()]
        team_id = await world.team(owner=pair[0], second_owner=pair[1])

        async def go(me: Account, other: Account, team_id: Any = team_id) -> httpx.Response:
            path = f"{HERE}/{team_id}/members"
            if way == "leave":
                return await api(as_=me).delete(f"{path}/{me.id}")
            if way == "step down":
                return await api(as_=me).patch(f"{path}/{me.id}", json={"role": "viewer"})
            return await api(as_=me).delete(f"{path}/{other.id}")

        answers = await asyncio.gather(go(*pair), go(*reversed(pair)))
        assert sum(answer.is_success for answer in answers) == 1, way
        left = await _roles(api(as_=looker), team_id)
        assert "owner" in left.values(), left


async def test_the_last_owner_is_told_why_they_stay(api: Api, world: World) -> None:
    owner = await world.account()
    team_id = await world.team(owner=owner, member=await world.account())
    client, path = api(as_=owner), f"{HERE}/{team_id}/members/{owner.id}"
    last = (409, "LAST_TEAM_OWNER")
    assert _code(await client.delete(path)) == last
    assert _code(await client.patch(path, json={"role": "member"})) == last


@pytest.mark.parametrize("deed", ["role", "remove", "invite", "rename", "delete"])
async def test_who_loses_the_role_while_they_wait_does_nothing_with_it(
    api: Api, world: World, deed: str
) -> None:
    owner, caller, other = [await world.account() for _ in range(3)]
    team_id = await world.team(owner=owner, second_owner=caller, member=other)
    client, path = api(as_=caller), f"{HERE}/{team_id}"
    place = f"{path}/members/{other.id}"
    deeds = {
        "role": lambda: client.patch(place, json={"role": "owner"}),
        "remove": lambda: client.delete(place),
        "invite": lambda: client.post(f"{path}/invitations", json={"username": owner.username}),
        "rename": lambda: client.patch(path, json={"name": "Mine"}),
        "delete": lambda: client.delete(path),
    }
    async with unit_of_work(world.platform.database) as uow:
        await uow.db.get_one(Team, team_id, with_for_update=True)
        asking = asyncio.ensure_future(deeds[deed]())
        await asyncio.wait_for(until_blocking(uow.db), 60)
        mine = TeamMember.team_id == team_id, TeamMember.user_id == caller.id
        await uow.db.execute(update(TeamMember).where(*mine).values(role="member"))
    assert _code(await asking) == (403, "AUTH_FORBIDDEN")
    assert (await _roles(api(as_=owner), team_id))[str(other.id)] == "member"


async def test_an_invitation_is_sent_again_with_its_whole_time(api: Api, world: World) -> None:
    owner, lead = await world.account(), await world.account()
    team_id = await world.team(owner=owner, admin=lead)
    client, path = api(as_=owner), f"{HERE}/{team_id}/invitations"
    plain = await _invite(client, team_id, email=f"{uuid7().hex}@example.org")
    grave = await _invite(client, team_id, email=f"{uuid7().hex}@example.org", role="owner")
    assert plain["mailed"] is False, "this instance sends no e-mail"
    async with unit_of_work(world.platform.database) as uow:
        soon = update(TeamInvitation).where(TeamInvitation.team_id == team_id)
        await uow.db.execute(soon.values(expires_at=now() + timedelta(hours=1)))
    answer = await api(as_=lead).post(f"{path}/{plain['id']}/resend")
    assert answer.status_code == 200, answer.text
    again = answer.json()["data"]
    assert datetime.fromisoformat(again["expires_at"]) > now() + timedelta(days=13)
    assert again["sent_at"] > plain["sent_at"]
    other_now = {"sent_at": 0, "expires_at": 0, "url": ""}
    assert again["url"] != plain["url"]
    assert again | other_now == plain | other_now
    refused = await api(as_=lead).post(f"{path}/{grave['id']}/resend")
    assert _code(refused) == (403, "AUTH_FORBIDDEN")
    refused = await api(as_=lead).delete(f"{path}/{grave['id']}")
    assert _code(refused) == (403, "AUTH_FORBIDDEN"), "nor is an owner's taken back by others"
    other = await world.team(owner=owner)
    elsewhere = await client.post(f"{HERE}/{other}/invitations/{plain['id']}/resend")
    assert _code(elsewhere) == (404, "TEAM_INVITATION_NOT_FOUND")
    async with world.platform.database.session() as db:
        told = [(one.name, one.payload["again"]) for one in await events_of(db, plain["id"])]
    assert told == [("team.invitation_sent.v1", False), ("team.invitation_sent.v1", True)]


async def test_an_owner_who_may_change_nothing_is_no_owner_to_leave_it_to(
    api: Api, world: World
) -> None:
    owner, reader = await world.account(), await world.account(role="viewer")
    team_id = await world.team(owner=owner, second_owner=reader)
    path = f"{HERE}/{team_id}/members/{owner.id}"
    assert _code(await api(as_=owner).delete(path)) == (409, "LAST_TEAM_OWNER")


async def test_one_person_takes_one_seat_however_often_they_are_invited(
    api: Api, world: World
) -> None:
    owner, guest = await world.account(tier="free"), await world.account()
    async with unit_of_work(world.platform.database) as uow:
        await uow.db.execute(
            update(User).where(User.id == guest.id).values(email_verified_at=now())
        )
    client, project = api(as_=owner), await world.project(owner=owner)
    team = await _made(client)
    invite, into_project = f"{HERE}/{team['id']}/invitations", f"/api/v1/projects/{project.id}"
    for whom in ({"username": guest.username}, {"email": guest.email}):
        assert (await client.post(f"{into_project}/team/invite", json=whom)).status_code == 201
        await _invite(client, team["id"], **whom)
    granted = await client.put(f"{into_project}/teams/{team['id']}", json={})
    assert granted.status_code == 200, granted.text
    assert (await client.post(invite, json={"email": "one@example.org"})).status_code == 201
    full = await client.post(invite, json={"email": "two@example.org"})
    assert _code(full) == (403, "TIER_LIMIT_EXCEEDED")
    assert full.json()["error"]["details"]["used"] == 3
    # The project has as many: its own invitations and the team's.
    other = await client.post(f"{into_project}/team/invite", json={"email": "two@example.org"})
    assert other.status_code == 201, "an invitation into a project asks the project alone"
    full = await client.post(invite, json={"email": "three@example.org"})
    assert full.json()["error"]["details"]["used"] == 4
