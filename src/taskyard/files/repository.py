"""Every query of files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.accounts.models import User
from taskyard.core.storage import Blob
from taskyard.files.models import (
    BlobRow,
    File,
    FileUpload,
    Source,
    SourceFile,
    SourceSnapshot,
)
from taskyard.kit.ids import uuid7
from taskyard.projects.models import Project

#: Lists stop counting here, as everywhere.
COUNT_CAP = 10_000
#: Rows of one statement: 5,000 take 60 ms, far from the statement time-out.
_ROWS_AT_ONCE = 5_000
#: A touch younger than an hour is not renewed, which spares a write per blob and upload.
#: Collection waits for a day, so that every touch still protects for 23 hours.
_TOUCH = text(
    "INSERT INTO blobs (sha256, size_bytes)"
    " SELECT * FROM unnest(CAST(:names AS text[]), CAST(:sizes AS bigint[]))"
    " ON CONFLICT (sha256) DO UPDATE SET touched_at = now()"
    " WHERE blobs.touched_at < now() - interval '1 hour'"
)

SnapshotRow = Row[SourceSnapshot, int, int]


@dataclass(frozen=True, slots=True)
class ManifestFile:
    """One line of a manifest."""

    path: str
    sha256: str
    size_bytes: int
    executable: bool


async def touch_blobs(db: AsyncSession, blobs: Sequence[Blob]) -> set[str]:
    """Make or renew the rows of blobs about to be used; return which are stored already.

    In one order for everybody, so that two uploads never wait for each other.
    """
    ordered = sorted({blob.sha256: blob for blob in blobs}.values(), key=lambda blob: blob.sha256)
    stored: set[str] = set()
    for start in range(0, len(ordered), _ROWS_AT_ONCE):
        part = ordered[start : start + _ROWS_AT_ONCE]
        names = [blob.sha256 for blob in part]
        await db.execute(_TOUCH, {"names": names, "sizes": [blob.size_bytes for blob in part]})
        query = select(BlobRow.sha256).where(
            BlobRow.sha256.in_(names), BlobRow.stored_at.is_not(None)
        )
        stored |= set(await db.scalars(query))
    return stored


async def mark_stored(db: AsyncSession, names: Sequence[str]) -> None:
    """Note that these blobs are safely in the store."""
    ordered = sorted(set(names))
    for start in range(0, len(ordered), _ROWS_AT_ONCE):
        part = ordered[start : start + _ROWS_AT_ONCE]
        await db.execute(
            update(BlobRow)
            .where(BlobRow.sha256.in_(part), BlobRow.stored_at.is_(None))
            .values(stored_at=func.now())
            .execution_options(synchronize_session=False)
        )


async def is_known_source(db: AsyncSession, source_id: str) -> bool:
    """Touch a source and say whether it is here: all of its blobs are then stored."""
    touched = await db.execute(
        update(Source).where(Source.source_id == source_id).values(touched_at=func.now())
    )
    return bool(touched.rowcount)  # type: ignore[attr-defined]


async def add_source(
    db: AsyncSession, source_id: str, files: Sequence[ManifestFile], size_bytes: int
) -> None:
    """Write a source and its manifest, unless they are here; of two at once one does."""
    inserted = await db.scalar(
        insert(Source)
        .values(source_id=source_id, files=len(files), size_bytes=size_bytes)
        .on_conflict_do_update(index_elements=[Source.source_id], set_={"touched_at": func.now()})
        .returning(text("xmax = 0"))
    )
    if not inserted:
        return
    for start in range(0, len(files), _ROWS_AT_ONCE):
        part = files[start : start + _ROWS_AT_ONCE]
        await db.execute(
            text(
                "INSERT INTO source_files (source_id, path, sha256, size_bytes, executable)"
                " SELECT :source_id, * FROM unnest(CAST(:paths AS text[]), CAST(:names AS text[]),"
                " CAST(:sizes AS bigint[]), CAST(:executables AS boolean[]))"
            ),
            {
                "source_id": source_id,
                "paths": [file.path for file in part],
                "names": [file.sha256 for file in part],
                "sizes": [file.size_bytes for file in part],
                "executables": [file.executable for file in part],
            },
        )


async def add_snapshot(
    db: AsyncSession,
    *,
    project_id: UUID,
    source_id: str,
    created_by: UUID,
    origin: dict[str, Any],
    stripped: str | None,
    skipped: list[dict[str, Any]],
) -> tuple[UUID, bool]:
    """Give a project a source; return the snapshot's id and whether it is new."""
    latest = {
        "origin": origin,
        "stripped": stripped,
        "skipped": skipped,
        "uploaded_at": func.clock_timestamp(),
    }
    row = (
        await db.execute(
            insert(SourceSnapshot)
            .values(
                id=uuid7(),
                project_id=project_id,
                source_id=source_id,
                created_by=created_by,
                **latest,
            )
            .on_conflict_do_update(
                index_elements=[SourceSnapshot.project_id, SourceSnapshot.source_id], set_=latest
            )
            .returning(SourceSnapshot.id, text("xmax = 0"))
        )
    ).one()
    return row[0], row[1]


def _snapshots(project_id: UUID) -> Select[SourceSnapshot, int, int]:
    return (
        select(SourceSnapshot, Source.files, Source.size_bytes)
        .join(Source, Source.source_id == SourceSnapshot.source_id)
        .where(SourceSnapshot.project_id == project_id)
    )


async def snapshots(
    db: AsyncSession, project_id: UUID, *, offset: int, limit: int
) -> tuple[Sequence[SnapshotRow], int]:
    """Return a page of a project's snapshots, newest first, and how many there are."""
    query = _snapshots(project_id).order_by(
        SourceSnapshot.uploaded_at.desc(), SourceSnapshot.id.desc()
    )
    rows = (await db.execute(query.offset(offset).limit(limit))).all()
    counted = (
        select(SourceSnapshot.id)
        .where(SourceSnapshot.project_id == project_id)
        .limit(COUNT_CAP)
        .subquery()
    )
    return rows, await db.scalar(select(func.count()).select_from(counted)) or 0


async def snapshot(db: AsyncSession, project_id: UUID, snapshot_id: UUID) -> SnapshotRow | None:
    """Return one of a project's snapshots."""
    query = _snapshots(project_id).where(SourceSnapshot.id == snapshot_id)
    return (await db.execute(query)).one_or_none()


@dataclass(frozen=True, slots=True)
class StorageUse:
    """What an account's storage is taken by, in bytes."""

    sources: int
    files: int
    #: Announced by uploads that are under way.
    uploads: int

    @property
    def total(self) -> int:
        """What counts against the tier."""
        return self.sources + self.files + self.uploads


async def storage_use(
    db: AsyncSession, user_id: UUID, *, besides: UUID | None = None
) -> StorageUse:
    """Return what an account gave to projects that still live, or keeps for itself.

    `besides` is an upload that is not counted. A source that is being put together is not either:
    from then on it counts by what is in it.
    """
    sources = (
        select(func.sum(Source.size_bytes))
        .join(SourceSnapshot, SourceSnapshot.source_id == Source.source_id)
        .join(Project, Project.id == SourceSnapshot.project_id)
        .where(SourceSnapshot.created_by == user_id, Project.deleted_at.is_(None))
    )
    files = (
        select(func.sum(File.size_bytes))
        .outerjoin(Project, Project.id == File.project_id)
        .where(File.owner_id == user_id, File.deleted_at.is_(None), Project.deleted_at.is_(None))
    )
    uploads = select(func.sum(FileUpload.size_bytes)).where(
        FileUpload.owner_id == user_id,
        (FileUpload.state == "open") & (FileUpload.expires_at > func.now())
        | (FileUpload.state == "completing") & (FileUpload.purpose == "file"),
        FileUpload.id.is_distinct_from(besides),
    )
    row = (
        await db.execute(select(*(q.scalar_subquery() for q in (sources, files, uploads))))
    ).one()
    return StorageUse(*(int(value or 0) for value in row))


async def has_source(db: AsyncSession, project_id: UUID, source_id: str) -> bool:
    """Say whether a project has this source already."""
    query = select(SourceSnapshot.id).where(
        SourceSnapshot.project_id == project_id, SourceSnapshot.source_id == source_id
    )
    return await db.scalar(query) is not None


async def lock_quota(db: AsyncSession, user_id: UUID) -> None:
    """Let one upload of an account at a time past its quota, until this transaction ends."""
    await db.execute(
        text("SELECT pg_advisory_xact_lock(1952543599, hashtext(:user))"), {"user": str(user_id)}
    )


async def manifest(db: AsyncSession, source_id: str) -> list[ManifestFile]:
    """Return all files of a source, by path."""
    query = (
        select(SourceFile.path, SourceFile.sha256, SourceFile.size_bytes, SourceFile.executable)
        .where(SourceFile.source_id == source_id)
        .order_by(SourceFile.path)
    )
    return [ManifestFile(*row) for row in await db.execute(query)]


async def file_at(db: AsyncSession, source_id: str, path: str) -> ManifestFile | None:
    """Return one file of a source."""
    query = select(
        SourceFile.path, SourceFile.sha256, SourceFile.size_bytes, SourceFile.executable
    ).where(SourceFile.source_id == source_id, SourceFile.path == path)
    row = (await db.execute(query)).one_or_none()
    return ManifestFile(*row) if row else None


#: Direct entries of a folder: what follows its prefix, up to the next slash.
_CHILDREN = text(
    """
    SELECT split_part(rest, '/', 1) AS name,
           bool_or(strpos(rest, '/') > 0) AS is_folder,
           count(*) AS files,
           sum(size_bytes)::bigint AS size_bytes,
           bool_and(executable) AS executable,
           min(sha256) AS sha256
      FROM (SELECT substr(path, length(CAST(:prefix AS text)) + 1) AS rest,
                   size_bytes, executable, sha256
              FROM source_files
             WHERE source_id = :source_id AND path >= :prefix AND path < :beyond) AS below
     GROUP BY 1
     ORDER BY 2 DESC, 1
    """
)


async def children(db: AsyncSession, source_id: str, prefix: str) -> Sequence[Row[Any]]:
    """Return the entries of a folder, folders first.

    `prefix` ends with a slash, or is empty for the root. All of them, since grouping reads all
    files below anyway (20,000 take 25 ms); the caller cuts its page out.
    """
    bounds = {"source_id": source_id, "prefix": prefix, "beyond": _beyond(prefix)}
    return (await db.execute(_CHILDREN, bounds)).all()


async def files_below(
    db: AsyncSession, source_id: str, prefix: str, *, offset: int, limit: int
) -> tuple[list[ManifestFile], int]:
    """Return a page of all files below a folder, by path, and how many there are."""
    below = (
        SourceFile.source_id == source_id,
        SourceFile.path >= prefix,
        SourceFile.path < _beyond(prefix),
    )
    query = (
        select(SourceFile.path, SourceFile.sha256, SourceFile.size_bytes, SourceFile.executable)
        .where(*below)
        .order_by(SourceFile.path)
        .offset(offset)
        .limit(limit)
    )
    rows = [ManifestFile(*row) for row in await db.execute(query)]
    return rows, await db.scalar(select(func.count()).where(*below)) or 0


def _beyond(prefix: str) -> str:
    """Return the first text after all that begin with `prefix`; `0` follows `/` in ASCII."""
    return f"{prefix[:-1]}0" if prefix else "\U0010ffff"


async def user(db: AsyncSession, user_id: UUID) -> User | None:
    """Return an account that is not switched off."""
    found = await db.get(User, user_id)
    return found if found is not None and found.is_active else None


async def delete_snapshots_of_deleted_projects(db: AsyncSession, *, older_than: timedelta) -> int:
    """Remove the snapshots of projects deleted that long ago; return how many."""
    deleted = await db.execute(
        text(
            "DELETE FROM source_snapshots USING projects"
            " WHERE projects.id = source_snapshots.project_id"
            " AND projects.deleted_at < now() - CAST(:age AS interval)"
        ),
        {"age": older_than},
    )
    return int(deleted.rowcount)  # type: ignore[attr-defined]


async def delete_unused_sources(db: AsyncSession, *, older_than: timedelta, limit: int) -> int:
    """Remove sources nobody refers to; return how many. Their manifests go with them."""
    deleted = await db.execute(
        text(await _deletion(db, "sources", "source_id")), {"age": older_than, "limit": limit}
    )
    return int(deleted.rowcount)  # type: ignore[attr-defined]


async def delete_unused_blobs(db: AsyncSession, *, older_than: timedelta, limit: int) -> list[Blob]:
    """Remove the rows of blobs nobody refers to, and return them.

    Until this transaction ends, who wants one of them waits, and then makes it anew.
    """
    rows = await db.execute(
        text(await _deletion(db, "blobs", "sha256") + " RETURNING sha256, size_bytes"),
        {"age": older_than, "limit": limit},
    )
    return [Blob(*row) for row in rows]


async def _deletion(db: AsyncSession, table: str, key: str) -> str:
    """Return the SQL that deletes untouched rows of `table` that no foreign key points to.

    Which tables point there is asked of PostgreSQL, so that a room above that refers to blobs
    protects them by its foreign key alone.
    """
    rows = await db.execute(
        text(
            "SELECT c.conrelid::regclass::text, quote_ident(a.attname) FROM pg_constraint c"
            " JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]"
            " WHERE c.contype = 'f' AND c.confrelid = CAST(:table AS regclass)"
            " AND c.confdeltype <> 'c' AND c.conparentid = 0"
        ),
        {"table": table},
    )
    # Every name in the text is ours or quoted by PostgreSQL itself.
    unused = "".join(
        f" AND NOT EXISTS (SELECT 1 FROM {user} WHERE {user}.{column} = t.{key})"  # noqa: S608
        for user, column in rows
    )
    return (
        f"DELETE FROM {table} WHERE {key} IN (SELECT t.{key} FROM {table} t"  # noqa: S608
        f" WHERE t.touched_at < now() - CAST(:age AS interval){unused}"
        f" ORDER BY t.{key} LIMIT :limit FOR UPDATE SKIP LOCKED)"
    )
