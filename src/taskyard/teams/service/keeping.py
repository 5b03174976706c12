"""Teams themselves: made, changed, deleted, read."""

from uuid import UUID

from sqlalchemy import func, text

from taskyard.core.access import Actor, Permission
from taskyard.core.etag import check_match
from taskyard.core.uow import Uow
from taskyard.kit.ids import uuid7
from taskyard.teams import repository
from taskyard.teams.access import TeamAccess, load
from taskyard.teams.errors import TeamNotFound, TooManyTeams
from taskyard.teams.events import TeamChanged, TeamCreated, TeamDeleted, TeamLeft
from taskyard.teams.models import Team, TeamMember
from taskyard.teams.repository import Shown
from taskyard.teams.schemas import TeamCreate, TeamQuery, TeamRead, TeamUpdate
from taskyard.teams.service import granting
from taskyard.teams.types import MOST_TEAMS


async def held(uow: Uow, access: TeamAccess, permission: Permission) -> tuple[Team, TeamAccess]:
    """Return a team that nobody else changes until the end, and the caller's access by now.

    Whoever held it until now may have taken the caller's role. Raises TeamNotFound or 403 refusals.
    """
    team = await repository.held(uow.db, access.team_id)
    if team is None:
        raise TeamNotFound
    return team, await load(uow, access.actor, team.id, permission)


async def create(uow: Uow, actor: Actor, body: TeamCreate) -> UUID:
    """Make a team the caller owns. Raises TooManyTeams."""
    # One at a time for each account, so that the limit cannot be raced.
    await uow.db.execute(
        text("SELECT pg_advisory_xact_lock(1952543597, hashtext(:owner))"),
        {"owner": str(actor.user_id)},
    )
    if await repository.count_owned(uow.db, actor.user_id) >= MOST_TEAMS:
        raise TooManyTeams(limit=MOST_TEAMS)
    team = Team(id=uuid7(), name=body.name, description=body.description)
    uow.db.add(team)
    await uow.db.flush()
    uow.db.add(TeamMember(team_id=team.id, user_id=actor.user_id, role="owner"))
    await uow.db.flush()
    uow.emit(TeamCreated(subject_id=team.id, actor_id=actor.user_id, title=team.name))
    return team.id


async def read(uow: Uow, actor: Actor, team_id: UUID) -> TeamRead:
    """Return a team as the caller sees it."""
    await uow.db.flush()
    return _read(actor, await repository.shown(uow.db, team_id, actor.user_id))


def _read(actor: Actor, found: Shown) -> TeamRead:
    team = found.team
    return TeamRead(
        id=team.id,
        name=team.name,
        description=team.description,
        role=found.role,
        permissions=sorted(TeamAccess(team.id, actor, found.role).permissions),
        members=found.members,
        projects=found.projects,
        created_at=team.created_at,
        updated_at=team.updated_at,
        version=team.version,
    )


async def listed(uow: Uow, actor: Actor, query: TeamQuery) -> tuple[list[TeamRead], int]:
    """Return a page of the caller's teams by name. Raises paging refusals."""
    query.check_tier(actor.tier)
    found, total = await repository.page(
        uow.db, actor.user_id, q=query.q, offset=query.offset, limit=query.page_size
    )
    return [_read(actor, one) for one in found], total


async def change(uow: Uow, access: TeamAccess, body: TeamUpdate, *, if_match: str | None) -> None:
    """Change a team's name or description. Raises TeamNotFound or PreconditionFailed."""
    team, _ = await held(uow, access, Permission.TEAM_UPDATE)
    check_match(if_match, team.version)
    given = body.model_dump(exclude_unset=True, exclude_none=True)
    changed = sorted(name for name, new in given.items() if getattr(team, name) != new)
    if not changed:
        return
    for name in changed:
        setattr(team, name, given[name])
    team.version += 1
    team.updated_at = func.now()
    tell(uow, access, *changed)


async def delete(uow: Uow, access: TeamAccess) -> None:
    """Delete a team: what it gave its people is theirs no longer. Raises TeamNotFound."""
    team, _ = await held(uow, access, Permission.TEAM_DELETE)
    people = await repository.people_of(uow.db, team.id)
    projects = await repository.grants_of(uow.db, team.id)
    await granting.hold(uow, projects)
    await uow.db.delete(team)
    await uow.db.flush()
    await granting.settle(uow, access, projects, people)
    uow.emit(TeamDeleted(subject_id=team.id, actor_id=access.actor.user_id, title=team.name))
    for user_id, role in people.items():
        if user_id != access.actor.user_id:
            uow.emit(
                TeamLeft(
                    subject_id=user_id,
                    actor_id=access.actor.user_id,
                    team_id=team.id,
                    title=team.name,
                    role=role,
                )
            )


def tell(uow: Uow, access: TeamAccess, *fields: str) -> None:
    """Tell whoever looks at a team that something of it is another now."""
    uow.emit(
        TeamChanged(subject_id=access.team_id, actor_id=access.actor.user_id, fields=list(fields))
    )
