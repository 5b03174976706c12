"""What becomes of jobs whose project is gone."""

from datetime import timedelta

from sqlalchemy import text

from taskyard.core.platform import Platform
from taskyard.core.uow import unit_of_work
from taskyard.jobs import repository
from tests.jobs.conftest import Jobs
from tests.world import World


async def test_long_deleted_projects_take_their_jobs_with_them(
    jobs: Jobs, world: World, platform: Platform
) -> None:
    someone = await world.account()
    gone, lately, alive = [await world.project(owner=someone) for _ in range(3)]
    ids = {p.id: await jobs.ask(someone, project_id=p.id, held=True) for p in (gone, lately, alive)}
    await jobs.do(
        "UPDATE jobs SET state = 'cancelled', lease_until = NULL WHERE owner_id = :owner",
        owner=someone.id,
    )
    for project, days in ((gone, 31), (lately, 29)):
        await jobs.do(
            "UPDATE projects SET deleted_at = now() - make_interval(days => :days) WHERE id = :id",
            days=days,
            id=project.id,
        )
    async with unit_of_work(platform.database) as uow:
        await repository.delete_of_deleted_projects(uow.db, older_than=timedelta(days=30))
        left = await uow.db.scalars(
            text("SELECT id FROM jobs WHERE owner_id = :owner").bindparams(owner=someone.id)
        )
    assert set(left) == {ids[lately.id], ids[alive.id]}
