"""The verbs of uploads in parts: announcing, sending, looking, aborting."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO
from uuid import UUID

from taskyard.core.access import Actor, Permission
from taskyard.core.downloads import plain_name
from taskyard.core.problems import ValidationFailed
from taskyard.core.storage import PART_BYTES
from taskyard.core.uow import Uow, unit_of_work
from taskyard.files import service as source
from taskyard.files.access import Parts
from taskyard.files.errors import ArchiveTooLarge
from taskyard.files.library import service as library
from taskyard.files.library.errors import FileTooLarge
from taskyard.files.library.schemas import FileRead
from taskyard.files.library.types import largest_archive, largest_file
from taskyard.files.models import FileUpload, FileUploadPart
from taskyard.files.repository import SnapshotRow
from taskyard.files.service.quota import check_storage, lock_storage
from taskyard.files.uploads import repository
from taskyard.files.uploads.errors import (
    PartDamaged,
    PartWrong,
    TooManyUploads,
    UploadCompleting,
    UploadEnded,
    UploadNotFound,
)
from taskyard.files.uploads.repository import UploadRow
from taskyard.files.uploads.schemas import UploadCreate, UploadQuery
from taskyard.files.uploads.types import AT_ONCE, Plan
from taskyard.kit.errors import Kind, TaskyardError
from taskyard.projects import access as projects

#: What is held in memory of a part before it is worth a trip to the disk.
_HELD_BYTES = 1024 * 1024


async def create(uow: Uow, actor: Actor, body: UploadCreate) -> FileUpload:
    """Announce what is going to come; its size is taken from the account's storage at once.

    Raises ProjectNotFound, 403 refusals, FileTooLarge, ArchiveTooLarge, TierLimitExceeded,
    TooManyUploads and ValidationFailed.
    """
    _check_size(actor, body)
    if body.project_id is not None:
        await projects.load(uow, actor, body.project_id, Permission.FILE_UPLOAD)
    await lock_storage(uow, actor)
    if await repository.count_open(uow.db, actor.user_id) >= AT_ONCE:
        raise TooManyUploads(limit=AT_ONCE)
    await check_storage(uow, actor, body.size_bytes)
    return await repository.add(
        uow.db,
        owner_id=actor.user_id,
        project_id=body.project_id,
        purpose=body.purpose,
        name=plain_name(body.name, "file" if body.purpose == "file" else "archive"),
        size_bytes=body.size_bytes,
        part_bytes=PART_BYTES,
        sha256=body.sha256,
        modified_at=body.modified_at,
    )


def _check_size(actor: Actor, body: UploadCreate) -> None:
    if body.purpose == "file":
        limit = largest_file(actor)
        if body.size_bytes > limit:
            raise FileTooLarge(limit_bytes=limit, tier=actor.tier)
        return
    if body.project_id is None:
        message = "Source belongs to a project: say which"
        field = {"field": "body.project_id", "type": "missing", "message": message}
        raise ValidationFailed(fields=[field])
    limit = largest_archive(actor)
    if body.size_bytes > limit:
        raise ArchiveTooLarge(limit_bytes=limit, tier=actor.tier)


async def own(uow: Uow, actor: Actor, upload_id: UUID, *, lock: bool = False) -> UploadRow:
    """Return one of the caller's uploads. Raises UploadNotFound."""
    row = await repository.own(uow.db, actor.user_id, upload_id, lock=lock)
    if row is None:
        raise UploadNotFound
    return row


def check_open(row: UploadRow) -> FileUpload:
    """Return an upload that takes parts. Raises UploadEnded and UploadCompleting.

    One whose completion died takes them as well.
    """
    upload, is_over, is_claimed = row
    if is_claimed:
        raise UploadCompleting(retry_after=2)
    if upload.ended_at is not None or is_over:
        state = upload.state if upload.ended_at is not None else "expired"
        raise UploadEnded(state=state, **(upload.refusal or {}))
    return upload


async def under_way(
    uow: Uow, actor: Actor, query: UploadQuery
) -> tuple[list[tuple[FileUpload, list[FileUploadPart]]], int]:
    """Return a page of the caller's uploads that take parts, and how many there are."""
    query.check_tier(actor.tier)
    uploads, total = await repository.under_way(
        uow.db,
        actor.user_id,
        project_id=query.project_id,
        purpose=query.purpose,
        offset=query.offset,
        limit=query.page_size,
    )
    parts = await repository.parts_of(uow.db, [upload.id for upload in uploads])
    return [(upload, parts.get(upload.id, [])) for upload in uploads], total


async def parts_of(uow: Uow, upload: FileUpload) -> list[FileUploadPart]:
    """Return the parts of an upload that are here, by number."""
    return (await repository.parts_of(uow.db, [upload.id])).get(upload.id, [])


@dataclass(frozen=True, slots=True)
class Became:
    """What became of an upload, as far as its sender may still see it."""

    file: FileRead | None = None
    snapshot: SnapshotRow | None = None


NOTHING = Became()


async def became(uow: Uow, actor: Actor, upload: FileUpload) -> Became:
    """Return what became of an upload."""
    try:
        if upload.file_id is not None:
            return Became(file=await library.given_now(uow, actor, upload.file_id))
        if upload.snapshot_id is not None and upload.project_id is not None:
            access = await projects.load(uow, actor, upload.project_id, Permission.FILE_READ)
            return Became(snapshot=await source.snapshot(uow, access, upload.snapshot_id))
    except TaskyardError as error:
        if error.kind not in {Kind.NOT_FOUND, Kind.FORBIDDEN}:
            raise
    return NOTHING


def plan_of(upload: FileUpload) -> Plan:
    """Return which parts an upload has."""
    return Plan(upload.size_bytes, upload.part_bytes)


async def take_part(
    parts: Parts,
    actor: Actor,
    upload_id: UUID,
    number: int,
    body: AsyncIterator[bytes],
    *,
    sha256: str | None,
) -> FileUploadPart:
    """Keep a part, which replaces one with its number; once this returns it is safe.

    `sha256` is what its sender says it is, if they do. Holds no transaction while it comes. Raises
    UploadNotFound, UploadEnded, UploadCompleting, PartWrong, PartDamaged, UploadBrokenOff and
    StorageUnavailable.
    """
    async with unit_of_work(parts.database) as uow:
        upload = check_open(await own(uow, actor, upload_id))
    expected = plan_of(upload).size_of(number)
    if expected is None:
        raise PartWrong(number=number, reason=f"there are {plan_of(upload).count} parts")
    with parts.storage.scratch_file() as aside:
        found = await _receive(body, aside, number, expected)
        if sha256 is not None and sha256 != found:
            raise PartDamaged(number=number)
        await asyncio.to_thread(_store, parts, upload_id, part_name(number, found), aside)
    async with unit_of_work(parts.database) as uow:
        # It may have been completed or aborted meanwhile.
        check_open(await own(uow, actor, upload_id, lock=True))
        return await repository.put_part(
            uow.db, upload_id, number, size_bytes=expected, sha256=found
        )


def part_name(number: int, sha256: str) -> str:
    """Return what a part is called in the store.

    By its content, so that one that replaces another never changes what somebody reads.
    """
    return f"{number}-{sha256}"


def _store(parts: Parts, upload_id: UUID, name: str, aside: BinaryIO) -> None:
    aside.seek(0)
    parts.storage.store_part(upload_id, name, aside.read())


async def _receive(body: AsyncIterator[bytes], aside: BinaryIO, number: int, expected: int) -> str:
    """Write a part to a file as it comes; return its SHA-256. Raises PartWrong."""
    digest, size = hashlib.sha256(), 0
    held: list[bytes] = []
    held_bytes = 0
    async for chunk in body:
        size += len(chunk)
        if size > expected:
            raise PartWrong(number=number, reason=f"it has {expected} bytes, and more came")
        digest.update(chunk)
        held.append(chunk)
        held_bytes += len(chunk)
        if held_bytes >= _HELD_BYTES:
            await asyncio.to_thread(aside.writelines, held)
            held, held_bytes = [], 0
    if size < expected:
        raise PartWrong(number=number, reason=f"it has {expected} bytes, and {size} came")
    await asyncio.to_thread(aside.writelines, held)
    return digest.hexdigest()


async def abort(parts: Parts, actor: Actor, upload_id: UUID) -> None:
    """End an upload without taking it; one that has ended stays as it is.

    Raises UploadNotFound and UploadCompleting.
    """
    async with unit_of_work(parts.database) as uow:
        row = await own(uow, actor, upload_id, lock=True)
        if row[2]:
            raise UploadCompleting(retry_after=2)
        if row[0].ended_at is None:
            await repository.end(uow.db, upload_id, "aborted")
    await clean(parts, [upload_id])


async def clean(parts: Parts, uploads: Sequence[UUID]) -> None:
    """Remove the parts of uploads that have ended. Raises StorageUnavailable."""
    for upload_id in uploads:
        await asyncio.to_thread(parts.storage.drop_parts, upload_id)
        async with unit_of_work(parts.database) as uow:
            await repository.cleaned(uow.db, upload_id)
