"""What a team is granted of projects: what its people may do there, and that it ends at once."""

import asyncio
from collections import Counter
from typing import Any
from uuid import UUID

import httpx
import pytest

from taskyard.core.spine import events_of
from tests.conftest import Api
from tests.world import Account, World

TEAMS = "/api/v1/teams"
PROJECTS = "/api/v1/projects"


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


class Group:
    """A project's owner with a team of theirs, one of each role in it."""

    def __init__(self, api: Api, world: World) -> None:
        self.api, self.world = api, world

    async def arrange(self) -> "Group":
        self.owner, self.lead, self.member, self.viewer = [
            await self.world.account() for _ in range(4)
        ]
        self.team_id = await self.world.team(
            owner=self.owner, admin=self.lead, member=self.member, viewer=self.viewer
        )
        self.project_id = (await self.world.project(owner=self.owner)).id
        return self

    @property
    def grants(self) -> str:
        return f"{PROJECTS}/{self.project_id}/teams/{self.team_id}"

    async def grant(self, role: str = "member") -> dict[str, Any]:
        answer = await self.api(as_=self.owner).put(self.grants, json={"role": role})
        assert answer.status_code == 200, answer.text
        data: dict[str, Any] = answer.json()["data"]
        return data

    async def roles(self) -> list[str | None]:
        """Return what lead, member and viewer are in the project, by every kind of read."""
        return [await self.role_of(one) for one in (self.lead, self.member, self.viewer)]

    async def role_of(self, who: Account) -> str | None:
        client = self.api(as_=who)
        read = await client.get(f"{PROJECTS}/{self.project_id}")
        tasks = await client.get(f"{PROJECTS}/{self.project_id}/tasks")
        team = await client.get(f"{PROJECTS}/{self.project_id}/team")
        listed = (await client.get(PROJECTS)).json()["items"]
        assert read.status_code == tasks.status_code == team.status_code
        assert (str(self.project_id) in {one["id"] for one in listed}) == read.is_success
        return read.json()["data"]["role"] if read.is_success else None

    async def may_write(self, who: Account) -> bool:
        body = {"title": "Theirs"}
        made = await self.api(as_=who).post(f"{PROJECTS}/{self.project_id}/tasks", json=body)
        assert made.status_code in {201, 403, 404}
        return made.status_code == 201


@pytest.fixture
async def group(api: Api, world: World) -> Group:
    return await Group(api, world).arrange()


async def test_a_grant_lets_a_teams_people_in_as_it_says(group: Group) -> None:
    assert await group.roles() == [None, None, None]
    granted = await group.grant("member")
    assert (granted["role"], granted["members"], granted["is_mine"]) == ("member", 4, True)
    assert await group.roles() == ["member", "member", "viewer"], "a viewer only reads, everywhere"
    assert [await group.may_write(one) for one in (group.member, group.viewer)] == [True, False]
    await group.grant("viewer")
    assert await group.roles() == ["viewer", "viewer", "viewer"]
    assert not await group.may_write(group.member)
    client = group.api(as_=group.owner)
    teams = (await client.get(f"{PROJECTS}/{group.project_id}/teams")).json()["items"]
    assert [team["team_id"] for team in teams] == [str(group.team_id)]
    projects = (await client.get(f"{TEAMS}/{group.team_id}/projects")).json()["items"]
    assert [(one["project_id"], one["role"]) for one in projects] == [
        (str(group.project_id), "viewer")
    ]
    assert (await client.delete(group.grants)).status_code == 204
    assert await group.roles() == [None, None, None]
    assert _code(await client.delete(group.grants)) == (404, "TEAM_NOT_GRANTED")
    assert await group.role_of(group.owner) == "owner"


async def test_who_comes_and_goes_does_so_in_its_projects(group: Group) -> None:
    await group.grant()
    guest = await group.world.account()
    client, theirs = group.api(as_=group.owner), group.api(as_=guest)
    sent = await client.post(
        f"{TEAMS}/{group.team_id}/invitations", json={"username": guest.username}
    )
    assert await group.role_of(guest) is None, "nobody is put in unasked"
    await theirs.post(f"{TEAMS}/invitations/{sent.json()['data']['id']}/accept")
    assert await group.role_of(guest) == "member"
    path = f"{TEAMS}/{group.team_id}/members/{guest.id}"
    await client.patch(path, json={"role": "viewer"})
    assert await group.role_of(guest) == "viewer"
    await client.patch(path, json={"role": "admin"})
    assert await group.role_of(guest) == "member"
    assert (await theirs.delete(path)).status_code == 204
    assert await group.role_of(guest) is None
    async with group.world.platform.database.session() as db:
        told = [
            (event.payload["old"], event.payload["new"])
            for event in await events_of(db, guest.id)
            if event.name == "member.granted.v1"
        ]
    assert told == [(None, "member"), ("member", "viewer"), ("viewer", "member"), ("member", None)]


async def test_a_team_that_is_deleted_takes_its_people_with_it(group: Group) -> None:
    await group.grant()
    assert (await group.api(as_=group.owner).delete(f"{TEAMS}/{group.team_id}")).status_code == 204
    assert await group.roles() == [None, None, None]
    assert await group.role_of(group.owner) == "owner"


async def test_ones_own_role_stays_whatever_a_team_gives(group: Group) -> None:
    client = group.api(as_=group.owner)
    await group.grant("viewer")
    team = f"{PROJECTS}/{group.project_id}/team"
    mine = f"{team}/{group.member.id}"
    listed = (await client.get(team)).json()["items"]
    through = {one["user_id"]: one["through_team"] for one in listed}
    assert through[str(group.member.id)] is True
    assert through[str(group.owner.id)] is False
    refused = await client.delete(mine)
    assert _code(refused) == (409, "MEMBER_THROUGH_TEAM")
    changed = await client.patch(mine, json={"role": "owner"})
    assert (changed.json()["data"]["role"], changed.json()["data"]["through_team"]) == (
        "owner",
        False,
    )
    await client.delete(group.grants)
    assert await group.role_of(group.member) == "owner"
    await group.grant("member")
    assert await group.role_of(group.member) == "owner", "the higher of the two"
    assert (await client.delete(mine)).status_code == 204
    assert await group.role_of(group.member) == "member", "the team still gives it"
    await client.delete(group.grants)
    assert await group.role_of(group.member) is None


async def test_of_two_teams_the_higher_counts(group: Group) -> None:
    await group.grant("viewer")
    second = await group.world.team(owner=group.owner, member=group.member)
    client = group.api(as_=group.owner)
    path = f"{PROJECTS}/{group.project_id}/teams/{second}"
    assert (await client.put(path, json={"role": "member"})).is_success
    assert await group.role_of(group.member) == "member"
    await client.delete(path)
    assert await group.role_of(group.member) == "viewer"


async def test_a_last_owner_stays_though_a_team_is_in_the_project(group: Group) -> None:
    await group.grant()
    client = group.api(as_=group.owner)
    mine = f"{PROJECTS}/{group.project_id}/team/{group.owner.id}"
    assert _code(await client.delete(mine)) == (409, "LAST_OWNER")
    assert _code(await client.patch(mine, json={"role": "member"})) == (409, "LAST_OWNER")
    assert await group.role_of(group.owner) == "owner"


async def test_whose_team_it_is_decides(group: Group) -> None:
    """An owner of a project grants it to a team they are in; others' teams are not there."""
    stranger = await group.world.account()
    theirs = await group.world.team(owner=stranger)
    client = group.api(as_=group.owner)
    path = f"{PROJECTS}/{group.project_id}/teams/{theirs}"
    assert _code(await client.put(path, json={})) == (404, "TEAM_NOT_FOUND")
    assert _code(await group.api(as_=group.lead).put(group.grants, json={})) == (
        404,
        "PROJECT_NOT_FOUND",
    )
    await group.grant()
    assert _code(await group.api(as_=group.member).put(group.grants, json={})) == (
        403,
        "AUTH_FORBIDDEN",
    )
    assert _code(await client.put(group.grants, json={"role": "owner"})) == (
        422,
        "VALIDATION_ERROR",
    )


async def test_a_personal_project_is_granted_to_nobody(group: Group) -> None:
    client = group.api(as_=group.owner)
    [personal] = [one for one in (await client.get(PROJECTS)).json()["items"] if one["is_personal"]]
    path = f"{PROJECTS}/{personal['id']}/teams/{group.team_id}"
    assert _code(await client.put(path, json={})) == (409, "PERSONAL_PROJECT")


async def test_a_tier_says_how_many_a_grant_lets_in(api: Api, world: World) -> None:
    owner = await world.account(tier="free")
    people = [await world.account() for _ in range(3)]
    team_id = await world.team(owner=owner, admin=people[0], member=people[1], viewer=people[2])
    project = await world.project(owner=owner)
    answer = await api(as_=owner).put(f"{PROJECTS}/{project.id}/teams/{team_id}", json={})
    assert _code(answer) == (403, "TIER_LIMIT_EXCEEDED")
    assert _code(await api(as_=people[1]).get(f"{PROJECTS}/{project.id}")) == (
        404,
        "PROJECT_NOT_FOUND",
    )


async def test_whatever_comes_at_once_people_stand_as_their_teams_say(group: Group) -> None:
    """Two teams granted, taken out, left and joined at the same time, again and again."""
    owner = group.owner
    second = await group.world.team(owner=owner, member=group.member, viewer=group.lead)
    client = group.api(as_=owner)
    paths = [f"{PROJECTS}/{group.project_id}/teams/{one}" for one in (group.team_id, second)]
    mine = f"{PROJECTS}/{group.project_id}/team/{group.member.id}"
    statuses: Counter[int] = Counter()
    for role in ("member", "viewer", "member"):
        answers = await asyncio.gather(
            client.put(paths[0], json={"role": role}),
            client.delete(paths[1]),
            client.patch(mine, json={"role": "viewer"}),
            client.put(paths[1], json={"role": "viewer"}),
            client.patch(f"{TEAMS}/{second}/members/{group.lead.id}", json={"role": "member"}),
            client.delete(paths[0]),
            client.delete(mine),
        )
        statuses.update(answer.status_code for answer in answers)
    assert not {status for status in statuses if status >= 500}, statuses
    await _stand(group, [group.team_id, second])


async def _stand(group: Group, teams: list[UUID]) -> None:
    """Check that each person's role is the higher of their own and what the teams give."""
    client = group.api(as_=group.owner)
    granted = {
        one["team_id"]: one["role"]
        for one in (await client.get(f"{PROJECTS}/{group.project_id}/teams")).json()["items"]
    }
    page = (await client.get(f"{PROJECTS}/{group.project_id}/team")).json()["items"]
    there = {one["user_id"]: one for one in page}
    for who in (group.lead, group.member, group.viewer):
        given = set()
        for team_id in teams:
            people = (await client.get(f"{TEAMS}/{team_id}/members")).json()["items"]
            roles = {one["user_id"]: one["role"] for one in people}
            if str(who.id) in roles and str(team_id) in granted:
                viewer = roles[str(who.id)] == "viewer"
                given.add("viewer" if viewer else granted[str(team_id)])
        now = there.get(str(who.id))
        if now is None:
            assert not given
        elif now["through_team"]:
            assert now["role"] == min(given), "member comes before viewer"
        else:
            assert not given or now["role"] <= min(given)
