"""What named teams give their people in projects, which the room above works out."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from taskyard.core.uow import Uow
from taskyard.projects.models import Membership, Project
from taskyard.projects.team import repository
from taskyard.projects.team.events import MemberGranted
from taskyard.projects.types import GrantedRole


async def held(uow: Uow, project_ids: Collection[UUID]) -> Sequence[Project]:
    """Return these projects, whose teams nobody else changes until the end, by their ids."""
    return await repository.held_projects(uow.db, project_ids)


async def grant(
    uow: Uow,
    wanted: Mapping[tuple[UUID, UUID], GrantedRole | None],
    *,
    team_id: UUID,
    actor_id: UUID,
) -> None:
    """Let each (project, account) have this role through teams, the highest of them all.

    The projects are `held`. Emits MemberGranted for each whose role in a project changed.
    """
    places = await repository.places(uow.db, wanted.keys())
    for (project_id, user_id), granted in wanted.items():
        place = places.get((project_id, user_id))
        old = place.role if place else None
        new = await _take(uow, place, project_id, user_id, granted)
        if old != new:
            uow.emit(
                MemberGranted(
                    subject_id=user_id,
                    project_id=project_id,
                    actor_id=actor_id,
                    team_id=team_id,
                    old=old,
                    new=new,
                )
            )
    await uow.db.flush()


async def _take(
    uow: Uow,
    place: Membership | None,
    project_id: UUID,
    user_id: UUID,
    granted: GrantedRole | None,
) -> str | None:
    """Have somebody take a role through teams, and return the one they have then."""
    if place is None and granted is not None:
        place = Membership(project_id=project_id, user_id=user_id)
        place.stand(None, granted)
        uow.db.add(place)
    elif place is not None and place.own is None and granted is None:
        await uow.db.delete(place)
        return None
    elif place is not None:
        place.stand(place.own, granted)
    return place.role if place else None
