"""Reading, putting away, putting aside; pages and what they cost."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text

from taskyard.core.spine import EventRow
from taskyard.core.uow import unit_of_work
from taskyard.kit.clock import now
from taskyard.kit.ids import uuid7
from taskyard.notifications.inbox.models import Notification
from taskyard.notifications.inbox.repository import forget
from tests.conftest import CountStatements
from tests.inbox.conftest import HERE, Desk
from tests.world import Account


async def _fill(desk: Desk, who: Account, count: int) -> list[str]:
    """Put notifications into an inbox; return their ids, newest first."""
    ids = [uuid7() for _ in range(count)]
    async with unit_of_work(desk.world.platform.database) as uow:
        uow.db.add_all(
            Notification(
                id=one,
                user_id=who.id,
                type="mention" if n % 2 else "task_assigned",
                event_id=uuid7(),
                actor_id=desk.owner.id,
                project_id=desk.project.id,
                entity_type="project",
                entity_id=desk.project.id,
                title=f"Thing {n}",
                in_app=True,
                in_digest=False,
                surfaced_at=now() - timedelta(minutes=count - n),
            )
            for n, one in enumerate(ids)
        )
    return [str(one) for one in reversed(ids)]


async def _ids(desk: Desk, who: Account, **query: object) -> list[str]:
    answer = await desk.api(as_=who).get(HERE, params=query)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


async def test_pages_follow_each_other_by_number_and_by_cursor(desk: Desk) -> None:
    whole = await _fill(desk, desk.member, 7)
    client, seen, cursor = desk.api(as_=desk.member), [], ""
    while cursor is not None:
        asked = {"page_size": 3} | ({"cursor": cursor} if cursor else {})
        page = (await client.get(HERE, params=asked)).json()
        assert (page["total"], page["unread"]) == (7, 7)
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert seen == whole
    assert await _ids(desk, desk.member, page=2, page_size=3) == whole[3:6]
    assert await _ids(desk, desk.member, type="mention") == whole[1::2]
    assert await _ids(desk, desk.member, project_id=str(desk.project.id)) == whole
    assert await _ids(desk, desk.member, project_id=str(uuid7())) == []
    other = await client.get(HERE, params={"cursor": "x", "state": "archived"})
    assert other.json()["error"]["code"] == "CURSOR_INVALID"


async def test_reading_and_putting_away(desk: Desk) -> None:
    ids = await _fill(desk, desk.member, 4)
    client = desk.api(as_=desk.member)
    for changed in (2, 0):  # the second time they were read before
        answer = (await client.post(f"{HERE}/mark-read", json={"ids": ids[:2]})).json()
        assert answer["data"] == {"changed": changed, "unread": 2}
    assert await _ids(desk, desk.member, state="unread") == ids[2:]
    await client.post(f"{HERE}/mark-unread", json={"ids": ids[:1]})
    assert (await client.get(f"{HERE}/unread")).json() == {"data": {"unread": 3}}
    await client.post(f"{HERE}/archive", json={"ids": [ids[0], ids[3]]})
    assert await _ids(desk, desk.member) == ids[1:3]
    assert await _ids(desk, desk.member, state="archived") == [ids[0], ids[3]]
    await client.post(f"{HERE}/unarchive", json={"ids": ids})
    assert await _ids(desk, desk.member) == ids
    assert (await client.post(f"{HERE}/mark-all-read")).json()["data"] == {
        "changed": 1,
        "unread": 0,
    }


async def test_what_is_snoozed_comes_back_on_top_and_unread(desk: Desk) -> None:
    ids = await _fill(desk, desk.member, 3)
    client = desk.api(as_=desk.member)
    await client.post(f"{HERE}/mark-read", json={"ids": ids})
    until = (now() + timedelta(seconds=1.5)).isoformat()
    answer = await client.post(f"{HERE}/snooze", json={"ids": [ids[2]], "until": until})
    assert answer.json()["data"] == {"changed": 1, "unread": 0}
    assert await _ids(desk, desk.member) == ids[:2]
    (aside,) = (await client.get(HERE, params={"state": "snoozed"})).json()["items"]
    assert (aside["id"], aside["snoozed_until"] is None) == (ids[2], False)
    await client.post(f"{HERE}/mark-all-read")
    await asyncio.sleep(1.6)
    assert await _ids(desk, desk.member) == [ids[2], *ids[:2]]
    assert await _ids(desk, desk.member, state="unread") == [ids[2]]
    later = (now() + timedelta(days=3)).isoformat()
    await client.post(f"{HERE}/snooze", json={"ids": [ids[0]], "until": later})
    await client.post(f"{HERE}/snooze", json={"ids": [ids[0]], "until": None})
    assert (await _ids(desk, desk.member))[0] == ids[0]


@pytest.mark.parametrize("days", [-1, 400])
async def test_nothing_is_snoozed_into_the_past_or_for_years(desk: Desk, days: int) -> None:
    ids = await _fill(desk, desk.member, 1)
    until = (now() + timedelta(days=days)).isoformat()
    client = desk.api(as_=desk.member)
    answer = await client.post(f"{HERE}/snooze", json={"ids": ids, "until": until})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "SNOOZE_INVALID")


async def test_nobody_changes_anothers_inbox(desk: Desk) -> None:
    ids = await _fill(desk, desk.member, 2)
    client = desk.api(as_=desk.owner)
    later = (now() + timedelta(days=3)).isoformat()
    for verb, more in (
        ("mark-read", {}),
        ("archive", {}),
        ("unarchive", {}),
        ("snooze", {"until": later}),
    ):
        answer = await client.post(f"{HERE}/{verb}", json={"ids": ids, **more})
        assert answer.json()["data"]["changed"] == 0, verb
    assert (await client.post(f"{HERE}/mark-all-read")).json()["data"]["changed"] == 0
    assert await _ids(desk, desk.member, state="unread") == ids
    assert await _ids(desk, desk.owner) == []


@pytest.mark.parametrize("ids", [[], ["x"], None, "all"], ids=["none", "no id", "null", "text"])
async def test_what_names_no_notification_is_refused(desk: Desk, ids: object) -> None:
    answer = await desk.api(as_=desk.member).post(f"{HERE}/mark-read", json={"ids": ids})
    assert answer.status_code == 422


async def test_what_is_done_elsewhere_is_told_to_ones_own_pages(desk: Desk) -> None:
    ids = await _fill(desk, desk.member, 2)
    client = desk.api(as_=desk.member)
    await asyncio.gather(*(client.post(f"{HERE}/mark-read", json={"ids": ids}) for _ in range(5)))
    async with desk.world.platform.database.session() as db:
        query = select(EventRow).where(
            EventRow.subject_id == desk.member.id, EventRow.name == "notification.changed.v1"
        )
        told = (await db.scalars(query)).all()
    assert [event.payload for event in told] == [{"action": "read", "changed": 2}]
    assert told[0].project_id is None, "nobody else in the project hears of it"


async def test_a_page_is_one_statement(desk: Desk, statements: CountStatements) -> None:
    await _fill(desk, desk.member, 30)
    client = desk.api(as_=desk.member)
    for path in (HERE, f"{HERE}?state=unread&type=mention", f"{HERE}/unread"):
        with statements() as sent:
            assert (await client.get(path)).status_code == 200
        assert len(sent) == 1, sent


async def test_old_ones_are_forgotten(desk: Desk) -> None:
    ids = await _fill(desk, desk.member, 2)
    async with unit_of_work(desk.world.platform.database) as uow:
        old = UUID(int=int((now() - timedelta(days=200)).timestamp() * 1000) << 80 | 7 << 76)
        moved = text("UPDATE notifications SET id = :old WHERE id = :id")
        await uow.db.execute(moved, {"old": old, "id": UUID(ids[0])})
        assert await forget(uow.db, older_than=timedelta(days=180), limit=100) >= 1
    assert await _ids(desk, desk.member) == ids[1:]


async def test_reading_everything_leaves_the_digest_what_is_for_it_alone(desk: Desk) -> None:
    ids = await _fill(desk, desk.member, 2)
    async with unit_of_work(desk.world.platform.database) as uow:
        letter = await uow.db.get_one(Notification, UUID(ids[0]))
        letter.in_app, letter.in_digest = False, True
    answer = await desk.api(as_=desk.member).post(f"{HERE}/mark-all-read")
    assert answer.json()["data"] == {"changed": 1, "unread": 0}
    async with unit_of_work(desk.world.platform.database) as uow:
        assert (await uow.db.get_one(Notification, UUID(ids[0]))).read_at is None
