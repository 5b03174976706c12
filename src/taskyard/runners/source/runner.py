"""From a repository's address to a source in the store."""

import asyncio
from contextlib import aclosing
from dataclasses import asdict
from typing import BinaryIO

from pydantic import BaseModel

from taskyard.core.outgoing.address import Address
from taskyard.core.outgoing.http import Outgoing
from taskyard.files import service as files
from taskyard.files.archive.limits import MIB, ArchiveLimits, Deadline
from taskyard.files.archive.tree import Skipped, Tree, gather
from taskyard.files.errors import ArchiveUnreadable, ArchiveUnsafe
from taskyard.files.service import Kept
from taskyard.jobs.context import JobContext
from taskyard.runners.source.errors import RepositoryEmpty, RepositoryUnsafe
from taskyard.runners.source.git.deltas import resolve
from taskyard.runners.source.git.discovery import Found, find
from taskyard.runners.source.git.listing import commit_of, entries
from taskyard.runners.source.git.pack import Pack, PackReader
from taskyard.runners.source.git.receiving import receive
from taskyard.runners.source.service import Allowance

#: As an archive's; all of it is read twice, once as a pack and once as files.
LIMITS = ArchiveLimits(seconds=120.0, whole="the repository")
#: How far the run is when it has begun to receive, to unpack, and to store.
_RECEIVING, _UNPACKING, _STORING = 0.05, 0.6, 0.8
_BATCH_BYTES = 256 * 1024
_LEFT_OUT_SHOWN = 20


class Fetched(BaseModel):
    """A source that is in the store; what of it the next attempt needs."""

    commit: str
    source_id: str
    files: int
    size_bytes: int
    skipped: list[dict[str, str | int]]

    @property
    def kept(self) -> Kept:
        """The same in the words of files."""
        return Kept(self.source_id, self.files, self.size_bytes, None, list(self.skipped))


async def locate(job: JobContext, outgoing: Outgoing, address: Address, ref: str | None) -> Found:
    """Find the commit that is meant."""
    job.log(f"Asking {address}")
    found = await find(outgoing, address, ref)
    if found.url != str(address):
        job.log(f"It has moved to {found.url}")
    job.log(f"Found {found.ref or 'the commit'}: {found.want}")
    return found


async def fetch(job: JobContext, outgoing: Outgoing, found: Found, allowance: Allowance) -> Fetched:
    """Receive a commit's files, check them, and keep them as a source.

    Nothing is stored before all of it was read and found good. Raises the refusals of this room,
    of `core.outgoing` and of `files.service.keep_source`.
    """
    platform = job.platform
    with platform.storage.scratch_file() as store, platform.storage.scratch_file() as spool:
        pack = await _received(job, outgoing, found, allowance, store)
        job.progress(_UNPACKING, "Checking the files")
        deadline = Deadline(LIMITS.seconds, whole=LIMITS.whole)
        commit, tree = await files.read_in_thread(
            lambda until: _unpacked(pack, found.want, spool, until), deadline
        )
        if commit != found.want:
            job.log(f"The tag names the commit {commit}")
        _tell(job, tree)
        job.progress(_STORING, "Storing the files")
        kept = await files.keep_source(
            platform.database, platform.storage, allowance.access, tree, spool
        )
    return Fetched(
        commit=commit,
        source_id=kept.source_id,
        files=kept.files,
        size_bytes=kept.size_bytes,
        skipped=[asdict(item) for item in tree.skipped],
    )


async def _received(
    job: JobContext,
    outgoing: Outgoing,
    found: Found,
    allowance: Allowance,
    store: BinaryIO,
) -> Pack:
    """Take the pack in, unpacking it as it comes."""
    pack = Pack(store, LIMITS, found.object_format, is_filtered=found.can_filter)
    reader = PackReader(pack)
    received = 0
    held = bytearray()
    pieces = receive(
        outgoing,
        found,
        limit_bytes=allowance.limit_bytes,
        largest_blob=LIMITS.file_bytes,
        say=job.log,
    )
    async with aclosing(pieces):
        async for piece in pieces:
            received += len(piece)
            allowance.check(received)
            held += piece
            if len(held) >= _BATCH_BYTES:
                await asyncio.to_thread(reader.feed, bytes(held))
                held.clear()
                _show(job, reader)
    await asyncio.to_thread(reader.feed, bytes(held))
    job.log(f"Received {reader.total:,} objects, {_size(received)}")
    return reader.finish()


def _show(job: JobContext, reader: PackReader) -> None:
    part = reader.done / max(reader.total, 1)
    step = f"Receiving objects: {reader.done:,} of {reader.total:,}"
    job.progress(_RECEIVING + part * (_UNPACKING - _RECEIVING), step)


def _unpacked(pack: Pack, want: str, spool: BinaryIO, deadline: Deadline) -> tuple[str, Tree]:
    try:
        resolve(pack, deadline)
        commit, root = commit_of(pack, want)
        return commit, gather(entries(pack, root, LIMITS, deadline), spool, LIMITS, strip=False)
    except ArchiveUnsafe as error:
        raise RepositoryUnsafe(**error.fields) from None
    except ArchiveUnreadable:
        raise RepositoryEmpty(reason="the commit holds no source files") from None


def _tell(job: JobContext, tree: Tree) -> None:
    job.log(f"{len(tree.files):,} files, {_size(tree.size_bytes)}")
    for item in tree.skipped[:_LEFT_OUT_SHOWN]:
        job.log(f"left out: {_named(item)}", "warning")
    if len(tree.skipped) > _LEFT_OUT_SHOWN:
        job.log(f"and {len(tree.skipped) - _LEFT_OUT_SHOWN:,} more", "warning")


def _size(size_bytes: int) -> str:
    small = size_bytes < MIB
    return f"{size_bytes / 1024:,.1f} KiB" if small else f"{size_bytes / MIB:,.1f} MiB"


def _named(item: Skipped) -> str:
    return f"{item.path or f'{item.entries:,} entries'} ({item.reason})"
