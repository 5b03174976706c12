"""Putting an upload together, once: its parts become a file or a source."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import BinaryIO, Final
from uuid import UUID

import structlog

from taskyard.core.access import Actor, Permission
from taskyard.core.storage import Blob, Storage
from taskyard.core.uow import unit_of_work
from taskyard.files import service as source
from taskyard.files.access import Parts
from taskyard.files.errors import ArchiveUnreadable, ArchiveUnsafe
from taskyard.files.library import service as library
from taskyard.files.models import FileUpload, FileUploadPart
from taskyard.files.service.blobs import keep_file
from taskyard.files.uploads import repository
from taskyard.files.uploads.errors import HashMismatch, PartsMissing, UploadCompleting
from taskyard.files.uploads.service import check_open, clean, own, part_name, plan_of
from taskyard.files.uploads.types import BEAT_S, Claim
from taskyard.kit.errors import TaskyardError
from taskyard.kit.ids import uuid7
from taskyard.projects import access as projects

_log = structlog.get_logger(__name__)
#: Longer than storing takes at the worst, whose own limit is half an hour.
_LONGEST_S: Final = 3600.0
#: What no other part can make good: the upload ends.
_FINAL: Final = (ArchiveUnsafe, ArchiveUnreadable)
_NAMED: Final = 100


@dataclass(frozen=True, slots=True)
class _Work:
    """What is to be put together, by whom."""

    claim: Claim
    upload: FileUpload
    parts: list[FileUploadPart]
    actor: Actor


class _PartLost(Exception):
    """A part is not in the store as it was kept."""

    def __init__(self, number: int) -> None:
        self.number = number


async def complete(parts: Parts, actor: Actor, upload_id: UUID) -> bool:
    """Put an upload together, and say whether it was done now; a repeat does nothing.

    Of two at once one does it. Where it cannot be done yet (parts missing, no room, store away) the
    upload stays open; where what came can never be taken, it ends as refused.

    Raises UploadNotFound, UploadEnded, UploadCompleting, PartsMissing, HashMismatch,
    ProjectNotFound, 403 refusals, TierLimitExceeded, StorageUnavailable, ArchiveUnsafe and
    ArchiveUnreadable.
    """
    work = await _claim(parts, actor, upload_id)
    if work is None:
        return False
    try:
        async with _living(parts, work.claim), asyncio.timeout(_LONGEST_S):
            await _put_together(parts, work)
    except _PartLost as lost:
        await _give_back(parts, work.claim, without=lost.number)
        raise PartsMissing(count=1, missing=[lost.number]) from None
    except _FINAL as refusal:
        if refusal.fields.get("rule") == "time":
            # Of the machine, not of the archive: a calmer one may take it.
            await _give_back(parts, work.claim)
        else:
            await _refuse(parts, work.claim, refusal)
        raise
    except Exception:
        await _give_back(parts, work.claim)
        raise
    with suppress(TaskyardError):
        # The parts are of no use any more; what is left now goes later.
        await clean(parts, [upload_id])
    return True


async def _claim(parts: Parts, actor: Actor, upload_id: UUID) -> _Work | None:
    """Take the right to put an upload together; None where that was done."""
    async with unit_of_work(parts.database) as uow:
        row = await own(uow, actor, upload_id, lock=True)
        if row[0].state == "completed":
            return None
        upload = check_open(row)
        here = (await repository.parts_of(uow.db, [upload_id])).get(upload_id, [])
        numbers = {part.number for part in here}
        missing = [n for n in range(1, plan_of(upload).count + 1) if n not in numbers]
        if missing:
            raise PartsMissing(count=len(missing), missing=missing[:_NAMED])
        claim = Claim(upload_id, uuid7())
        await repository.claim(uow.db, claim)
        return _Work(claim, upload, here, actor)


@asynccontextmanager
async def _living(parts: Parts, claim: Claim) -> AsyncIterator[None]:
    """Say again and again that the claim's holder lives, for as long as the block lasts."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            try:
                async with unit_of_work(parts.database) as uow:
                    await repository.beat(uow.db, claim)
            except Exception:  # noqa: BLE001 — tried again; a claim that lapsed is seen at the end
                _log.warning("upload_beat_failed", upload_id=str(claim.upload_id))

    beating = asyncio.create_task(beat(), name="upload-beat")
    try:
        yield
    finally:
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)


async def _put_together(parts: Parts, work: _Work) -> None:
    with parts.storage.scratch_file() as whole:
        blob = await asyncio.to_thread(_assemble, parts.storage, work, whole)
        expected = work.upload.sha256
        if expected is not None and expected != blob.sha256:
            raise HashMismatch(found=blob.sha256, expected=expected)
        if work.upload.purpose == "file":
            await _to_file(parts, work, whole, blob)
        else:
            await _to_source(parts, work, whole)


def _assemble(storage: Storage, work: _Work, into: BinaryIO) -> Blob:
    """Write the parts one after the other into a file, each checked, one at a time in memory."""
    digest, size = hashlib.sha256(), 0
    for part in work.parts:
        content = storage.read_part(work.upload.id, part_name(part.number, part.sha256))
        if content is None or hashlib.sha256(content).hexdigest() != part.sha256:
            raise _PartLost(part.number)
        digest.update(content)
        size += into.write(content)
    return Blob(digest.hexdigest(), size)


async def _to_file(parts: Parts, work: _Work, whole: BinaryIO, blob: Blob) -> None:
    """Keep the whole as a file, and end the upload in the same transaction."""
    upload = work.upload
    given = await asyncio.to_thread(
        library.Given.of, whole, project_id=upload.project_id, name=upload.name, blob=blob
    )
    async with unit_of_work(parts.database) as uow:
        await library.may_give(
            uow, work.actor, upload.project_id, blob.size_bytes, besides=upload.id
        )
    await keep_file(parts.database, parts.storage, blob, whole)
    async with unit_of_work(parts.database) as uow:
        if not await repository.lock_claimed(uow.db, work.claim):
            raise UploadCompleting(retry_after=2)
        file, _ = await library.add(uow, work.actor, given, besides=upload.id)
        await repository.end(uow.db, upload.id, "completed", file_id=file.id)


async def _to_source(parts: Parts, work: _Work, whole: BinaryIO) -> None:
    """Give the project its source, as an archive that came in one request; then end the upload.

    Killed in between, the next completion finds that the project has the same source already.
    """
    upload = work.upload
    assert upload.project_id is not None  # announced with one
    async with unit_of_work(parts.database) as uow:
        access = await projects.load(uow, work.actor, upload.project_id, Permission.FILE_UPLOAD)
    whole.seek(0)
    taken = await source.take_archive(
        parts.database, parts.storage, access, whole, name=upload.name
    )
    async with unit_of_work(parts.database) as uow:
        if not await repository.lock_claimed(uow.db, work.claim):
            raise UploadCompleting(retry_after=2)
        snapshot_id = taken.snapshot[0].id
        await repository.end(uow.db, upload.id, "completed", snapshot_id=snapshot_id)


async def _give_back(parts: Parts, claim: Claim, *, without: int | None = None) -> None:
    """Leave an upload to be completed another time, unless somebody else has it by now."""
    async with unit_of_work(parts.database) as uow:
        if await repository.lock_claimed(uow.db, claim):
            await repository.reopen(uow.db, claim)
            if without is not None:
                await repository.forget_part(uow.db, claim.upload_id, without)


async def _refuse(parts: Parts, claim: Claim, refusal: TaskyardError) -> None:
    """End an upload that can never be taken, and remember why."""
    async with unit_of_work(parts.database) as uow:
        if await repository.lock_claimed(uow.db, claim):
            kept = {"code": refusal.code, "message": refusal.message}
            await repository.end(uow.db, claim.upload_id, "refused", refusal=kept)
    with suppress(TaskyardError):
        await clean(parts, [claim.upload_id])
