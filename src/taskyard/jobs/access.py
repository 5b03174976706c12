"""The one door to a job: absent and forbidden answer alike.

A job of a project is seen by whoever sees the project; one without by whoever asked for it. The
platform's own work is the administrators' alone.
"""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path
from starlette.requests import HTTPConnection

from taskyard.core.access import Actor, AuthRequired, Permission, recognise
from taskyard.core.uow import Uow, UowDep
from taskyard.jobs import repository
from taskyard.jobs.errors import JobNotFound
from taskyard.projects import access as projects
from taskyard.projects.access import InnerRight, ProjectAccess
from taskyard.projects.errors import ProjectNotFound

JobId = Annotated[UUID, Path(description="A job that you can see.")]


@dataclass(frozen=True, slots=True)
class JobAccess:
    """A checked job id: its holder may do what was asked for when it was made."""

    job_id: UUID
    actor: Actor
    #: None for a job outside of projects.
    project: ProjectAccess | None

    def may(self, permission: Permission) -> bool:
        """Whether the caller may do this to the job."""
        if self.actor.is_admin and permission is Permission.JOB_CANCEL:
            # Whoever looks after the machine can stop what runs on it.
            return True
        asked = self.project if self.project is not None else self.actor
        return asked.may(permission)

    def require(self, permission: Permission) -> None:
        """Raise AuthForbidden or ProjectRoleTooLow unless the caller may do this to the job."""
        if not self.may(permission):
            asked = self.project if self.project is not None else self.actor
            asked.require(permission)


async def load(
    uow: Uow, actor: Actor, job_id: UUID, permission: Permission, *, system: bool = True
) -> JobAccess:
    """Return the caller's access to a job. Raises JobNotFound, or 403 refusals.

    `system`: whether administrators look at the platform's own work, too.
    """
    place = await repository.place(uow.db, job_id)
    if place is None or (place.queue == "system" and not (system and actor.is_admin)):
        raise JobNotFound
    project = None
    if place.project_id is not None:
        try:
            project = await projects.load(uow, actor, place.project_id, Permission.JOB_READ)
        except ProjectNotFound:
            raise JobNotFound from None
    elif place.owner_id != actor.user_id and not actor.is_admin:
        raise JobNotFound
    access = JobAccess(job_id, actor, project)
    access.require(permission)
    return access


async def is_anothers(uow: Uow, job_id: UUID) -> bool:
    """Say whether a job that was refused as absent is there, and only not for the caller.

    For contracts that tell the two apart; the canonical one never does.
    """
    return await repository.exists(uow.db, job_id)


class JobGate:
    """A dependency that admits to the job of the path."""

    def __init__(self, permission: Permission, *, system: bool = True) -> None:
        self.permission = permission
        self.system = system
        self.access = InnerRight(permission)

    async def __call__(self, connection: HTTPConnection, job_id: JobId, uow: UowDep) -> JobAccess:
        """Return the caller's access to the job."""
        actor = await recognise(connection, uow)
        if actor is None:
            raise AuthRequired
        return await load(uow, actor, job_id, self.permission, system=self.system)


CanReadJob = Annotated[JobAccess, Depends(JobGate(Permission.JOB_READ), scope="function")]
CanCancelJob = Annotated[JobAccess, Depends(JobGate(Permission.JOB_CANCEL), scope="function")]
CanRetryJob = Annotated[JobAccess, Depends(JobGate(Permission.JOB_CREATE), scope="function")]
