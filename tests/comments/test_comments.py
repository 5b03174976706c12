"""What people say: written, answered, changed, deleted; seen by those who may."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import select, text

from taskyard.core.spine import EventRow
from taskyard.core.uow import unit_of_work
from taskyard.jobs.models import Job
from taskyard.kit.ids import uuid7
from tests.comments.conftest import Room
from tests.conftest import Api, CountStatements
from tests.world import World


async def _job(world: World, room: Room, **given: object) -> UUID:
    usual: dict[str, object] = {"kind": "drill", "title": "Drill", "parameters": {}}
    async with unit_of_work(world.platform.database) as uow:
        job = Job(
            id=uuid7(),
            owner_id=room.owner.id,
            **usual | {"project_id": room.project.id, "state": "completed"} | given,
        )
        uow.db.add(job)
    return job.id


async def _told(world: World, comment_id: str) -> list[EventRow]:
    async with world.platform.database.session() as db:
        query = select(EventRow).where(EventRow.subject_id == UUID(comment_id))
        return list(await db.scalars(query.order_by(EventRow.id)))


async def test_a_comment_is_rendered_kept_and_told(room: Room, world: World) -> None:
    said = await room.say(room.member, "**Ship** it <script>alert(1)</script>")
    assert said["body_html"].startswith("<p><strong>Ship</strong> it &lt;script&gt;")
    assert said["author"]["username"] == room.member.username
    assert (said["stars"], said["starred"], said["can_edit"], said["can_delete"]) == (
        0,
        False,
        True,
        True,
    )
    assert (said["edited_at"], said["deleted_at"], said["version"]) == (None, None, 1)
    page = await room.page(room.owner)
    assert page["total"] == 1
    assert page["items"][0] == said | {"can_edit": False, "can_delete": True}
    event = (await _told(world, said["id"]))[0]
    assert event.name == "comment.created.v1"
    assert event.payload == {
        "entity_type": "project",
        "entity_id": str(room.project.id),
        "parent_id": None,
        "title": room.project.name,
        "mentioned": [],
    }, "never the text"


async def test_replies_follow_what_they_answer(room: Room) -> None:
    first = await room.say(room.owner, "first")
    second = await room.say(room.owner, "second")
    late = await room.say(room.member, "to the first", parent_id=first["id"])
    later = await room.say(room.owner, "again to the first", parent_id=first["id"])
    page = await room.page(room.viewer)
    order = [item["id"] for item in page["items"]]
    assert order == [first["id"], late["id"], later["id"], second["id"]]
    answer = await room.post(room.owner, "deeper", parent_id=late["id"])
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error["code"] == "COMMENT_REPLY_TOO_DEEP"
    assert error["details"]["parent_id"] == first["id"]


async def test_pages_and_cursors_keep_threads_in_order(room: Room) -> None:
    roots = [await room.say(room.owner, f"root {n}") for n in range(3)]
    for root in roots:
        await room.say(room.member, "reply", parent_id=root["id"])
    whole = [item["id"] for item in (await room.page(room.viewer))["items"]]
    assert len(whole) == 6
    seen, cursor = [], None
    while True:
        page = await room.page(room.viewer, page_size=2, **({"cursor": cursor} if cursor else {}))
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        assert page["total"] == 6
        if cursor is None:
            break
    assert seen == whole
    second = await room.page(room.viewer, page=2, page_size=4)
    assert [item["id"] for item in second["items"]] == whole[4:]


async def test_which_run_has_to_be_said(room: Room) -> None:
    client = room.api(as_=room.viewer)
    said = await room.say(room.owner, "about it all")
    page = (await client.get(room.here)).json()
    assert [item["id"] for item in page["items"]] == [said["id"]]
    answer = await client.get(room.here, params={"entity_type": "job"})
    assert answer.status_code == 422
    assert answer.json()["error"]["details"]["fields"][0]["field"] == "query.entity_id"


async def test_runs_can_be_talked_about(room: Room, world: World) -> None:
    job_id = await _job(world, room)
    said = await room.say(room.member, "slow", entity_type="job", entity_id=str(job_id))
    page = await room.page(room.viewer, about=("job", job_id))
    assert [item["id"] for item in page["items"]] == [said["id"]]
    assert (await room.page(room.viewer))["items"] == []
    answer = await room.post(room.member, "wrong thread", parent_id=said["id"])
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "COMMENT_NOT_FOUND")


async def test_tasks_can_be_talked_about_until_they_are_deleted(room: Room) -> None:
    client = room.api(as_=room.member)
    tasks = f"/api/v1/projects/{room.project.id}/tasks"
    task = (await client.post(tasks, json={"title": "Open the till"})).json()["data"]
    about = {"entity_type": "task", "entity_id": task["id"]}
    said = await room.say(room.member, "how?", **about)
    page = await room.page(room.viewer, about=("task", UUID(task["id"])))
    assert [item["id"] for item in page["items"]] == [said["id"]]
    await client.delete(f"{tasks}/{task['id']}")
    answer = await room.post(room.member, "late", **about)
    assert answer.json()["error"]["code"] == "COMMENT_TARGET_NOT_FOUND"


@pytest.mark.parametrize("given", ["nowhere", "another project", "system work", "no project"])
async def test_what_is_not_in_the_project_cannot_be_talked_about(
    room: Room, world: World, given: str
) -> None:
    if given == "nowhere":
        about = ("job", uuid7())
    elif given == "another project":
        about = ("project", (await world.project(owner=room.owner)).id)
    elif given == "system work":
        about = ("job", await _job(world, room, queue="system"))
    else:
        about = ("job", await _job(world, room, project_id=None))
    answer = await room.post(room.owner, "x", entity_type=about[0], entity_id=str(about[1]))
    listed = await room.api(as_=room.owner).get(
        room.here, params={"entity_type": about[0], "entity_id": str(about[1])}
    )
    for got in (answer, listed):
        assert (got.status_code, got.json()["error"]["code"]) == (404, "COMMENT_TARGET_NOT_FOUND")


async def test_a_comment_of_another_project_is_not_there(room: Room, world: World) -> None:
    theirs = await world.project(owner=room.owner)
    said = await room.say(room.owner, "mine")
    client = room.api(as_=room.owner)
    there = f"/api/v1/projects/{theirs.id}/comments/{said['id']}"
    for method, path in (
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("POST", "/star"),
        ("DELETE", "/star"),
        ("GET", "/history"),
    ):
        body = {"json": {"body": "x"}} if method == "PATCH" else {}
        answer = await client.request(method, there + path, **body)  # type: ignore[arg-type]
        assert answer.json()["error"]["code"] == "COMMENT_NOT_FOUND", (method, path)
    answer = await client.post(
        f"/api/v1/projects/{theirs.id}/comments",
        json={
            "entity_type": "project",
            "entity_id": str(theirs.id),
            "body": "x",
            "parent_id": said["id"],
        },
    )
    assert answer.json()["error"]["code"] == "COMMENT_NOT_FOUND"


@pytest.mark.parametrize(
    "body", ["", "   ", "x" * 10_001, "bell\x07"], ids=["empty", "blank", "long", "control"]
)
async def test_what_is_no_text_is_refused(room: Room, body: str) -> None:
    answer = await room.post(room.owner, body)
    assert answer.status_code == 422
    assert (await room.page(room.owner))["total"] == 0


async def test_a_change_keeps_what_was_said_before(room: Room) -> None:
    said = await room.say(room.member, "one")
    client, path = room.api(as_=room.member), f"{room.here}/{said['id']}"
    for body in ("two", "two", "three"):
        assert (await client.patch(path, json={"body": body})).status_code == 200
    now = (await client.get(path)).json()["data"]
    assert (now["body"], now["version"], now["edited_at"] is None) == ("three", 3, False)
    history = (await room.api(as_=room.viewer).get(f"{path}/history")).json()
    assert [(item["version"], item["body"]) for item in history["items"]] == [
        (2, "two"),
        (1, "one"),
    ]
    assert history["items"][1]["written_at"] == said["created_at"]
    assert history["total"] == 2


async def test_nobody_elses_words_are_changed(room: Room) -> None:
    said = await room.say(room.member, "mine")
    path = f"{room.here}/{said['id']}"
    for who in (room.owner, room.viewer):
        answer = await room.api(as_=who).patch(path, json={"body": "theirs"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "AUTH_FORBIDDEN")
    theirs = await room.say(room.owner, "the owner's")
    answer = await room.api(as_=room.member).delete(f"{room.here}/{theirs['id']}")
    assert answer.status_code == 403


async def test_of_eight_changes_of_one_version_one_is_kept(room: Room) -> None:
    said = await room.say(room.member, "one")
    client, path = room.api(as_=room.member), f"{room.here}/{said['id']}"
    tag = (await client.get(path)).headers["etag"]
    answers = await asyncio.gather(
        *(
            client.patch(path, json={"body": f"change {n}"}, headers={"If-Match": tag})
            for n in range(8)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 7
    assert (await client.get(f"{path}/history")).json()["total"] == 1


async def test_a_deleted_comment_leaves_a_trace_without_its_text(room: Room, world: World) -> None:
    said = await room.say(room.member, "a secret @" + room.owner.username)
    await room.say(room.owner, "reply", parent_id=said["id"])
    client, path = room.api(as_=room.owner), f"{room.here}/{said['id']}"
    await client.post(f"{path}/star")
    await room.api(as_=room.member).patch(path, json={"body": "a secret, changed"})
    for _ in range(2):
        assert (await client.delete(path)).status_code == 204
    left, reply = (await room.page(room.viewer))["items"]
    assert (left["body"], left["body_html"], left["stars"]) == ("", "", 0)
    assert left["deleted_by"]["username"] == room.owner.username
    assert (left["can_edit"], left["can_delete"]) == (False, False)
    assert reply["body"] == "reply"
    assert (await client.get(f"{path}/history")).json()["items"] == []
    for answer in (
        await room.api(as_=room.member).patch(path, json={"body": "back"}),
        await room.post(room.member, "late", parent_id=said["id"]),
        await client.post(f"{path}/star"),
    ):
        assert (answer.status_code, answer.json()["error"]["code"]) == (410, "COMMENT_DELETED")
    assert [event.name for event in await _told(world, said["id"])] == [
        "comment.created.v1",
        "comment.changed.v1",
        "comment.deleted.v1",
    ]
    async with world.platform.database.session() as db:
        for table in ("comment_revisions", "comment_stars", "comment_mentions"):
            query = text(f"SELECT count(*) FROM {table} WHERE comment_id = :id")
            assert await db.scalar(query, {"id": UUID(said["id"])}) == 0, table


async def test_stars_are_one_each_also_in_a_race(room: Room) -> None:
    said = await room.say(room.member, "good")
    path = f"{room.here}/{said['id']}/star"
    clients = [room.api(as_=room.member), room.api(as_=room.owner)]
    answers = await asyncio.gather(*(client.post(path) for client in clients * 6))
    assert {answer.status_code for answer in answers} == {200}
    seen = (await clients[0].get(f"{room.here}/{said['id']}")).json()["data"]
    assert (seen["stars"], seen["starred"]) == (2, True)
    theirs = (await room.api(as_=room.viewer).get(f"{room.here}/{said['id']}")).json()["data"]
    assert (theirs["stars"], theirs["starred"]) == (2, False)
    await asyncio.gather(*(clients[0].delete(path) for _ in range(4)))
    left = (await clients[0].get(f"{room.here}/{said['id']}")).json()["data"]
    assert (left["stars"], left["starred"]) == (1, False)


async def test_an_answer_and_a_deletion_at_once_leave_no_answer_to_nothing(room: Room) -> None:
    for _ in range(4):
        said = await room.say(room.member, "root")
        deleted, answered = await asyncio.gather(
            room.api(as_=room.member).delete(f"{room.here}/{said['id']}"),
            room.post(room.owner, "reply", parent_id=said["id"]),
        )
        assert deleted.status_code == 204
        assert answered.status_code in {201, 410}


async def test_a_repeat_with_the_same_key_says_it_once(room: Room) -> None:
    about = {"entity_type": "project", "entity_id": str(room.project.id), "body": "once"}
    client = room.api(as_=room.owner, **{"Idempotency-Key": str(uuid7())})
    ids = {(await client.post(room.here, json=about)).json()["data"]["id"] for _ in range(2)}
    assert len(ids) == 1
    assert (await room.page(room.owner))["total"] == 1


async def test_an_administrator_reads_and_writes_nothing(
    room: Room, world: World, api: Api
) -> None:
    said = await room.say(room.owner, "ours")
    admin = await world.account(role="admin")
    page = await room.page(admin)
    assert [item["can_delete"] for item in page["items"]] == [False]
    assert (await room.post(admin, "theirs")).status_code == 403
    assert (await api(as_=admin).delete(f"{room.here}/{said['id']}")).status_code == 403


async def test_what_reading_and_writing_cost(room: Room, statements: CountStatements) -> None:
    for n in range(12):
        await room.say(room.member, f"comment {n} @{room.owner.username}")
    with statements() as sent:
        await room.page(room.viewer)
    assert len(sent) == 1, sent
    with statements() as sent:
        await room.say(room.member, f"one more @{room.owner.username}")
    assert len([one for one in sent if "INSERT" in one or "SELECT" in one]) <= 10, sent
