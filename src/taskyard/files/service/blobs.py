"""Keeping single blobs, and collecting what nobody refers to."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO

import structlog

from taskyard.core.db import Database
from taskyard.core.storage import Blob, Content, Storage
from taskyard.core.uow import unit_of_work
from taskyard.files import repository
from taskyard.projects.types import GRACE

_log = structlog.get_logger(__name__)
#: Younger content may belong to an upload that is not finished. No upload may take so long.
COLLECT_AFTER = timedelta(days=1)
#: How long a deleted project's source stays.
PROJECT_GRACE = GRACE
_BATCH = 100


@dataclass(slots=True)
class Collected:
    """What a collection removed."""

    snapshots: int = 0
    sources: int = 0
    blobs: int = 0
    size_bytes: int = 0
    unfinished: int = 0


async def keep_blob(database: Database, storage: Storage, content: Content) -> Blob:
    """Store content and return its name, for a row that will refer to it.

    Write that row, with its foreign key to `blobs.sha256`, within the next hours: content that
    nothing refers to is collected after a day. Opens two transactions of its own, since the
    blob's row must be committed before its content is stored.
    """
    async with storage.aside(content) as (blob, file):
        await keep_file(database, storage, blob, file)
    return blob


async def keep_file(database: Database, storage: Storage, blob: Blob, file: BinaryIO) -> None:
    """Store a blob that lies in an open file that nobody else writes to, as `keep_blob` does."""
    async with unit_of_work(database) as uow:
        stored = await repository.touch_blobs(uow.db, [blob])
    if blob.sha256 in stored:
        return
    await asyncio.to_thread(storage.store_from, blob, file, 0)
    await storage.flush()
    async with unit_of_work(database) as uow:
        await repository.mark_stored(uow.db, [blob.sha256])


async def collect_garbage(
    database: Database,
    storage: Storage,
    *,
    older_than: timedelta = COLLECT_AFTER,
    project_grace: timedelta = PROJECT_GRACE,
) -> Collected:
    """Remove snapshots of long-deleted projects, sources nobody has, and blobs nobody refers to.

    Safe beside uploads and against being killed: an upload first touches its rows, which keeps
    them for a day, and a blob's content goes while its row is locked and before its removal is
    committed, so that the worst a crash leaves is a row whose content is made again on next use.
    """
    done = Collected()
    async with unit_of_work(database) as uow:
        done.snapshots = await repository.delete_snapshots_of_deleted_projects(
            uow.db, older_than=project_grace
        )
    while True:
        async with unit_of_work(database) as uow:
            count = await repository.delete_unused_sources(
                uow.db, older_than=older_than, limit=_BATCH
            )
        done.sources += count
        if count < _BATCH:
            break
    while True:
        count = await _collect_blobs(database, storage, older_than, done)
        if count < _BATCH:
            break
    done.unfinished = await asyncio.to_thread(storage.sweep_unfinished, older_than=COLLECT_AFTER)
    _log.info("garbage_collected", blobs=done.blobs, sources=done.sources, bytes=done.size_bytes)
    return done


async def _collect_blobs(
    database: Database, storage: Storage, older_than: timedelta, done: Collected
) -> int:
    async with unit_of_work(database) as uow:
        blobs = await repository.delete_unused_blobs(uow.db, older_than=older_than, limit=_BATCH)
        for blob in blobs:
            await storage.delete(blob.sha256)
    done.blobs += len(blobs)
    done.size_bytes += sum(blob.size_bytes for blob in blobs)
    return len(blobs)
