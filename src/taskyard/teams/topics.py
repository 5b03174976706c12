"""What of teams can be followed live."""

from typing import Final
from uuid import UUID

from taskyard.core.access import Actor, Permission
from taskyard.core.live import Scope
from taskyard.core.uow import Uow
from taskyard.teams import access
from taskyard.teams.errors import TeamNotFound


class TeamTopics:
    """`team:<id>`: what the spine tells of one team."""

    family: Final = "team"

    async def admit(self, uow: Uow, actor: Actor, key: str) -> Scope:
        """Raise TeamNotFound, also where it exists and the caller may not know."""
        try:
            team_id = UUID(key)
        except ValueError:
            raise TeamNotFound from None
        if str(team_id) != key:
            raise TeamNotFound
        await access.load(uow, actor, team_id, Permission.TEAM_READ)
        return Scope(people=frozenset({team_id}))
