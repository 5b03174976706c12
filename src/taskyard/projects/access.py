"""The one door to a project: absent and forbidden answer alike.

async def upload(project: CanWriteProject, ...)   # reads {project_id} from the path
"""

from dataclasses import dataclass
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import Depends, Path
from starlette.requests import HTTPConnection

from taskyard.core.access import Access, Actor, AuthRequired, Permission, recognise
from taskyard.core.hot import Caller
from taskyard.core.uow import Uow, UowDep
from taskyard.kit.errors import TaskyardError
from taskyard.projects import repository
from taskyard.projects.errors import ProjectNotFound, ProjectRoleTooLow
from taskyard.projects.types import ROLE_ALLOWS, ProjectRole

ProjectId = Annotated[UUID, Path(description="A project that you can see.")]


@dataclass(frozen=True, slots=True)
class ProjectAccess:
    """A checked project id: its holder may do what was asked for when it was made."""

    project_id: UUID
    actor: Actor
    role: ProjectRole | Literal["admin"]

    def may(self, permission: Permission) -> bool:
        """Whether the caller may do this here: the project's role, capped by the account's."""
        if not self.actor.may(permission):
            return False
        # An administrator looks into every project, but writes only where they are a member.
        reads = permission.value.endswith(":read")
        return reads if self.role == "admin" else permission in ROLE_ALLOWS[self.role]

    def require(self, permission: Permission) -> None:
        """Raise AuthForbidden or ProjectRoleTooLow unless the caller may do this here."""
        self.actor.require(permission)
        if not self.may(permission):
            raise ProjectRoleTooLow(role=self.role, permission=permission.value)


async def load(uow: Uow, actor: Actor, project_id: UUID, permission: Permission) -> ProjectAccess:
    """Return the caller's access to a project named anywhere but in the path.

    Raises ProjectNotFound (also where it exists and the caller may not know), or 403 refusals.
    """
    role = await repository.role_in(uow.db, project_id, actor.user_id)
    if role is None and actor.is_admin and await repository.is_live(uow.db, project_id):
        role = "admin"
    if role is None:
        raise ProjectNotFound
    access = ProjectAccess(project_id, actor, role)  # type: ignore[arg-type]  # check constraint
    access.require(permission)
    return access


#: The same door for hot reads: a row where the caller may see the project.
VISIBLE: Final = (
    "SELECT memberships.role FROM projects LEFT JOIN memberships"
    " ON memberships.project_id = projects.id AND memberships.user_id = caller.user_id"
    " WHERE projects.id = {project_id}"
    " AND projects.deleted_at IS NULL AND (memberships.role IS NOT NULL OR caller.role = 'admin')"
)


class ProjectRight(Access):
    """What a route says of who may call it: those whose role in the project allows it."""

    @property
    def refusals(self) -> tuple[type[TaskyardError], ...]:
        """What it may answer, for the OpenAPI document."""
        return (*super().refusals, ProjectNotFound)


async def visible(uow: Uow, user_id: UUID) -> frozenset[UUID]:
    """Return the projects an account is in."""
    return await repository.ids_of(uow.db, user_id)


async def all_of(uow: Uow, actor: Actor) -> list[ProjectAccess]:
    """Return the caller's access to every project they are in."""
    roles = await repository.roles_of(uow.db, actor.user_id)
    return [
        ProjectAccess(project_id, actor, role)  # type: ignore[arg-type]  # check constraint
        for project_id, role in roles.items()
    ]


class ProjectGate:
    """A dependency that admits to the project of the path."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission
        self.access = ProjectRight(permission)

    async def __call__(
        self, connection: HTTPConnection, project_id: ProjectId, uow: UowDep
    ) -> ProjectAccess:
        """Return the caller's access to the project."""
        actor = await recognise(connection, uow)
        if actor is None:
            raise AuthRequired
        return await load(uow, actor, project_id, self.permission)


def gate(permission: Permission) -> ProjectGate:
    """Return a dependency for `Annotated[ProjectAccess, Depends(gate(…), scope="function")]`."""
    return ProjectGate(permission)


CanAskOfProject = Annotated[Caller, Depends(gate(Permission.PROJECT_READ))]
CanReadProject = Annotated[ProjectAccess, Depends(gate(Permission.PROJECT_READ), scope="function")]
CanWriteProject = Annotated[ProjectAccess, Depends(gate(Permission.FILE_UPLOAD), scope="function")]
CanChangeProject = Annotated[
    ProjectAccess, Depends(gate(Permission.PROJECT_UPDATE), scope="function")
]
CanOwnProject = Annotated[ProjectAccess, Depends(gate(Permission.PROJECT_DELETE), scope="function")]
