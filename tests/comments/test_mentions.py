"""Whom a comment names: members, outside of code, told of once."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import select

from taskyard.core.spine import EventRow
from tests.comments.conftest import Room
from tests.conftest import CountStatements
from tests.world import World


async def _mentions(world: World, comment_id: str) -> list[list[str]]:
    async with world.platform.database.session() as db:
        query = select(EventRow.payload).where(EventRow.subject_id == UUID(comment_id))
        found = (await db.scalars(query.order_by(EventRow.id))).all()
    return [payload["mentioned"] for payload in found]


async def test_members_are_told_and_stand_out(room: Room, world: World) -> None:
    stranger = await world.account()
    said = await room.say(
        room.owner,
        f"@{room.member.username.upper()}, ask @{room.viewer.username}. Not @{stranger.username}.",
    )
    assert await _mentions(world, said["id"]) == [
        sorted([str(room.member.id), str(room.viewer.id)])
    ]
    html = said["body_html"]
    assert f"<strong>@{room.member.username.upper()}</strong>, ask" in html
    assert f"<strong>@{room.viewer.username}</strong>. Not @{stranger.username}." in html


@pytest.mark.parametrize(
    "written",
    ["`@{0}`", "```\n@{0}\n```", "mail x@{0}", "https://example.org/@{0}", "@@{0}", "\\@{0}x"],
)
async def test_what_is_no_mention(room: Room, world: World, written: str) -> None:
    said = await room.say(room.owner, written.format(room.member.username))
    assert await _mentions(world, said["id"]) == [[]]
    assert "<strong>" not in said["body_html"]


async def test_nobody_is_told_twice_of_one_comment(room: Room, world: World) -> None:
    said = await room.say(room.owner, f"@{room.member.username} @{room.member.username}")
    client, path = room.api(as_=room.owner), f"{room.here}/{said['id']}"
    for body in ("nobody", f"again @{room.member.username}", f"@{room.viewer.username}"):
        assert (await client.patch(path, json={"body": body})).status_code == 200
    assert await _mentions(world, said["id"]) == [
        [str(room.member.id)],
        [],
        [],
        [str(room.viewer.id)],
    ]


async def test_changes_at_once_name_each_person_once(room: Room, world: World) -> None:
    said = await room.say(room.owner, "who?")
    client, path = room.api(as_=room.owner), f"{room.here}/{said['id']}"
    await asyncio.gather(
        *(client.patch(path, json={"body": f"@{room.member.username} {n}"}) for n in range(6))
    )
    named = [one for told in await _mentions(world, said["id"]) for one in told]
    assert named == [str(room.member.id)]


async def test_people_to_mention_are_members(
    room: Room, world: World, statements: CountStatements
) -> None:
    await world.account()
    client = room.api(as_=room.member)
    with statements() as sent:
        everyone = (await client.get(f"{room.here}/people")).json()["items"]
    assert len(sent) == 1
    assert {item["id"] for item in everyone} == {
        str(one.id) for one in (room.owner, room.member, room.viewer)
    }
    begun = room.viewer.username[:-1].upper()
    found = (await client.get(f"{room.here}/people", params={"q": begun})).json()["items"]
    assert str(room.viewer.id) in {item["id"] for item in found}
    nobody = (await client.get(f"{room.here}/people", params={"q": "%"})).json()
    assert (nobody["items"], nobody["total"]) == ([], 0)
