"""How many seats teams take, in themselves and in the projects they are granted."""

from uuid import UUID

from sqlalchemy import CompoundSelect, Text, cast, func, null, select, true, union
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.projects.team import seats
from taskyard.teams.models import Grant, TeamInvitation, TeamMember


def _taken(team_id: UUID) -> CompoundSelect[str]:
    """Return whoever is in a team, and whoever is invited into it."""
    there = select(cast(TeamMember.user_id, Text).label("person")).where(
        TeamMember.team_id == team_id
    )
    invited = select(seats.invitee(TeamInvitation.user_id, TeamInvitation.email_key)).where(
        TeamInvitation.team_id == team_id, TeamInvitation.expires_at > func.now()
    )
    return there.union(invited)


async def most(db: AsyncSession, team_id: UUID) -> int:
    """Return the seats taken in the fullest of a team and its projects, invitations included."""
    granted = select(Grant.project_id).where(Grant.team_id == team_id)
    people = _taken(team_id).subquery()
    everywhere = union(
        seats.taken(granted),
        select(Grant.project_id, people.c.person)
        .select_from(Grant)
        .join(people, true())
        .where(Grant.team_id == team_id),
        select(null(), people.c.person),
    ).subquery()
    project_id, person = everywhere.c
    each = select(func.count(person).label("seats")).group_by(project_id).subquery()
    return await db.scalar(select(func.max(each.c.seats))) or 0


async def together(db: AsyncSession, project_id: UUID, team_id: UUID) -> int:
    """Return how many would be in a project with a team, whoever is invited included."""
    there = seats.taken([project_id]).subquery()
    both = select(there.c[1]).union(_taken(team_id)).subquery()
    return await db.scalar(select(func.count()).select_from(both)) or 0
