"""What teams are granted of projects, and what that gives each of their people."""

from collections.abc import Collection
from uuid import UUID

from taskyard.core.access import Permission
from taskyard.core.limits import TierLimitExceeded, tier_limits
from taskyard.core.uow import Uow
from taskyard.projects.access import ProjectAccess, admit
from taskyard.projects.errors import ProjectNotFound
from taskyard.projects.events import ProjectChanged
from taskyard.projects.models import Project
from taskyard.projects.team import granting as projects
from taskyard.projects.team.errors import PersonalProjectAlone
from taskyard.projects.types import GrantedRole
from taskyard.teams import repository, seats
from taskyard.teams.access import TeamAccess
from taskyard.teams.errors import NotGranted, TeamNotFound, TooManyProjects
from taskyard.teams.events import TeamChanged
from taskyard.teams.models import Grant
from taskyard.teams.schemas import ProjectTeamRead, TeamProjectRead
from taskyard.teams.types import MOST_PROJECTS


async def hold(uow: Uow, project_ids: Collection[UUID]) -> None:
    """Hold projects before what a team gives in them changes; after the team, never before."""
    if project_ids:
        await projects.held(uow, project_ids)


async def settle(
    uow: Uow,
    access: TeamAccess,
    project_ids: Collection[UUID],
    user_ids: Collection[UUID],
) -> None:
    """Have these people stand in these held projects as their teams say now."""
    if not project_ids or not user_ids:
        return
    await uow.db.flush()
    given = await repository.granted(uow.db, project_ids, user_ids)
    pairs = ((one, user_id) for one in project_ids for user_id in user_ids)
    await projects.grant(
        uow,
        {pair: given.get(pair) for pair in pairs},
        team_id=access.team_id,
        actor_id=access.actor.user_id,
    )


async def settle_person(uow: Uow, access: TeamAccess, user_id: UUID) -> None:
    """Have somebody stand in a held team's projects as their teams say now."""
    granted = await repository.grants_of(uow.db, access.team_id)
    await hold(uow, granted)
    await settle(uow, access, granted, [user_id])


async def grant(
    uow: Uow, project: ProjectAccess, team_id: UUID, role: GrantedRole
) -> ProjectTeamRead:
    """Grant a project to one of the caller's teams, or change what it is granted.

    Raises TeamNotFound, ProjectNotFound, PersonalProjectAlone, TooManyProjects or
    TierLimitExceeded.
    """
    access = await _held_team(uow, project, team_id)
    found = await _held_project(uow, project)
    if found.is_personal:
        raise PersonalProjectAlone
    before = await uow.db.get(Grant, (team_id, found.id))
    if before is None:
        if access.role is None:
            # An administrator puts in order what is there, and lets nobody in.
            raise TeamNotFound
        await _check_room(uow, project, team_id)
        uow.db.add(
            Grant(
                team_id=team_id,
                project_id=found.id,
                role=role,
                granted_by=project.actor.user_id,
            )
        )
    else:
        before.role = role
    await settle(uow, access, [found.id], await repository.people_of(uow.db, team_id))
    _tell(uow, project, team_id)
    teams = await of_project(uow, project)
    return next(team for team in teams if team.team_id == team_id)


async def revoke(uow: Uow, project: ProjectAccess, team_id: UUID) -> None:
    """Take a team out of a project. Raises TeamNotFound, ProjectNotFound or NotGranted."""
    if await repository.held(uow.db, team_id) is None:
        raise NotGranted
    await _held_project(uow, project)
    found = await uow.db.get(Grant, (team_id, project.project_id))
    if found is None:
        raise NotGranted
    await uow.db.delete(found)
    access = TeamAccess(team_id, project.actor, None)
    people = await repository.people_of(uow.db, team_id)
    await settle(uow, access, [project.project_id], people)
    _tell(uow, project, team_id)


async def _held_team(uow: Uow, project: ProjectAccess, team_id: UUID) -> TeamAccess:
    """Return the access to a held team that the caller is in, or that is in the project."""
    if await repository.held(uow.db, team_id) is None:
        raise TeamNotFound
    _, role = await repository.place_in(uow.db, team_id, project.actor.user_id)
    if role is None and await uow.db.get(Grant, (team_id, project.project_id)) is None:
        raise TeamNotFound
    return TeamAccess(team_id, project.actor, role)


async def _held_project(uow: Uow, project: ProjectAccess) -> Project:
    """Return the held project, for who still manages its team. Raises ProjectNotFound or 403."""
    found = await projects.held(uow, [project.project_id])
    if not found:
        raise ProjectNotFound
    await admit(uow, project.actor, project.project_id, Permission.TEAM_MANAGE)
    return found[0]


async def _check_room(uow: Uow, project: ProjectAccess, team_id: UUID) -> None:
    if len(await repository.grants_of(uow.db, team_id)) >= MOST_PROJECTS:
        raise TooManyProjects(limit=MOST_PROJECTS)
    actor = project.actor
    limit = tier_limits(actor.tier).members
    if limit is None or actor.is_admin:
        return
    used = await seats.together(uow.db, project.project_id, team_id)
    if used > limit:
        raise TierLimitExceeded(
            limit_type="members",
            limit=limit,
            used=used,
            tier=actor.tier,
            upgrade_url="/app/settings",
        )


def _tell(uow: Uow, project: ProjectAccess, team_id: UUID) -> None:
    uow.emit(
        ProjectChanged(
            subject_id=project.project_id,
            project_id=project.project_id,
            actor_id=project.actor.user_id,
            fields=["teams"],
        )
    )
    uow.emit(TeamChanged(subject_id=team_id, actor_id=project.actor.user_id, fields=["projects"]))


async def of_project(uow: Uow, project: ProjectAccess) -> list[ProjectTeamRead]:
    """Return the teams a project is granted to, by name."""
    rows = await repository.teams_of(uow.db, project.project_id, project.actor.user_id)
    return [ProjectTeamRead.model_validate(row) for row in rows]


async def of_team(uow: Uow, access: TeamAccess) -> list[TeamProjectRead]:
    """Return the projects a team is granted, by name."""
    rows = await repository.projects_of(uow.db, access.team_id)
    return [TeamProjectRead.model_validate(row) for row in rows]
