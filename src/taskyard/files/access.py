"""Who may give a project source, and the parts the room's routes work with."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from starlette.requests import HTTPConnection

from taskyard.accounts.access import actor_for
from taskyard.core import keys
from taskyard.core.access import Actor, Permission
from taskyard.core.db import Database
from taskyard.core.downloads import LinkSigner
from taskyard.core.platform import Platform
from taskyard.core.settings import Settings
from taskyard.core.storage import Storage
from taskyard.core.uow import Uow
from taskyard.files import repository
from taskyard.files.errors import DownloadNotFound
from taskyard.projects.access import BriefProjectGate, ProjectAccess, gate


@dataclass(frozen=True, slots=True)
class Parts:
    """What the verbs of this room need of the process they run in."""

    settings: Settings
    database: Database
    storage: Storage
    signer: LinkSigner

    @classmethod
    def of(cls, platform: Platform) -> "Parts":
        """Return the parts of a process."""
        return cls(
            settings=platform.settings,
            database=platform.database,
            storage=platform.storage,
            signer=LinkSigner([keys.derive(platform.settings, "file-url")]),
        )


async def _parts(connection: HTTPConnection) -> Parts:
    return Parts.of(connection.app.state.platform)


PartsDep = Annotated[Parts, Depends(_parts)]
CanReadFiles = Annotated[ProjectAccess, Depends(gate(Permission.FILE_READ), scope="function")]


#: An upload takes as long as its sender likes: were the request's own unit of work held meanwhile,
#: ten slow senders would stop the whole API.
CanUpload = Annotated[ProjectAccess, Depends(BriefProjectGate(Permission.FILE_UPLOAD))]


async def actor_of(uow: Uow, settings: Settings, user_id: UUID) -> Actor:
    """Return what the maker of a link may do now. Raises DownloadNotFound."""
    user = await repository.user(uow.db, user_id)
    if user is None:
        raise DownloadNotFound
    return actor_for(user, None, settings)
