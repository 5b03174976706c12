"""What of the inbox can be followed live."""

from typing import Final

from taskyard.core.access import Actor
from taskyard.core.live import Scope
from taskyard.core.uow import Uow


class InboxTopics:
    """`inbox`: what is new in the caller's inbox, and what they did to it elsewhere."""

    family: Final = "inbox"

    async def admit(self, uow: Uow, actor: Actor, key: str) -> Scope:  # noqa: ARG002 — the port's
        """Return what belongs to the caller's inbox."""
        return Scope(people=frozenset({actor.user_id}), only="notification.")
