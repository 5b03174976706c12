"""From what happened to who is told of it in the app, and at once by e-mail where they want it."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.accounts.models import User
from taskyard.comments import targets
from taskyard.comments.events import CommentChanged, CommentCreated
from taskyard.core.mail import one_line
from taskyard.core.settings import Settings
from taskyard.core.spine import Told
from taskyard.core.uow import Uow
from taskyard.jobs.events import JobCompleted, JobFailed
from taskyard.kit.clock import now
from taskyard.kit.ids import uuid7
from taskyard.notifications import repository as letters
from taskyard.notifications import service, templates
from taskyard.notifications.inbox import repository
from taskyard.notifications.inbox.events import NotificationCreated
from taskyard.notifications.inbox.wording import sentence
from taskyard.notifications.listeners import NEWS
from taskyard.notifications.types import Category, Choice, EmailMode, NoticeType
from taskyard.projects.team.events import MemberInvited, MemberJoined, MemberLeft
from taskyard.tasks.events import TaskAssigned, TaskCompleted
from taskyard.teams.events import TeamInvited

#: What lies further back fills no inbox: one that is new, or was away, begins with the last week.
_RECENT: Final = timedelta(days=7)
#: Those that have a letter of their own (`notifications.listeners.Letters`).
_WRITTEN_ELSEWHERE: Final = {
    NoticeType.TEAM_INVITE,
    NoticeType.JOB_FAILED,
    NoticeType.JOB_COMPLETED,
}
#: Runs whose end is news to whoever asked for them.
_NEWSWORTHY: Final = {"analysis", "build"}


@dataclass(frozen=True, slots=True)
class Notice:
    """What is to be told, and to whom."""

    type: NoticeType
    people: Collection[UUID]
    entity_type: str
    entity_id: UUID
    title: str
    key: str | None = None
    comment_id: UUID | None = None
    #: Whose members alone are told; None where that is no question.
    members_of: UUID | None = None
    #: Told as well who did it.
    also_actor: bool = field(default=False)


Verb = Callable[[AsyncSession, Told], Awaitable[list[Notice]]]


class Notices:
    """Fills the inboxes. What one event tells one person comes once, however often it is read."""

    name: Final = "notifications.inbox"

    def __init__(self, settings: Settings) -> None:
        self._mails = settings.mail_server is not None
        self._verbs: dict[str, Verb] = {
            CommentCreated.name: _of_comment,
            CommentChanged.name: _of_comment,
            TaskAssigned.name: _of_assignment,
            TaskCompleted.name: _of_completion,
            MemberInvited.name: _of_invitation,
            TeamInvited.name: _of_team_invitation,
            MemberJoined.name: _of_member,
            MemberLeft.name: _of_member,
            JobFailed.name: _of_run,
            JobCompleted.name: _of_run,
        }
        self.handles: Final = frozenset(self._verbs)

    async def handle(self, db: AsyncSession, event: Told) -> None:
        """Tell whom it concerns, in the transaction that moves the position."""
        if event.at < now() - _RECENT:
            return
        uow = Uow(db)
        for notice in await self._verbs[event.name](db, event):
            await self._tell(uow, event, notice)

    async def _tell(self, uow: Uow, event: Told, notice: Notice) -> None:
        people = {one for one in notice.people if notice.also_actor or one != event.actor_id}
        readers = await repository.readers(uow.db, notice.members_of, people)
        if not readers:
            return
        chosen = await service.choices_of(uow, [user.id for user in readers])
        category = Category(notice.type.value)
        rows = {user.id: _row(user, event, notice, chosen[user.id][category]) for user in readers}
        new = await repository.add(uow.db, list(rows.values()))
        for user in readers:
            if user.id not in new:
                continue
            if rows[user.id]["in_app"]:
                uow.emit(
                    NotificationCreated(
                        subject_id=user.id, notification_id=rows[user.id]["id"], type=notice.type
                    )
                )
            if chosen[user.id][category].email is EmailMode.AT_ONCE:
                await self._write(uow, user, event, notice)

    async def _write(self, uow: Uow, user: User, event: Told, notice: Notice) -> None:
        """Write to somebody at once, unless another letter does or it is no news any more."""
        elsewhere = notice.type in _WRITTEN_ELSEWHERE
        if not self._mails or elsewhere or event.at < now() - NEWS:
            return
        actor = await letters.user(uow.db, event.actor_id) if event.actor_id else None
        project = (
            await repository.project_name(uow.db, event.project_id) if event.project_id else ""
        )
        name = actor.username if actor else None
        given = templates.Notice(
            said=sentence(notice.type, name, notice.title, notice.key, project),
            page=_page(event, notice),
            project=project or None,
            at=event.at,
        )
        await service.write(uow, user, templates.notice(Category(notice.type.value)), given)


def _row(user: User, event: Told, notice: Notice, choice: Choice) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "user_id": user.id,
        "type": notice.type.value,
        "event_id": event.id,
        "actor_id": event.actor_id,
        "project_id": event.project_id,
        "entity_type": notice.entity_type,
        "entity_id": notice.entity_id,
        "title": one_line(notice.title, 400),
        "key": notice.key,
        "comment_id": notice.comment_id,
        "in_app": choice.in_app,
        "in_digest": choice.email is EmailMode.DIGEST,
        "created_at": event.at,
        "surfaced_at": event.at,
    }


def _page(event: Told, notice: Notice) -> str:
    """Return where a letter's button leads, below `/app/`."""
    if notice.entity_type == "job":
        return f"runs/{notice.entity_id}"
    if notice.entity_type == "task":
        return f"projects/{event.project_id}/tasks/{notice.entity_id}"
    return f"projects/{event.project_id}"


async def _of_comment(db: AsyncSession, event: Told) -> list[Notice]:
    said = event.payload
    assert event.project_id is not None
    target = await targets.find(db, event.project_id, said["entity_type"], UUID(said["entity_id"]))
    if target is None or not await repository.is_said(db, event.subject_id):
        return []
    named = {UUID(one) for one in said["mentioned"]}
    about: dict[str, Any] = {
        "entity_type": said["entity_type"],
        "entity_id": UUID(said["entity_id"]),
        "title": target.title,
        "key": target.key,
        "comment_id": event.subject_id,
        "members_of": event.project_id,
    }
    told = [Notice(NoticeType.MENTION, named, **about)]
    if event.name == CommentCreated.name:
        others = target.people | await repository.speakers(db, event.subject_id)
        told.append(Notice(NoticeType.COMMENT_ADDED, others - named, **about))
    return told


async def _of_assignment(db: AsyncSession, event: Told) -> list[Notice]:
    if event.payload["new_id"] is None:
        return []
    people = {UUID(event.payload["new_id"])}
    task = await repository.task(db, event.subject_id)
    # Given to somebody else meanwhile: that is the news.
    if task is None or task.assignee_id not in people:
        return []
    return [_of_task(NoticeType.TASK_ASSIGNED, people, event)]


async def _of_completion(db: AsyncSession, event: Told) -> list[Notice]:
    if await repository.task(db, event.subject_id) is None:
        return []
    people = await repository.watchers(db, event.subject_id)
    return [_of_task(NoticeType.TASK_COMPLETED, people, event)]


def _of_task(kind: NoticeType, people: Collection[UUID], event: Told) -> Notice:
    return Notice(
        kind,
        people,
        entity_type="task",
        entity_id=event.subject_id,
        title=event.payload["title"],
        key=event.payload["key"],
        members_of=event.project_id,
    )


async def _of_invitation(db: AsyncSession, event: Told) -> list[Notice]:
    """Tell of an invitation; sent again, it stands in the inbox already."""
    whom = await repository.invited(db, event.subject_id)
    if whom is None or event.payload["again"] or event.project_id is None:
        return []
    title = await repository.project_name(db, event.project_id)
    return [
        Notice(
            NoticeType.TEAM_INVITE,
            {whom},
            entity_type="invitation",
            entity_id=event.subject_id,
            title=title,
        )
    ]


async def _of_team_invitation(_: AsyncSession, event: Told) -> list[Notice]:
    """Tell of an invitation into a named team; the account that is invited is the subject."""
    return [
        Notice(
            NoticeType.TEAM_INVITE,
            {event.subject_id},
            entity_type="team",
            entity_id=UUID(event.payload["invitation_id"]),
            title=event.payload["title"],
        )
    ]


async def _of_member(db: AsyncSession, event: Told) -> list[Notice]:
    """Tell a project's owners who came or went; whoever did is the subject."""
    assert event.project_id is not None
    joined = event.name == MemberJoined.name
    people = await repository.owners(db, event.project_id) - {event.subject_id}
    return [
        Notice(
            NoticeType.TEAM_JOINED if joined else NoticeType.TEAM_MEMBER_LEFT,
            people,
            entity_type="project",
            entity_id=event.project_id,
            title=await repository.project_name(db, event.project_id),
            members_of=event.project_id,
        )
    ]


async def _of_run(db: AsyncSession, event: Told) -> list[Notice]:
    """Tell whoever asked for a run how it ended, as far as they still see its project."""
    ended = await letters.ended_run(db, event.subject_id)
    failed = event.name == JobFailed.name
    if ended is None or not (failed or ended.job.kind in _NEWSWORTHY):
        return []
    return [
        Notice(
            NoticeType.JOB_FAILED if failed else NoticeType.JOB_COMPLETED,
            {ended.owner.id},
            entity_type="job",
            entity_id=ended.job.id,
            title=ended.job.title,
            also_actor=True,
        )
    ]
