"""The verbs of attachments."""

from typing import Any, Final
from urllib.parse import unquote, urlsplit
from uuid import UUID

from taskyard.accounts.models import User
from taskyard.core.access import Permission
from taskyard.core.downloads import plain_name
from taskyard.core.uow import Uow
from taskyard.files.access import Parts
from taskyard.files.library import links
from taskyard.files.library import service as library
from taskyard.files.library.access import FileAccess
from taskyard.files.library.access import load as load_file
from taskyard.files.library.errors import FileNotFound
from taskyard.files.models import File
from taskyard.kit.ids import uuid7
from taskyard.projects.access import ProjectAccess
from taskyard.tasks import repository as tasks
from taskyard.tasks.attachments import repository
from taskyard.tasks.attachments.models import Attachment
from taskyard.tasks.attachments.schemas import AttachmentGiven, AttachmentRead
from taskyard.tasks.errors import AttachmentNotFound, TaskNotFound, TooManyAttachments
from taskyard.tasks.events import TaskChanged
from taskyard.tasks.models import Task
from taskyard.tasks.schemas import Person
from taskyard.tasks.service.telling import tell

MOST: Final = 100


async def listed(
    uow: Uow, access: ProjectAccess, task_id: UUID, parts: Parts
) -> list[AttachmentRead]:
    """Return what hangs on a task. Raises TaskNotFound."""
    await check(uow, access, task_id)
    return [_read(access, parts, *row) for row in await repository.listed(uow.db, task_id)]


async def check(uow: Uow, access: ProjectAccess, task_id: UUID) -> None:
    """Raise TaskNotFound unless the task is the project's."""
    if not await tasks.named(uow.db, access.project_id, [task_id]):
        raise TaskNotFound


async def check_room(uow: Uow, task_id: UUID) -> None:
    """Raise TooManyAttachments where no more may hang on a task."""
    if await repository.count(uow.db, task_id) >= MOST:
        raise TooManyAttachments(limit=MOST)


async def hang(
    uow: Uow, access: ProjectAccess, task_id: UUID, parts: Parts, given: AttachmentGiven
) -> AttachmentRead:
    """Hang an address or a file of the project on a task; a file that hangs there stays as it is.

    Raises TaskNotFound, FileNotFound or TooManyAttachments.
    """
    task = await _locked(uow, access, task_id)
    file = None if given.file_id is None else await _file(uow, access, given.file_id)
    known = None if file is None else await repository.of_file(uow.db, task_id, file.id)
    if known is not None:
        return _read(access, parts, *known)
    await check_room(uow, task_id)
    attachment = Attachment(
        id=uuid7(),
        task_id=task_id,
        file_id=given.file_id,
        url=given.url,
        name=_address_name(given) if file is None else file.name,
        added_by=access.actor.user_id,
    )
    uow.db.add(attachment)
    await uow.db.flush()
    await _tell(uow, access, task, {"old": None, "new": attachment.name})
    row = await repository.one(uow.db, task_id, attachment.id)
    assert row is not None, "it was written just now"
    return _read(access, parts, *row)


async def _file(uow: Uow, access: ProjectAccess, file_id: UUID) -> File:
    """Return a file of this project. Raises FileNotFound."""
    file = (await load_file(uow, access.actor, file_id, Permission.FILE_READ)).file
    if file.project_id != access.project_id:
        raise FileNotFound
    return file


async def take_off(uow: Uow, access: ProjectAccess, task_id: UUID, attachment_id: UUID) -> None:
    """Take something off a task; its file is deleted, too, where the caller may do that.

    One that hangs on another task as well stays.

    Raises TaskNotFound or AttachmentNotFound.
    """
    task = await _locked(uow, access, task_id)
    row = await repository.one(uow.db, task_id, attachment_id)
    if row is None:
        raise AttachmentNotFound
    attachment, file, _ = row
    await repository.take_off(uow.db, attachment.id)
    if file is not None:
        held = FileAccess(file, access.actor, access)
        if held.may(Permission.FILE_DELETE) and not await repository.is_hanging(uow.db, file.id):
            await library.delete(uow, held)
    await _tell(uow, access, task, {"old": attachment.name, "new": None})


async def _locked(uow: Uow, access: ProjectAccess, task_id: UUID) -> Task:
    found = await tasks.locked(uow.db, access.project_id, [task_id])
    if not found:
        raise TaskNotFound
    return found[0]


async def _tell(uow: Uow, access: ProjectAccess, task: Task, change: dict[str, Any]) -> None:
    await tasks.touch(uow.db, [task.id])
    key = await tasks.key_of(uow.db, access.project_id)
    tell(uow, access, TaskChanged, task, key, changes={"attachments": change})


def _address_name(given: AttachmentGiven) -> str:
    """Return what an address is called: as it was named, else its last part, else its host."""
    parts = urlsplit(given.url or "")
    last = unquote(parts.path.rstrip("/").rpartition("/")[2])
    return plain_name(given.name or last, parts.hostname or "link")


def _read(
    access: ProjectAccess, parts: Parts, attachment: Attachment, file: File | None, by: User
) -> AttachmentRead:
    held = None if file is None else FileAccess(file, access.actor, access)
    return AttachmentRead(
        id=attachment.id,
        kind="link" if file is None else "file",
        name=attachment.name,
        size_bytes=file and file.size_bytes,
        content_type=file and file.content_type,
        url=(attachment.url or "") if held is None else links.link(parts, held).url,
        file_id=attachment.file_id,
        added_by=Person(id=by.id, name=by.display_name, username=by.username),
        created_at=attachment.created_at,
    )
