"""The one door to a project: absent and forbidden answer alike.

async def upload(project: CanWriteProject, ...)   # reads {project_id} from the path
"""

from dataclasses import dataclass
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import Depends, Path
from starlette.requests import HTTPConnection

from taskyard.core.access import (
    Access,
    Actor,
    Authenticator,
    AuthRequired,
    Permission,
    as_of_now,
    recognise,
)
from taskyard.core.hot import A_LOOK, Caller
from taskyard.core.uow import Uow, UowDep, unit_of_work
from taskyard.kit.errors import TaskyardError
from taskyard.projects import repository
from taskyard.projects.errors import ProjectArchived, ProjectNotFound, ProjectRoleTooLow
from taskyard.projects.events import AdminLooked
from taskyard.projects.types import ADMIN_ALLOWS, ARCHIVED_ALLOWS, ROLE_ALLOWS, ProjectRole

ProjectId = Annotated[UUID, Path(description="A project that you can see.")]


@dataclass(frozen=True, slots=True)
class ProjectAccess:
    """A checked project id: its holder may do what was asked for when it was made."""

    project_id: UUID
    actor: Actor
    role: ProjectRole | Literal["admin"]
    #: Nothing in the project is written any more.
    archived: bool = False

    @property
    def by(self) -> UUID:
        """Who acts."""
        return self.actor.user_id

    def may(self, permission: Permission) -> bool:
        """Whether the caller may do this here: the project's role, capped by the account's."""
        return permission in self.permissions

    @property
    def permissions(self) -> frozenset[Permission]:
        """All the caller may do here."""
        held = rights(self.actor, self.role)
        return held & ARCHIVED_ALLOWS if self.archived else held

    def require(self, permission: Permission) -> None:
        """Raise AuthForbidden, ProjectRoleTooLow or ProjectArchived unless they may do this."""
        self.actor.require(permission)
        if permission not in allowed_to(self.role):
            raise ProjectRoleTooLow(role=self.role, permission=permission.value)
        if not self.may(permission):
            raise ProjectArchived


def rights(actor: Actor, role: ProjectRole | Literal["admin"]) -> frozenset[Permission]:
    """Return what an account may do in a project where it has this role."""
    return allowed_to(role) & actor.permissions


def allowed_to(role: ProjectRole | Literal["admin"]) -> frozenset[Permission]:
    """Return what a role in a project allows, whoever has it."""
    return ADMIN_ALLOWS if role == "admin" else ROLE_ALLOWS[role]


async def load(
    uow: Uow, actor: Actor, project_id: UUID, permission: Permission, *, deleted: bool = False
) -> ProjectAccess:
    """Return the caller's access to a project named anywhere but in the path.

    Raises ProjectNotFound (also where it exists and the caller may not know), ProjectArchived, or
    403 refusals. `deleted` admits to one that was deleted, too.
    """
    access = await admit(uow, actor, project_id, permission, deleted=deleted)
    looked = look(actor, project_id, access.role)
    if looked is not None:
        await uow.emit_once(looked, within=A_LOOK)
    return access


async def admit(
    uow: Uow, actor: Actor, project_id: UUID, permission: Permission, *, deleted: bool = False
) -> ProjectAccess:
    """Return the caller's access as it is now, for who was let in and had to wait. Raises alike."""
    place = await repository.place_in(uow.db, project_id, actor.user_id, deleted=deleted)
    role = place and (place.role or ("admin" if actor.is_admin else None))
    if place is None or role is None:
        raise ProjectNotFound
    access = ProjectAccess(
        project_id,
        actor,
        role,  # type: ignore[arg-type]  # the table's check constraint
        place.archived,
    )
    access.require(permission)
    return access


async def readmit(
    uow: Uow, authenticator: Authenticator, access: ProjectAccess, permission: Permission
) -> ProjectAccess:
    """Return the access of somebody whose request took as long to come as they liked.

    As `admit`, and of the account as it is now. Raises SessionRevoked too.
    """
    actor = await as_of_now(authenticator, uow, access.actor)
    return await admit(uow, actor, access.project_id, permission)


#: The same door for hot reads: a row where the caller may see the project, with what it is called.
VISIBLE: Final = (
    "SELECT memberships.role, projects.name, projects.key FROM projects LEFT JOIN memberships"
    " ON memberships.project_id = projects.id AND memberships.user_id = caller.user_id"
    " WHERE projects.id = {project_id}"
    " AND projects.deleted_at IS NULL AND (memberships.role IS NOT NULL OR caller.role = 'admin')"
)


def look(actor: Actor, project_id: UUID, role: str | None) -> AdminLooked | None:
    """Return what is told of an administrator's look into a project they are no member of."""
    if role not in {None, "admin"}:
        return None
    return AdminLooked(
        subject_id=project_id,
        project_id=project_id,
        actor_id=actor.user_id,
        username=actor.username,
    )


class InnerRight(Access):
    """What a route says of who may call it that names something which may lie in a project."""

    @property
    def refusals(self) -> tuple[type[TaskyardError], ...]:
        """What it may answer, for the OpenAPI document."""
        frozen = self.permission is not None and self.permission not in ARCHIVED_ALLOWS
        return (*super().refusals, *((ProjectArchived,) if frozen else ()))


class ProjectRight(InnerRight):
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

    def __init__(self, permission: Permission, *, deleted: bool = False) -> None:
        self.permission = permission
        self.deleted = deleted
        self.access = ProjectRight(permission)

    async def __call__(
        self, connection: HTTPConnection, project_id: ProjectId, uow: UowDep
    ) -> ProjectAccess:
        """Return the caller's access to the project."""
        actor = await recognise(connection, uow)
        if actor is None:
            raise AuthRequired
        return await load(uow, actor, project_id, self.permission, deleted=self.deleted)


class BriefProjectGate:
    """Admits as `ProjectGate` does, and gives the database back before the route works."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission
        self.access = ProjectRight(permission)

    async def __call__(self, connection: HTTPConnection, project_id: ProjectId) -> ProjectAccess:
        """Return the caller's access to the project."""
        async with unit_of_work(connection.app.state.platform.database, reads=True) as uow:
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
CanBringBack = Annotated[
    ProjectAccess,
    Depends(ProjectGate(Permission.PROJECT_DELETE, deleted=True), scope="function"),
]
CanOwnProject = Annotated[ProjectAccess, Depends(gate(Permission.PROJECT_DELETE), scope="function")]
