"""However many administrators give up at the same moment, one stays."""

import asyncio

import pytest
from sqlalchemy import func, select

from taskyard.accounts.errors import LastAdmin
from taskyard.accounts.models import User
from taskyard.accounts.service import administering
from taskyard.accounts.service.administering import AccountChange
from taskyard.core.uow import unit_of_work
from tests.conftest import OpenInstance
from tests.world.instances import Instance, until_blocking

USERS = "/api/v1/admin/users"


async def _admins(instance: Instance) -> int:
    query = select(func.count()).where(User.role == "admin", User.is_active)
    async with instance.platform.database.session() as db:
        return await db.scalar(query) or 0


async def test_two_who_remove_each_other_again_and_again(open_other: OpenInstance) -> None:
    other = await open_other(empty=True)
    boss = await other.world.account(role="admin")
    for number in range(12):
        second = await other.world.account(role="admin")
        pair = [
            (boss, second, {"role": "user"} if number % 2 else {"active": False}),
            (second, boss, {"role": "viewer"} if number % 3 else {"active": False}),
        ]
        answers = await asyncio.gather(
            *(
                other.client(authorization=f"Bearer {who.token}").patch(
                    f"{USERS}/{whom.id}", json=change
                )
                for who, whom, change in pair
            )
        )
        # The slower one is refused: by the rule, or since its right is gone already.
        statuses = sorted(answer.status_code for answer in answers)
        assert statuses[0] == 200
        assert statuses[1] in {401, 403, 409}
        assert await _admins(other) == 1
        boss = boss if answers[0].status_code == 200 else second


@pytest.mark.parametrize(
    "change", [AccountChange(role="user"), AccountChange(active=False)], ids=["role", "active"]
)
async def test_the_second_waits_for_the_first_and_is_refused(
    open_other: OpenInstance, change: AccountChange
) -> None:
    """In the very order in which a check without its lock would let both go."""
    other = await open_other(empty=True)
    first, second = [await other.world.account(role="admin") for _ in range(2)]
    database = other.platform.database

    async def give_up_second() -> None:
        async with unit_of_work(database) as uow:
            await administering.change(uow, second.id, change, by=None)

    async with unit_of_work(database) as uow:
        await administering.change(uow, first.id, change, by=None)
        later = asyncio.create_task(give_up_second())
        await until_blocking(uow.db)
    with pytest.raises(LastAdmin):
        await later
    assert await _admins(other) == 1
