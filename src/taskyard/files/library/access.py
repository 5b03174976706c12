"""The one door to a file: absent and forbidden answer alike.

A file of a project is seen by whoever sees the project; one without by its owner alone.
"""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path
from starlette.requests import HTTPConnection

from taskyard.core.access import Actor, AuthRequired, Permission, recognise
from taskyard.core.uow import Uow, UowDep, unit_of_work
from taskyard.files.library import repository
from taskyard.files.library.errors import FileNotFound
from taskyard.files.models import File
from taskyard.projects import access as projects
from taskyard.projects.access import InnerRight, ProjectAccess
from taskyard.projects.errors import ProjectNotFound

FileId = Annotated[UUID, Path(description="A file that you can see.")]


@dataclass(frozen=True, slots=True)
class FileAccess:
    """A checked file: its holder may do what was asked for when it was made."""

    file: File
    actor: Actor
    #: None for a file that is its owner's alone.
    project: ProjectAccess | None

    def may(self, permission: Permission) -> bool:
        """Whether the caller may do this to the file."""
        return may(self.project or self.actor, self.file, self.actor, permission)

    def require(self, permission: Permission) -> None:
        """Raise AuthForbidden or ProjectRoleTooLow unless the caller may do this to the file."""
        if not self.may(permission):
            (self.project or self.actor).require(permission)


def may(asked: ProjectAccess | Actor, file: File, actor: Actor, permission: Permission) -> bool:
    """Say what rights in a project, or an account's own, allow with a file there.

    Whoever gave a project a file may take it away again for as long as they may give files.
    """
    if permission is Permission.FILE_DELETE and file.owner_id == actor.user_id:
        return actor.may(permission) and asked.may(Permission.FILE_UPLOAD)
    return asked.may(permission)


async def load(
    uow: Uow, actor: Actor, file_id: UUID, permission: Permission, *, deleted: bool = False
) -> FileAccess:
    """Return the caller's access to a file. Raises FileNotFound, or 403 refusals.

    `deleted`: whether one that was deleted is looked for, too.
    """
    file = await repository.file(uow.db, file_id, deleted=deleted)
    if file is None:
        raise FileNotFound
    project = None
    if file.project_id is not None:
        try:
            project = await projects.load(uow, actor, file.project_id, Permission.FILE_READ)
        except ProjectNotFound:
            raise FileNotFound from None
    elif file.owner_id != actor.user_id:
        raise FileNotFound
    access = FileAccess(file, actor, project)
    access.require(permission)
    return access


class BriefFileGate:
    """Admits as `FileGate` does, and gives the database back at once."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission
        self.access = InnerRight(permission)

    async def __call__(self, connection: HTTPConnection, file_id: FileId) -> FileAccess:
        """Return the caller's access to the file."""
        async with unit_of_work(connection.app.state.platform.database, reads=True) as uow:
            actor = await recognise(connection, uow)
            if actor is None:
                raise AuthRequired
            return await load(uow, actor, file_id, self.permission)


class FileGate:
    """A dependency that admits to the file of the path."""

    def __init__(self, permission: Permission, *, deleted: bool = False) -> None:
        self.permission = permission
        self.deleted = deleted
        self.access = InnerRight(permission)

    async def __call__(
        self, connection: HTTPConnection, file_id: FileId, uow: UowDep
    ) -> FileAccess:
        """Return the caller's access to the file."""
        actor = await recognise(connection, uow)
        if actor is None:
            raise AuthRequired
        return await load(uow, actor, file_id, self.permission, deleted=self.deleted)


CanReadFile = Annotated[FileAccess, Depends(FileGate(Permission.FILE_READ), scope="function")]
CanShareFile = Annotated[FileAccess, Depends(FileGate(Permission.FILE_SHARE), scope="function")]
CanShareFileBriefly = Annotated[FileAccess, Depends(BriefFileGate(Permission.FILE_SHARE))]
CanDeleteFile = Annotated[FileAccess, Depends(FileGate(Permission.FILE_DELETE), scope="function")]
CanRestoreFile = Annotated[
    FileAccess, Depends(FileGate(Permission.FILE_DELETE, deleted=True), scope="function")
]
