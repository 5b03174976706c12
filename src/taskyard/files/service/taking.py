"""Taking in source: from an archive or from files at hand to a snapshot of a project."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO, TypeVar

from taskyard.core.access import Permission
from taskyard.core.db import Database
from taskyard.core.storage import PART_BYTES, Blob, Storage, StorageUnavailable
from taskyard.core.uow import Uow, unit_of_work
from taskyard.files import repository
from taskyard.files.archive.limits import ArchiveLimits, Deadline
from taskyard.files.archive.tree import Tree, TreeFile, lay_out, unpack
from taskyard.files.errors import SourceGone
from taskyard.files.events import SnapshotCreated
from taskyard.files.repository import ManifestFile, SnapshotRow
from taskyard.files.service.quota import check_storage, lock_storage
from taskyard.files.types import Origin
from taskyard.projects.access import ProjectAccess, load

T = TypeVar("T")
#: Unpacking is work for a core: more at once would only make each slower.
_UNPACKERS = ThreadPoolExecutor(2, thread_name_prefix="unpack")
#: Contents on their way to the store at once; each of them is in memory.
_STORING_AT_ONCE = 8
#: Storing must end well before collection could take its blobs for forgotten.
_STORING_SECONDS = 1800.0


@dataclass(frozen=True, slots=True)
class Taken:
    """A project's snapshot, and whether it was made by this upload."""

    snapshot: SnapshotRow
    created: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """A source that is in the store, and what a snapshot of it tells besides."""

    source_id: str
    files: int
    size_bytes: int
    stripped: str | None
    skipped: list[dict[str, Any]]

    @classmethod
    def of(cls, tree: Tree) -> "Kept":
        """Return what there is to tell of a tree."""
        skipped = [asdict(item) for item in tree.skipped]
        return cls(tree.source_id, len(tree.files), tree.size_bytes, tree.stripped, skipped)


async def take_archive(
    database: Database,
    storage: Storage,
    access: ProjectAccess,
    packed: BinaryIO,
    *,
    name: str,
    limits: ArchiveLimits | None = None,
) -> Taken:
    """Give a project the source in an archive; the same source again is the same snapshot.

    Nothing is stored before the whole archive was read and found good. The blobs' rows, then
    their contents, then the snapshot: three steps, each committed, so that being killed between
    them leaves nothing that anybody sees and nothing that collection does not find.

    Raises ArchiveUnsafe, ArchiveUnreadable, TierLimitExceeded, StorageUnavailable, and
    ProjectNotFound where the project went away meanwhile.
    """
    limits = limits or ArchiveLimits()
    with storage.scratch_file() as spool:
        tree = await read_in_thread(
            lambda deadline: unpack(packed, spool, limits, deadline),
            Deadline(limits.seconds, whole=limits.whole),
        )
        return await _take(database, storage, access, tree, spool, Origin("archive", name))


async def take_files(
    database: Database,
    storage: Storage,
    access: ProjectAccess,
    files: Mapping[str, bytes],
    *,
    origin: Origin,
) -> Taken:
    """Give a project files that are at hand, such as the sample's. Raises as `take_archive`."""
    with storage.scratch_file() as spool:
        tree = await _in_thread(lambda: lay_out(files, spool, ArchiveLimits()))
        return await _take(database, storage, access, tree, spool, origin)


async def read_in_thread(read: Callable[[Deadline], T], deadline: Deadline) -> T:
    """Read something in a thread, which stops at its next chunk when nobody waits any more."""
    try:
        return await _in_thread(lambda: read(deadline))
    except asyncio.CancelledError:
        deadline.cancel()
        raise


async def keep_source(
    database: Database, storage: Storage, access: ProjectAccess, tree: Tree, spool: BinaryIO
) -> Kept:
    """Store a tree as a source that no project has yet.

    Name it by `add_snapshot` within the next hours: a source that no snapshot names is collected
    after a day. Raises TierLimitExceeded and StorageUnavailable.
    """
    kept = Kept.of(tree)
    stored = await _store_blobs(database, storage, access, tree, kept, spool)
    async with unit_of_work(database) as uow:
        await _add_source(uow, tree, kept, stored)
    return kept


async def add_snapshot(uow: Uow, access: ProjectAccess, kept: Kept, origin: Origin) -> Taken:
    """Give a project a source that is here; the caller's right and quota are asked for again.

    Raises TierLimitExceeded, ProjectNotFound, ProjectRoleTooLow, and SourceGone.
    """
    access = await load(uow, access.actor, access.project_id, Permission.FILE_UPLOAD)
    user_id = access.actor.user_id
    await lock_storage(uow, access.actor)
    await _check_quota(uow, access, kept)
    if not await repository.is_known_source(uow.db, kept.source_id):
        raise SourceGone
    snapshot_id, created = await repository.add_snapshot(
        uow.db,
        project_id=access.project_id,
        source_id=kept.source_id,
        created_by=user_id,
        origin=origin.as_json(),
        stripped=kept.stripped,
        skipped=kept.skipped,
    )
    if created:
        uow.emit(
            SnapshotCreated(
                subject_id=snapshot_id,
                project_id=access.project_id,
                actor_id=user_id,
                source_id=kept.source_id,
                files=kept.files,
                size_bytes=kept.size_bytes,
            )
        )
    row = await repository.snapshot(uow.db, access.project_id, snapshot_id)
    assert row is not None  # written a moment ago, in this transaction
    return Taken(row, created)


async def _take(
    database: Database,
    storage: Storage,
    access: ProjectAccess,
    tree: Tree,
    spool: BinaryIO,
    origin: Origin,
) -> Taken:
    kept = Kept.of(tree)
    stored = await _store_blobs(database, storage, access, tree, kept, spool)
    async with unit_of_work(database) as uow:
        await _add_source(uow, tree, kept, stored)
        return await add_snapshot(uow, access, kept, origin)


async def _store_blobs(
    database: Database,
    storage: Storage,
    access: ProjectAccess,
    tree: Tree,
    kept: Kept,
    spool: BinaryIO,
) -> list[str]:
    """Store what is not in the store yet; return the names of that."""
    async with unit_of_work(database) as uow:
        await _check_quota(uow, access, kept)
        known = await repository.is_known_source(uow.db, kept.source_id)
        blobs = {} if known else _blobs_of(tree)
        stored = await repository.touch_blobs(uow.db, list(blobs))
    missing = [(blob, offset) for blob, offset in blobs.items() if blob.sha256 not in stored]
    if missing:
        try:
            async with asyncio.timeout(_STORING_SECONDS):
                await _in_thread(lambda: _store(storage, missing, spool))
                await storage.flush()
        except TimeoutError:
            raise StorageUnavailable(retry_after=60) from None
    return [blob.sha256 for blob, _ in missing]


async def _add_source(uow: Uow, tree: Tree, kept: Kept, stored: Sequence[str]) -> None:
    await repository.mark_stored(uow.db, stored)
    manifest = _manifest_of(tree.files)
    await repository.add_source(uow.db, kept.source_id, manifest, kept.size_bytes)


async def _check_quota(uow: Uow, access: ProjectAccess, kept: Kept) -> None:
    """Raise TierLimitExceeded where the source would not fit into the caller's storage."""
    if not await repository.has_source(uow.db, access.project_id, kept.source_id):
        await check_storage(uow, access.actor, kept.size_bytes)


def _blobs_of(tree: Tree) -> dict[Blob, int]:
    """Return the distinct contents of a tree and where each lies in the spool."""
    return {Blob(file.sha256, file.size_bytes): file.offset for file in tree.files}


def _manifest_of(files: Sequence[TreeFile]) -> list[ManifestFile]:
    return [
        ManifestFile(file.path, file.sha256, file.size_bytes, file.executable) for file in files
    ]


def _store(storage: Storage, missing: Sequence[tuple[Blob, int]], spool: BinaryIO) -> None:
    """Store contents from the spool, several at once: over a network each takes a while."""
    waiting: set[Future[bool]] = set()
    with ThreadPoolExecutor(_STORING_AT_ONCE, thread_name_prefix="store") as pool:
        for blob, offset in missing:
            if blob.size_bytes > PART_BYTES:
                storage.store_from(blob, spool, offset)
                continue
            spool.seek(offset)
            waiting.add(pool.submit(storage.store, blob, spool.read(blob.size_bytes)))
            if len(waiting) == _STORING_AT_ONCE:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for finished in done:
                    finished.result()
        for finished in waiting:
            finished.result()


async def _in_thread(work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(_UNPACKERS, work)
