"""How much of an account's storage is taken, and whether more fits."""

from uuid import UUID

from taskyard.core.access import Actor
from taskyard.core.limits import TierLimitExceeded, tier_limits
from taskyard.core.uow import Uow
from taskyard.files import repository


async def check_storage(
    uow: Uow, actor: Actor, wanted_bytes: int, *, besides: UUID | None = None
) -> None:
    """Raise TierLimitExceeded where so much more would not fit; administrators have no limit.

    Where the answer is to be relied upon, take `lock_storage` first, and write in the same
    transaction what takes the room. `besides` is an upload that is not counted.
    """
    if actor.is_admin:
        return
    limit = tier_limits(actor.tier).storage_bytes
    used = (await repository.storage_use(uow.db, actor.user_id, besides=besides)).total
    if used + wanted_bytes > limit:
        raise TierLimitExceeded(
            limit_type="storage_bytes",
            limit=limit,
            used=used,
            wanted=wanted_bytes,
            tier=actor.tier,
            upgrade_url="/app/settings",
        )


async def lock_storage(uow: Uow, actor: Actor) -> None:
    """Let one transaction of an account at a time past its quota."""
    await repository.lock_quota(uow.db, actor.user_id)
