"""The verbs of a project's life: archived and restored, deleted and brought back, given away."""

from uuid import UUID

from sqlalchemy import func

from taskyard.accounts.access import tier_of
from taskyard.accounts.models import User
from taskyard.core.access import Permission
from taskyard.core.limits import tier_limits
from taskyard.core.settings import Settings
from taskyard.core.spine import Event
from taskyard.core.uow import Uow
from taskyard.kit.clock import now
from taskyard.kit.text import same_name
from taskyard.projects import repository
from taskyard.projects.access import ProjectAccess, admit
from taskyard.projects.errors import (
    NewOwnerUnfit,
    NotDeleted,
    PersonalProjectStays,
    ProjectKeyTaken,
    ProjectNameTaken,
    ProjectNotFound,
)
from taskyard.projects.events import (
    ProjectRestored,
    ProjectShelved,
    ProjectTransferred,
    ProjectUndeleted,
)
from taskyard.projects.models import Membership, Project
from taskyard.projects.naming import free_slug, hand_over, one_at_a_time
from taskyard.projects.schemas import Undelete
from taskyard.projects.service import check_quota, held
from taskyard.projects.types import GRACE


async def archive(uow: Uow, access: ProjectAccess) -> None:
    """Let nothing in a project be written any more; again changes nothing.

    Raises PersonalProjectStays.
    """
    project = await held(uow, access, Permission.PROJECT_UPDATE)
    if project.is_personal:
        raise PersonalProjectStays
    if project.archived_at is None:
        project.archived_at = now()
        await _changed(uow, project, ProjectShelved(**_of(project, access), title=project.name))


async def restore(uow: Uow, access: ProjectAccess) -> None:
    """Let an archived project be worked in again; again changes nothing."""
    project = await held(uow, access, Permission.PROJECT_UPDATE)
    if project.archived_at is not None:
        project.archived_at = None
        await _changed(uow, project, ProjectRestored(**_of(project, access), title=project.name))


async def undelete(uow: Uow, settings: Settings, access: ProjectAccess, body: Undelete) -> None:
    """Bring a deleted project back as it was, under its own name or another.

    It counts against its owner's tier again, whoever brings it back. Raises NotDeleted,
    ProjectNotFound after the time of grace, ProjectNameTaken, ProjectKeyTaken, and
    TierLimitExceeded, or NewOwnerUnfit where the owner is somebody else.
    """
    project = await repository.get(uow.db, access.project_id, lock=True, deleted=True)
    if project is None or _is_gone(project):
        raise ProjectNotFound
    if project.deleted_at is None:
        raise NotDeleted
    await admit(uow, access.actor, project.id, Permission.PROJECT_DELETE, deleted=True)
    await one_at_a_time(uow, project.owner_id)
    if project.owner_id == access.actor.user_id:
        await check_quota(uow, access.actor)
    else:
        await check_room(uow, settings, await uow.db.get_one(User, project.owner_id))
    await _settle_in(uow, project, body)
    project.deleted_at = None
    await _changed(uow, project, ProjectUndeleted(**_of(project, access), title=project.name))


def _is_gone(project: Project) -> bool:
    return project.deleted_at is not None and now() - project.deleted_at > GRACE


async def _settle_in(uow: Uow, project: Project, body: Undelete) -> None:
    """Give a project its name, key and slug among what its owner has by now."""
    owned = await repository.owned_names(uow.db, project.owner_id)
    name, key = body.name or project.name, body.key or project.key
    if same_name(name) in {same_name(row.name) for row in owned}:
        raise ProjectNameTaken(name=name)
    if key in {row.key for row in owned}:
        raise ProjectKeyTaken(key=key)
    project.name, project.key = name, key
    project.slug = free_slug(name, {row.slug for row in owned})


async def transfer(uow: Uow, settings: Settings, access: ProjectAccess, user_id: UUID) -> None:
    """Give a project to one of its members, who owns it then; who had it stays as a member.

    Raises PersonalProjectStays, NewOwnerUnfit, NameTakenThere or KeyTakenThere.
    """
    project = await held(uow, access, Permission.PROJECT_DELETE)
    if project.is_personal:
        raise PersonalProjectStays
    old = project.owner_id
    if old == user_id:
        return
    await _check_fit(uow, settings, project, user_id)
    await hand_over(uow, project, user_id)
    for account, role in ((user_id, "owner"), (old, "member")):
        place = await uow.db.get(Membership, (project.id, account))
        if place is not None:
            place.stand(role, place.granted_role)
    project.updated_at = func.now()
    told = ProjectTransferred(
        **_of(project, access), title=project.name, old_owner=old, new_owner=user_id
    )
    await uow.db.flush()
    uow.emit(told)


async def _check_fit(uow: Uow, settings: Settings, project: Project, user_id: UUID) -> None:
    user = await uow.db.get(User, user_id)
    place = await uow.db.get(Membership, (project.id, user_id))
    if user is None or place is None:
        raise NewOwnerUnfit(who="This account", reason="it is not in the project")
    if not user.is_active or user.role == "viewer":
        raise NewOwnerUnfit(who=user.username, reason="the account may not change anything")
    await check_room(uow, settings, user)


async def check_room(uow: Uow, settings: Settings, user: User, *, remedy: str = "") -> None:
    """Raise NewOwnerUnfit where somebody's tier allows no further project."""
    limit = tier_limits(tier_of(user, settings)).projects
    if limit is not None and user.role != "admin":
        # Nobody makes another meanwhile: the place of each owner is held one at a time.
        await one_at_a_time(uow, user.id)
        if await repository.count_owned(uow.db, user.id) >= limit:
            raise NewOwnerUnfit(
                who=user.username, reason=f"their tier allows {limit} projects{remedy}"
            )


def _of(project: Project, access: ProjectAccess) -> dict[str, UUID]:
    return {
        "subject_id": project.id,
        "project_id": project.id,
        "actor_id": access.actor.user_id,
    }


async def _changed(uow: Uow, project: Project, told: Event) -> None:
    project.version += 1
    project.updated_at = func.now()
    await uow.db.flush()
    uow.emit(told)
