"""What projects do when something happens below."""

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.accounts.events import AccountRegistered
from taskyard.core.spine import Told
from taskyard.core.uow import Uow
from taskyard.projects import service


class PersonalProjects:
    """Gives every new account its personal project."""

    name = "projects.personal"
    handles = frozenset({AccountRegistered.name})

    async def handle(self, db: AsyncSession, event: Told) -> None:
        """Make the project, unless the account's first request already has."""
        await service.ensure_personal(Uow(db), event.subject_id)
