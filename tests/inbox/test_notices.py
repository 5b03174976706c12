"""Who is told of what, once, and who is not."""

from uuid import UUID

from sqlalchemy import delete, select, text

from taskyard.core.spine import EventRow, Told, held_position
from taskyard.core.uow import unit_of_work
from taskyard.jobs.models import Job
from taskyard.kit.ids import uuid7
from taskyard.notifications.inbox.listeners import Notices
from taskyard.notifications.inbox.models import Notification
from taskyard.projects.models import Membership
from tests.inbox.conftest import HERE, Desk

FAILURE = {"reason": "error", "message": "It broke.", "retry_helps": True}


async def _event(desk: Desk, subject: str) -> Told:
    async with desk.world.platform.database.session() as db:
        query = select(EventRow).where(EventRow.subject_id == UUID(subject))
        row = (await db.scalars(query.order_by(EventRow.id).limit(1))).one()
        return Told(
            row.id, 0, row.name, row.at, row.subject_id, row.actor_id, row.project_id, row.payload
        )


async def test_a_mention_reaches_whom_it_names(desk: Desk) -> None:
    said = await desk.comment(desk.owner, f"@{desk.member.username}\n\nlook   at this")
    page = await desk.inbox(desk.member)
    assert (page["total"], page["unread"], page["next_cursor"]) == (1, 1, None)
    (item,) = page["items"]
    assert item["type"] == "mention", "and not once more as a comment"
    assert item["actor"]["username"] == desk.owner.username
    assert item["project"]["name"] == desk.project.name
    assert item["about"] == {
        "type": "project",
        "id": str(desk.project.id),
        "title": desk.project.name,
        "key": None,
    }
    assert (item["comment_id"], item["read_at"], item["snoozed_until"]) == (said["id"], None, None)
    assert item["excerpt"] == f"@{desk.member.username} look at this"
    assert await desk.told(desk.owner) == [], "nobody is told what they did themselves"


async def test_those_in_a_thread_hear_of_what_is_said_in_it(desk: Desk) -> None:
    said = await desk.comment(desk.member, "first")
    other = await desk.world.member(desk.project)
    await desk.comment(other, "reply", parent_id=said["id"])
    assert await desk.told(desk.member) == [("comment_added", desk.project.name)]
    assert len(await desk.told(desk.owner)) == 2, "the project is theirs"
    assert await desk.told(other) == []


async def test_a_deleted_comment_keeps_its_text_to_itself(desk: Desk) -> None:
    said = await desk.comment(desk.owner, f"@{desk.member.username} secret")
    assert len(await desk.told(desk.member)) == 1
    client = desk.api(as_=desk.owner)
    await client.delete(f"/api/v1/projects/{desk.project.id}/comments/{said['id']}")
    (item,) = (await desk.inbox(desk.member))["items"]
    assert item["excerpt"] is None


async def test_what_was_taken_back_before_anybody_was_told_is_no_news(desk: Desk) -> None:
    client, path = desk.api(as_=desk.owner), f"/api/v1/projects/{desk.project.id}/comments"
    async with desk.world.platform.database.session() as db:
        # Nobody is told of anything meanwhile.
        await held_position(db, Notices.name)
        for body in (f"@{desk.member.username} secret", "nobody"):
            said = await desk.comment(desk.owner, body)
            named = {"body": f"{body} @{desk.member.username}"}
            assert (await client.patch(f"{path}/{said['id']}", json=named)).status_code == 200
            assert (await client.delete(f"{path}/{said['id']}")).status_code == 204
        await db.rollback()
    assert await desk.told(desk.member) == []


async def test_a_name_added_later_is_told_once(desk: Desk) -> None:
    said = await desk.comment(desk.owner, "who?")
    path = f"/api/v1/projects/{desk.project.id}/comments/{said['id']}"
    for body in (f"@{desk.member.username}", "nobody", f"again @{desk.member.username}"):
        await desk.api(as_=desk.owner).patch(path, json={"body": body})
    assert await desk.told(desk.member) == [("mention", desk.project.name)]


async def test_tasks_tell_those_they_are_given_to_and_whose_they_are(desk: Desk) -> None:
    task = await desk.task(desk.owner, "Open the till", assignee_id=str(desk.member.id))
    (item,) = (await desk.inbox(desk.member))["items"]
    assert (item["type"], item["about"]["key"]) == ("task_assigned", task["key"])
    path = f"/api/v1/projects/{desk.project.id}/tasks/{task['id']}"
    await desk.api(as_=desk.member).patch(path, json={"status": "done"})
    assert await desk.told(desk.owner) == [("task_completed", "Open the till")]
    await desk.comment(desk.owner, "thanks", entity_type="task", entity_id=task["id"])
    assert (await desk.told(desk.member))[0] == ("comment_added", "Open the till")
    assert (await desk.api(as_=desk.owner).delete(path)).status_code == 204
    assert await desk.told(desk.member) == [], "what is deleted is nobody's news"


async def test_who_watches_a_task_hears_of_it_and_who_does_not_watch_does_not(desk: Desk) -> None:
    watcher = await desk.world.member(desk.project, role="viewer")
    task = await desk.task(desk.owner, "Count the till", assignee_id=str(desk.member.id))
    path = f"/api/v1/projects/{desk.project.id}/tasks/{task['id']}"
    assert (await desk.api(as_=watcher).post(f"{path}/watchers")).status_code == 200
    assert (await desk.api(as_=desk.owner).delete(f"{path}/watchers")).status_code == 200
    about = {"entity_type": "task", "entity_id": task["id"]}
    await desk.comment(desk.member, "how many?", **about)
    await desk.comment(desk.member, f"@{watcher.username} you know", **about)
    said = [("mention", "Count the till"), ("comment_added", "Count the till")]
    assert await desk.told(watcher) == said, "a mention is not told as a comment as well"
    assert await desk.told(desk.owner) == [], "made by them, and watched no longer"
    await desk.api(as_=desk.member).patch(path, json={"status": "done"})
    assert await desk.told(watcher) == [("task_completed", "Count the till"), *said]
    assert await desk.told(desk.owner) == []
    async with unit_of_work(desk.world.platform.database) as uow:
        await uow.db.execute(delete(Membership).where(Membership.user_id == watcher.id))
    await desk.comment(desk.member, "gone?", **about)
    async with desk.world.platform.database.session() as db:
        query = select(Notification.type).where(Notification.user_id == watcher.id)
        assert len((await db.scalars(query)).all()) == 3, "who left hears nothing more"


async def test_an_invitation_is_seen_until_it_is_answered(desk: Desk) -> None:
    guest = await desk.world.account()
    client = desk.api(as_=desk.owner)
    path = f"/api/v1/projects/{desk.project.id}/team/invite"
    answer = await client.post(path, json={"username": guest.username, "role": "member"})
    assert answer.status_code == 201, answer.text
    page = await desk.inbox(guest)
    assert [item["type"] for item in page["items"]] == ["team_invite"]
    assert (page["items"][0]["project"]["name"], page["unread"]) == (desk.project.name, 1)
    invitation = page["items"][0]["about"]["id"]
    answer = await desk.api(as_=guest).post(f"/api/v1/invitations/{invitation}/accept")
    assert answer.status_code == 200, answer.text
    assert (await desk.inbox(guest))["unread"] == 0
    assert await desk.told(desk.owner) == [("team_joined", desk.project.name)]


async def test_an_invitation_into_a_team_is_seen_until_it_is_answered(desk: Desk) -> None:
    guest = await desk.world.account()
    team_id = await desk.world.team(owner=desk.owner)
    path = f"/api/v1/teams/{team_id}/invitations"
    sent = await desk.api(as_=desk.owner).post(path, json={"username": guest.username})
    page = await desk.inbox(guest)
    [item] = page["items"]
    assert (item["type"], item["about"]["type"], item["project"]) == ("team_invite", "team", None)
    assert item["actor"]["id"] == str(desk.owner.id)
    invitation = sent.json()["data"]["id"]
    assert (item["about"]["id"], page["unread"]) == (invitation, 1)
    await desk.api(as_=guest).post(f"/api/v1/teams/invitations/{invitation}/decline")
    assert (await desk.inbox(guest))["items"] == []


async def test_a_run_tells_whoever_asked_for_it(desk: Desk) -> None:
    async with unit_of_work(desk.world.platform.database) as uow:
        for state, kind in (("failed", "drill"), ("completed", "drill"), ("completed", "analysis")):
            job = Job(
                id=uuid7(),
                owner_id=desk.member.id,
                project_id=desk.project.id,
                kind=kind,
                title=f"{kind} {state}",
                parameters={},
                state=state,
                failure=FAILURE if state == "failed" else None,
            )
            uow.db.add(job)
            uow.db.add(
                EventRow(
                    name=f"job.{state}.v1",
                    subject_id=job.id,
                    actor_id=desk.member.id,
                    project_id=desk.project.id,
                    payload={"kind": kind, "title": job.title, "status": state},
                )
            )
    told = await desk.told(desk.member)
    assert sorted(told) == [("job_completed", "analysis completed"), ("job_failed", "drill failed")]


async def test_one_event_tells_once_however_often_it_is_read(desk: Desk) -> None:
    said = await desk.comment(desk.owner, f"@{desk.member.username}")
    await desk.settled()
    event = await _event(desk, said["id"])
    for _ in range(3):
        async with unit_of_work(desk.world.platform.database) as uow:
            await Notices(desk.world.platform.settings).handle(uow.db, event)
    page = await desk.inbox(desk.member)
    assert (page["total"], page["unread"]) == (1, 1)


async def test_who_left_is_told_nothing_and_sees_nothing_any_more(desk: Desk) -> None:
    await desk.comment(desk.owner, f"@{desk.member.username} before")
    assert len(await desk.told(desk.member)) == 1
    async with unit_of_work(desk.world.platform.database) as uow:
        await uow.db.execute(delete(Membership).where(Membership.user_id == desk.member.id))
    assert (await desk.inbox(desk.member))["items"] == []
    unread = (await desk.api(as_=desk.member).get(f"{HERE}/unread")).json()["data"]
    assert unread == {"unread": 0}
    await desk.comment(desk.owner, f"@{desk.member.username} after")
    await desk.settled()
    async with desk.world.platform.database.session() as db:
        query = select(Notification.id).where(Notification.user_id == desk.member.id)
        assert len((await db.scalars(query)).all()) == 1


async def test_a_deleted_projects_news_is_gone(desk: Desk) -> None:
    await desk.comment(desk.owner, f"@{desk.member.username}")
    assert len(await desk.told(desk.member)) == 1
    await desk.api(as_=desk.owner).delete(f"/api/v1/projects/{desk.project.id}")
    assert await desk.told(desk.member) == []


async def test_what_somebody_does_not_want_in_the_app_is_not_there(desk: Desk) -> None:
    choice = {"categories": {"mention": {"in_app": False, "email": "digest"}}}
    await desk.api(as_=desk.member).patch(f"{HERE}/settings", json=choice)
    await desk.comment(desk.owner, f"@{desk.member.username}")
    page = await desk.inbox(desk.member)
    assert (page["items"], page["unread"]) == ([], 0)
    async with desk.world.platform.database.session() as db:
        kept = text("SELECT in_app, in_digest FROM notifications WHERE user_id = :id")
        assert (await db.execute(kept, {"id": desk.member.id})).all() == [(False, True)]
