"""Links that give a file to whoever holds them, for a short time."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from taskyard.core.access import Actor, Permission
from taskyard.core.downloads import Link
from taskyard.core.storage import Blob, Storage
from taskyard.core.uow import Uow, unit_of_work
from taskyard.files import repository
from taskyard.files.access import Parts, actor_of
from taskyard.files.errors import DownloadNotFound
from taskyard.files.schemas import DownloadRead
from taskyard.files.service.writing import manifest, zip_chunks
from taskyard.kit.clock import now
from taskyard.kit.errors import Kind, TaskyardError
from taskyard.projects.access import load

LINK_LIFE = timedelta(minutes=10)
PATH = "/api/v1/files/download/"


#: A blob, or content that is made from the store while it is sent (iterated in a thread).
Content = Blob | Callable[[Storage], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Download:
    """What a link leads to, and how it is handed out."""

    name: str
    disposition: str
    content: Content
    media_type: str = "application/octet-stream"


#: Finds what a resource is now, asking whether its holder may still have it.
Opener = Callable[[Uow, Actor, str], Awaitable[Content]]
_OPENERS: dict[str, Opener] = {}


def opens(kind: str) -> Callable[[Opener], Opener]:
    """Let the decorated function open links whose resource is `kind:rest`.

    It is given the rest, and raises a refusal of kind not-found where the holder has no right.
    """

    def register(opener: Opener) -> Opener:
        if kind in _OPENERS:
            raise ValueError(f"links to {kind} have an opener already")
        _OPENERS[kind] = opener
        return opener

    return register


def sign_download(
    parts: Parts,
    user_id: UUID,
    resource: str,
    name: str,
    *,
    inline: bool = False,
    path: str = PATH,
) -> DownloadRead:
    """Return a link to `kind:rest` that carries this account's right to it.

    `path` is where it leads, for a route of its own.
    """
    link = Link(resource, str(user_id), name, "inline" if inline else "attachment")
    expires_at = now() + LINK_LIFE
    token = parts.signer.sign(link, expires_in=LINK_LIFE)
    return DownloadRead(url=path + token, name=name, expires_at=expires_at)


async def open_download(parts: Parts, token: str) -> Download:
    """Return what a link leads to.

    The link is no right of its own: the account that made it is asked for again, and what it may
    see now decides. Raises SignedUrlInvalid, SignedUrlExpired, DownloadNotFound.
    """
    link = parts.signer.open(token, method="GET")
    kind, _, rest = link.resource.partition(":")
    opener = _OPENERS.get(kind)
    if opener is None:
        raise DownloadNotFound
    try:
        async with unit_of_work(parts.database) as uow:
            actor = await actor_of(uow, parts.settings, UUID(link.user_id))
            content = await opener(uow, actor, rest)
    except TaskyardError as error:
        if error.kind in {Kind.NOT_FOUND, Kind.FORBIDDEN}:
            raise DownloadNotFound from error
        raise
    return Download(link.name, link.disposition, content)


@opens("source-archive")
async def _open_archive(uow: Uow, actor: Actor, rest: str) -> Content:
    project_id, snapshot_id = (UUID(part) for part in rest.split(":"))
    source_id = await _visible_source(uow, actor, project_id, snapshot_id)
    files = await manifest(uow.db, source_id)
    return lambda storage: zip_chunks(storage, files, f"source-{source_id[:8]}")


@opens("source-file")
async def _open_file(uow: Uow, actor: Actor, rest: str) -> Content:
    project, snapshot, path = rest.split(":", 2)
    source_id = await _visible_source(uow, actor, UUID(project), UUID(snapshot))
    file = await repository.file_at(uow.db, source_id, path)
    if file is None:
        raise DownloadNotFound
    return Blob(file.sha256, file.size_bytes)


async def _visible_source(uow: Uow, actor: Actor, project_id: UUID, snapshot_id: UUID) -> str:
    await load(uow, actor, project_id, Permission.FILE_READ)
    row = await repository.snapshot(uow.db, project_id, snapshot_id)
    if row is None:
        raise DownloadNotFound
    return row[0].source_id
