"""Looking into a source: snapshots, folders, one file's text."""

import codecs
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from taskyard.core.schemas import NumberedPageQuery
from taskyard.core.storage import Storage
from taskyard.core.uow import Uow
from taskyard.files import repository
from taskyard.files.errors import SnapshotNotFound, SourceFileNotFound
from taskyard.files.repository import ManifestFile, SnapshotRow
from taskyard.files.schemas import EntryQuery, EntryRead
from taskyard.projects.access import ProjectAccess

#: More text than this is neither shown nor sent at once.
TEXT_BYTES = 1024 * 1024
#: Where a NUL gives a binary file away; git looks as far.
_SNIFF_BYTES = 8000


@dataclass(frozen=True, slots=True)
class Text:
    """A file's text; `text` and `encoding` are None where it is none."""

    text: str | None
    encoding: Literal["utf-8", "latin-1"] | None
    truncated: bool


async def snapshots(
    uow: Uow, access: ProjectAccess, page: NumberedPageQuery
) -> tuple[list[SnapshotRow], int]:
    """Return a page of a project's snapshots, newest first, and how many there are."""
    page.check_tier(access.actor.tier)
    rows, total = await repository.snapshots(
        uow.db, access.project_id, offset=page.offset, limit=page.page_size
    )
    return list(rows), total


async def snapshot(uow: Uow, access: ProjectAccess, snapshot_id: UUID) -> SnapshotRow:
    """Return one snapshot of a project. Raises SnapshotNotFound."""
    row = await repository.snapshot(uow.db, access.project_id, snapshot_id)
    if row is None:
        raise SnapshotNotFound
    return row


async def entries(
    uow: Uow, access: ProjectAccess, source_id: str, query: EntryQuery
) -> tuple[list[EntryRead], int]:
    """Return a page of a folder's entries and how many there are. Raises SourceFileNotFound."""
    query.check_tier(access.actor.tier)
    folder = query.folder.strip("/")
    prefix = f"{folder}/" if folder else ""
    if query.recursive:
        files, total = await repository.files_below(
            uow.db, source_id, prefix, offset=query.offset, limit=query.page_size
        )
        items = [_file_entry(file) for file in files]
    else:
        rows = await repository.children(uow.db, source_id, prefix)
        total = len(rows)
        items = [
            EntryRead(
                path=prefix + row.name,
                name=row.name,
                kind="folder" if row.is_folder else "file",
                files=row.files,
                size_bytes=row.size_bytes,
                executable=row.executable and not row.is_folder,
                sha256=None if row.is_folder else row.sha256,
            )
            for row in rows[query.offset : query.offset + query.page_size]
        ]
    if total == 0 and folder:
        raise SourceFileNotFound(path=folder)
    return items, total


def _file_entry(file: ManifestFile) -> EntryRead:
    return EntryRead(
        path=file.path,
        name=file.path.rpartition("/")[2],
        kind="file",
        files=1,
        size_bytes=file.size_bytes,
        executable=file.executable,
        sha256=file.sha256,
    )


async def file_at(uow: Uow, source_id: str, path: str) -> ManifestFile:
    """Return one file of a source by its path. Raises SourceFileNotFound."""
    file = await repository.file_at(uow.db, source_id, path)
    if file is None:
        raise SourceFileNotFound(path=path)
    return file


async def text_of(storage: Storage, file: ManifestFile) -> Text:
    """Return a file's text, or its beginning where it is long. Raises BlobMissing."""
    truncated = file.size_bytes > TEXT_BYTES
    if truncated:
        chunks = await storage.open(file.sha256, end=TEXT_BYTES)
        content = b"".join([chunk async for chunk in chunks])
    else:
        content = await storage.get_bytes(file.sha256)
    if b"\0" in content[:_SNIFF_BYTES]:
        return Text(None, None, truncated=False)
    try:
        # Incremental: a cut may fall within a character.
        decoder = codecs.getincrementaldecoder("utf-8")()
        return Text(decoder.decode(content, final=not truncated), "utf-8", truncated)
    except UnicodeDecodeError:
        return Text(content.decode("latin-1"), "latin-1", truncated)
