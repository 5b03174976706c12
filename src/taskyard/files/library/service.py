"""The verbs of the library: giving, finding, deleting, bringing back."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO, Final
from uuid import UUID

from taskyard.accounts.types import Device
from taskyard.core.access import Actor, Permission
from taskyard.core.db import Database
from taskyard.core.idempotency import IdempotencyKeyReused
from taskyard.core.schemas import Cursor, PageQuery
from taskyard.core.storage import CHUNK_BYTES, Blob
from taskyard.core.uow import Uow, unit_of_work
from taskyard.files.access import Parts
from taskyard.files.events import FileDeleted, FileRestored, FileUploaded
from taskyard.files.library import access as rights
from taskyard.files.library import repository
from taskyard.files.library.access import FileAccess
from taskyard.files.library.errors import FileNotDeleted, FileNotFound
from taskyard.files.library.repository import AccessRow, FileRow
from taskyard.files.library.schemas import FileQuery, FileRead, UploadedBy
from taskyard.files.library.sniffing import HEAD_BYTES, content_type
from taskyard.files.library.types import Action
from taskyard.files.models import AccessRecord, File
from taskyard.files.repository import StorageUse, storage_use
from taskyard.files.service.blobs import PROJECT_GRACE, keep_file
from taskyard.files.service.quota import check_storage, lock_storage
from taskyard.projects import access as projects
from taskyard.projects.access import ProjectAccess

#: How long a deleted file can be brought back.
RESTORE_FOR: Final = timedelta(days=1)
_AGENT_LENGTH: Final = 400


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody gives: where it goes, what it is called, and what it is."""

    project_id: UUID | None
    name: str
    blob: Blob
    content_type: str
    #: Hash of the idempotency key it came with.
    request_key: bytes | None = None

    @classmethod
    def of(
        cls,
        file: BinaryIO,
        *,
        project_id: UUID | None,
        name: str,
        blob: Blob | None = None,
        request_key: bytes | None = None,
    ) -> "Given":
        """Return what lies in an open file, which is read for it; its hash may be known.

        Call it in a thread: a large file takes a while to read.
        """
        blob = blob or _blob_of(file)
        file.seek(0)
        kind = content_type(file.read(HEAD_BYTES), name)
        return cls(project_id, name, blob, kind, request_key)


def request_key(key: str | None) -> bytes | None:
    """Return what is kept of an idempotency key."""
    return None if key is None else hashlib.sha256(key.encode()).digest()


async def may_give(
    uow: Uow,
    actor: Actor,
    project_id: UUID | None,
    size_bytes: int = 0,
    *,
    besides: UUID | None = None,
) -> None:
    """Raise ProjectNotFound, 403 refusals or TierLimitExceeded where a file would not be taken.

    `besides` is the upload it comes by, whose room it takes over.
    """
    if project_id is not None:
        await projects.load(uow, actor, project_id, Permission.FILE_UPLOAD)
    await check_storage(uow, actor, size_bytes, besides=besides)


async def keep(parts: Parts, actor: Actor, file: BinaryIO, given: Given) -> tuple[UUID, bool]:
    """Keep what lies in an open file; return the file's id and whether it was made now.

    Raises as `may_give` and `add`, and StorageUnavailable.
    """
    async with unit_of_work(parts.database) as uow:
        known = await _already(uow, actor, given)
        if known is not None:
            return known.id, False
        await may_give(uow, actor, given.project_id, given.blob.size_bytes)
    await keep_file(parts.database, parts.storage, given.blob, file)
    async with unit_of_work(parts.database) as uow:
        made, is_new = await add(uow, actor, given)
        return made.id, is_new


async def add(
    uow: Uow, actor: Actor, given: Given, *, besides: UUID | None = None
) -> tuple[File, bool]:
    """Write a file whose content is kept; return it and whether it is new.

    The right to give it and the room for it are asked for again. `besides` is the upload it came
    by, whose room it takes over. Raises ProjectNotFound, 403 refusals, TierLimitExceeded, and
    IdempotencyKeyReused.
    """
    if given.project_id is not None:
        await projects.load(uow, actor, given.project_id, Permission.FILE_UPLOAD)
    await lock_storage(uow, actor)
    known = await _already(uow, actor, given)
    if known is not None:
        return known, False
    await check_storage(uow, actor, given.blob.size_bytes, besides=besides)
    file = await repository.add(
        uow.db,
        project_id=given.project_id,
        owner_id=actor.user_id,
        name=given.name,
        size_bytes=given.blob.size_bytes,
        sha256=given.blob.sha256,
        content_type=given.content_type,
        request_key=given.request_key,
    )
    assert file is not None  # whoever sends the same key waits for the lock
    uow.emit(
        FileUploaded(
            subject_id=file.id,
            actor_id=actor.user_id,
            project_id=file.project_id,
            title=file.name,
            size_bytes=file.size_bytes,
        )
    )
    return file, True


async def _already(uow: Uow, actor: Actor, given: Given) -> File | None:
    """Return the file that the same request made before. Raises IdempotencyKeyReused."""
    if given.request_key is None:
        return None
    file = await repository.by_request(uow.db, actor.user_id, given.request_key)
    if file is not None and (file.project_id, file.name, file.sha256) != (
        given.project_id,
        given.name,
        given.blob.sha256,
    ):
        raise IdempotencyKeyReused
    return file


async def one(uow: Uow, access: FileAccess) -> FileRead:
    """Return a file as its reader sees it."""
    return read(await repository.row(uow.db, access.file.id), access.may)


async def given_now(uow: Uow, actor: Actor, file_id: UUID) -> FileRead:
    """Return a file that the caller gave a moment ago, deleted or not."""
    access = await rights.load(uow, actor, file_id, Permission.FILE_READ, deleted=True)
    return await one(uow, access)


def read(row: FileRow, may: Callable[[Permission], bool]) -> FileRead:
    """Return a file as clients see it; `may` says what its reader has a right to."""
    file, owner_name, links = row
    return FileRead(
        id=file.id,
        project_id=file.project_id,
        name=file.name,
        size_bytes=file.size_bytes,
        content_type=file.content_type,
        sha256=file.sha256,
        uploaded_by=UploadedBy(id=file.owner_id, name=owner_name),
        created_at=file.created_at,
        links=links,
        can_share=may(Permission.FILE_SHARE),
        can_delete=may(Permission.FILE_DELETE),
    )


async def found(
    uow: Uow, actor: Actor, query: FileQuery, cursor: Cursor
) -> tuple[list[FileRead], int, str | None]:
    """Return a page of files, how many there are, and the cursor of what follows.

    Raises ProjectNotFound and paging refusals.
    """
    query.check_tier(actor.tier)
    if query.project_id is not None:
        seen = [await projects.load(uow, actor, query.project_id, Permission.FILE_READ)]
        which = repository.of_project(query.project_id)
    else:
        seen = await projects.all_of(uow, actor)
        which = repository.visible(actor.user_id, [project.project_id for project in seen])
    asked: dict[UUID | None, ProjectAccess | Actor] = {None: actor}
    asked |= {project.project_id: project for project in seen}
    scope = f"files:{actor.user_id}:{query.project_id}:{query.q}"
    before, offset = place(query, cursor, scope)
    rows, total = await repository.page(
        uow.db, which, q=query.q, before=before, offset=offset, limit=query.page_size + 1
    )
    shown = rows[: query.page_size]
    items = [read(row, _may_of(row[0], asked[row[0].project_id], actor)) for row in shown]
    return items, total, following(rows, query, cursor, scope)


def _may_of(file: File, asked: ProjectAccess | Actor, actor: Actor) -> Callable[[Permission], bool]:
    return lambda permission: rights.may(asked, file, actor, permission)


def place(query: PageQuery, cursor: Cursor, scope: str) -> tuple[UUID | None, int]:
    """Return after which id a page begins, and how many rows further on."""
    if query.cursor is None:
        return None, query.offset
    return cursor.open(scope, query.cursor)[1], 0


def following(
    rows: Sequence[FileRow] | Sequence[AccessRow], query: PageQuery, cursor: Cursor, scope: str
) -> str | None:
    """Return the cursor of what follows a page, of which one row more was fetched."""
    if len(rows) <= query.page_size:
        return None
    return cursor.seal(scope, 0, rows[query.page_size - 1][0].id)


async def storage(uow: Uow, actor: Actor) -> StorageUse:
    """Return what the caller's storage is taken by."""
    return await storage_use(uow.db, actor.user_id)


async def delete(uow: Uow, access: FileAccess) -> None:
    """Delete a file; for a day it can be brought back. Its links stop working at once."""
    if await repository.delete(uow.db, access.file.id):
        uow.emit(
            FileDeleted(
                subject_id=access.file.id,
                actor_id=access.actor.user_id,
                project_id=access.file.project_id,
                title=access.file.name,
            )
        )


async def restore(uow: Uow, access: FileAccess) -> FileRead:
    """Bring a deleted file back. Raises FileNotDeleted, FileNotFound, TierLimitExceeded."""
    file, actor = access.file, access.actor
    if file.deleted_at is None:
        raise FileNotDeleted
    if file.owner_id == actor.user_id:
        await lock_storage(uow, actor)
        await check_storage(uow, actor, file.size_bytes)
    if not await repository.restore(uow.db, file.id, within=RESTORE_FOR):
        raise FileNotFound
    uow.emit(
        FileRestored(
            subject_id=file.id,
            actor_id=actor.user_id,
            project_id=file.project_id,
            title=file.name,
        )
    )
    return await one(uow, access)


def note(
    uow: Uow,
    file_id: UUID,
    action: Action,
    device: Device,
    *,
    user_id: UUID | None = None,
    share_id: UUID | None = None,
) -> None:
    """Write into a file's access log who came for it."""
    uow.db.add(
        AccessRecord(
            file_id=file_id,
            action=action,
            user_id=user_id,
            share_id=share_id,
            address=device.address,
            user_agent=device.user_agent[:_AGENT_LENGTH],
        )
    )


async def access_log(
    uow: Uow, access: FileAccess, query: PageQuery, cursor: Cursor
) -> tuple[Sequence[AccessRow], int, str | None]:
    """Return a page of who came for a file, newest first. Raises paging refusals."""
    query.check_tier(access.actor.tier)
    scope = f"file-access:{access.file.id}"
    before, offset = place(query, cursor, scope)
    rows, total = await repository.access_log(
        uow.db, access.file.id, before=before, offset=offset, limit=query.page_size + 1
    )
    return rows[: query.page_size], total, following(rows, query, cursor, scope)


async def purge(database: Database) -> int:
    """Remove files deleted too long ago to be brought back; return how many."""
    done = 0
    while True:
        async with unit_of_work(database) as uow:
            count = await repository.purge(uow.db, deleted_before=RESTORE_FOR, grace=PROJECT_GRACE)
        done += count
        if not count:
            return done


def _blob_of(file: BinaryIO) -> Blob:
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while chunk := file.read(CHUNK_BYTES):
        digest.update(chunk)
        size += len(chunk)
    return Blob(digest.hexdigest(), size)
