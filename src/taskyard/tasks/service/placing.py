"""Finding a task's place in a column. Callers hold the project's book."""

from collections.abc import Collection
from uuid import UUID

from taskyard.core.uow import Uow
from taskyard.tasks import ordering, repository
from taskyard.tasks.errors import PlaceGone
from taskyard.tasks.schemas import Place

BOTTOM = Place(at="bottom", before=None, after=None)


async def last_places(
    uow: Uow, project_id: UUID, statuses: Collection[str]
) -> dict[str, str | None]:
    """Return the place at the bottom of each of these columns, None where it is empty."""
    found = await repository.ends(uow.db, project_id, statuses)
    return {status: found[status][1] if status in found else None for status in statuses}


async def find(uow: Uow, project_id: UUID, task_id: UUID, status: str, place: Place) -> str:
    """Return the key of a place in a column. Raises PlaceGone.

    Where it is crowded, the column's keys are written anew first.
    """
    key = await _key(uow, project_id, task_id, status, place)
    if len(key) <= ordering.CROWDED:
        return key
    ids = await repository.column(uow.db, project_id, status)
    keys = ordering.following(None, len(ids))
    await repository.place(uow.db, dict(zip(ids, keys, strict=True)))
    return await _key(uow, project_id, task_id, status, place)


async def _key(uow: Uow, project_id: UUID, task_id: UUID, status: str, place: Place) -> str:
    beside = place.before or place.after
    if beside is None:
        ends = (await repository.ends(uow.db, project_id, [status])).get(status)
        if ends is None:
            return ordering.between(None, None)
        if place.at == "top":
            return ordering.between(None, ends[0])
        return ordering.between(ends[1], None)
    found = (await repository.named(uow.db, project_id, [beside])).get(beside)
    if found is None or found.status != status:
        raise PlaceGone(status=status, task_id=str(beside))
    if beside == task_id:
        return str(found.position)
    other = await repository.neighbour(
        uow.db, project_id, status, found.position, below=place.before is None, but=task_id
    )
    if place.before is not None:
        return ordering.between(other, found.position)
    return ordering.between(found.position, other)
