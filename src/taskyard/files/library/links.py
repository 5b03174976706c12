"""Links that give a file to whoever holds them, for ten minutes."""

from typing import Final
from uuid import UUID

from taskyard.accounts.types import Device
from taskyard.core.access import Permission
from taskyard.core.uow import unit_of_work
from taskyard.files.access import Parts, actor_of
from taskyard.files.library import service
from taskyard.files.library.access import FileAccess, load
from taskyard.files.library.errors import FileNotFound
from taskyard.files.models import File
from taskyard.files.schemas import DownloadRead
from taskyard.files.service import sign_download
from taskyard.kit.errors import Kind, TaskyardError

PATH: Final = "/api/v1/files/content/"
_KIND: Final = "file"


def link(parts: Parts, access: FileAccess) -> DownloadRead:
    """Return a link that carries the caller's right to a file."""
    resource = f"{_KIND}:{access.file.id}"
    return sign_download(parts, access.actor.user_id, resource, access.file.name, path=PATH)


async def follow(parts: Parts, token: str, device: Device, *, wants_content: bool = True) -> File:
    """Return the file a link leads to, and write down who came for its content.

    The link is no right of its own: the account that made it is asked for again, and what it may
    see now decides. Raises SignedUrlInvalid, SignedUrlExpired, FileNotFound.
    """
    opened = parts.signer.open(token, method="GET")
    kind, _, file_id = opened.resource.partition(":")
    if kind != _KIND:
        raise FileNotFound
    try:
        async with unit_of_work(parts.database) as uow:
            actor = await actor_of(uow, parts.settings, UUID(opened.user_id))
            access = await load(uow, actor, UUID(file_id), Permission.FILE_READ)
            if wants_content:
                service.note(uow, access.file.id, "download", device, user_id=actor.user_id)
            return access.file
    except TaskyardError as error:
        if error.kind in {Kind.NOT_FOUND, Kind.FORBIDDEN}:
            raise FileNotFound from error
        raise
