"""What tasks do when something happens below."""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.core.spine import Told
from taskyard.core.uow import Uow
from taskyard.projects.team.events import MemberGranted, MemberLeft, MemberRemoved
from taskyard.tasks.service import leaving


class Departures:
    """Takes what is open from whoever is in the project no longer."""

    name: Final = "tasks.departures"
    handles: Final = frozenset({MemberGranted.name, MemberLeft.name, MemberRemoved.name})

    async def handle(self, db: AsyncSession, event: Told) -> None:
        """Give their open tasks to nobody, unless they are still there, or again."""
        if event.project_id is not None:
            await leaving.let_go(Uow(db), event.project_id, event.subject_id, event.actor_id)
