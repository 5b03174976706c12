"""The verbs of members: another role, leaving, removing."""

from uuid import UUID

from sqlalchemy import func

from taskyard.accounts.models import User
from taskyard.core.access import Permission
from taskyard.core.schemas import NumberedPageQuery
from taskyard.core.settings import Settings
from taskyard.core.uow import Uow
from taskyard.projects.access import ProjectAccess
from taskyard.projects.lifecycle import check_room
from taskyard.projects.models import Membership, Project
from taskyard.projects.naming import hand_over
from taskyard.projects.service import held
from taskyard.projects.team import repository
from taskyard.projects.team.errors import LastOwnerStays, MemberNotFound, ThroughTeam
from taskyard.projects.team.events import MemberLeft, MemberRemoved, MemberRoleChanged
from taskyard.projects.team.schemas import MemberRead
from taskyard.projects.types import ProjectRole


def read(membership: Membership, user: User) -> MemberRead:
    """Return a member as everybody in the project sees them."""
    return MemberRead(
        user_id=user.id,
        username=user.username,
        display_name=user.display_name,
        role=membership.role,
        through_team=membership.own is None,
        active=user.is_active,
        joined_at=membership.joined_at,
    )


async def listed(
    uow: Uow, access: ProjectAccess, query: NumberedPageQuery
) -> tuple[list[MemberRead], int]:
    """Return a page of a project's members, owners first. Raises paging refusals."""
    query.check_tier(access.actor.tier)
    rows, total = await repository.members(
        uow.db, access.project_id, offset=query.offset, limit=query.page_size
    )
    return [read(membership, user) for membership, user in rows], total


async def change_role(
    uow: Uow, settings: Settings, access: ProjectAccess, user_id: UUID, role: ProjectRole
) -> MemberRead:
    """Give a member another role; one that a team gives is the least they have.

    Raises MemberNotFound, LastOwnerStays, hand-over refusals.
    """
    project = await held(uow, access, Permission.TEAM_MANAGE)
    membership, user = await _member(uow, project.id, user_id)
    if membership.own == role:
        return read(membership, user)
    if membership.role == "owner":
        await _spare(uow, settings, project, user.id)
    await _restand(uow, access, project, membership, user, role)
    return read(membership, user)


async def _restand(
    uow: Uow,
    access: ProjectAccess,
    project: Project,
    membership: Membership,
    user: User,
    own: ProjectRole | None,
) -> None:
    """Give somebody another role of their own, None where they have one through a team alone."""
    old = membership.role
    membership.stand(own, membership.granted_role)
    await uow.db.flush()
    if membership.role != old:
        uow.emit(
            MemberRoleChanged(
                subject_id=user.id,
                project_id=project.id,
                actor_id=access.actor.user_id,
                username=user.username,
                old=old,
                new=membership.role,
            )
        )


async def remove(uow: Uow, settings: Settings, access: ProjectAccess, user_id: UUID) -> None:
    """Let a member leave, or remove one: that takes `team:manage`.

    Whoever is here through a team as well keeps what that gives. Raises MemberNotFound,
    ProjectRoleTooLow, ThroughTeam, LastOwnerStays, hand-over refusals.
    """
    leaves = user_id == access.actor.user_id
    needed = Permission.PROJECT_READ if leaves else Permission.TEAM_MANAGE
    project = await held(uow, access, needed)
    membership, user = await _member(uow, project.id, user_id)
    if membership.own is None:
        raise ThroughTeam(who=user.username)
    if membership.role == "owner":
        await _spare(uow, settings, project, user_id)
    if membership.granted_role is not None:
        await _restand(uow, access, project, membership, user, None)
        return
    told = MemberLeft if leaves else MemberRemoved
    uow.emit(
        told(
            subject_id=user_id,
            project_id=project.id,
            actor_id=access.actor.user_id,
            username=user.username,
            role=membership.role,
        )
    )
    await uow.db.delete(membership)
    await uow.db.flush()


async def _member(uow: Uow, project_id: UUID, user_id: UUID) -> tuple[Membership, User]:
    found = await repository.member(uow.db, project_id, user_id)
    if found is None:
        raise MemberNotFound
    return found


async def _spare(uow: Uow, settings: Settings, project: Project, user_id: UUID) -> None:
    """See to it that the project has an owner without this one.

    Raises LastOwnerStays, and NewOwnerUnfit where the tier of the next one allows none more.
    """
    another = await repository.next_owner(uow.db, project.id, beside=user_id)
    if another is None:
        raise LastOwnerStays
    if project.owner_id == user_id:
        # It counts against somebody's tier and has its name among theirs.
        heir = await uow.db.get_one(User, another)
        await check_room(uow, settings, heir, remedy="; give it to somebody else first")
        await hand_over(uow, project, another)
        project.updated_at = func.now()
