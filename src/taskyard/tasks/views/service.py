"""The verbs of saved views.

Whoever sees the project keeps views of their own. Sharing one is work on the project: its members
may, and then it is its maker's and the project's owners' to change.
"""

from typing import Final
from uuid import UUID

from taskyard.accounts.models import User
from taskyard.core.access import Permission
from taskyard.core.uow import Uow
from taskyard.kit.ids import uuid7
from taskyard.projects.access import ProjectAccess
from taskyard.tasks import repository as tasks
from taskyard.tasks.errors import TooManyViews, ViewNameTaken, ViewNotFound, ViewNotYours
from taskyard.tasks.events import ViewsChanged
from taskyard.tasks.schemas import Person
from taskyard.tasks.views import repository
from taskyard.tasks.views.models import View
from taskyard.tasks.views.schemas import ViewCreate, ViewRead, ViewSearch, ViewUpdate

#: Of somebody's own in a project, and shared in it.
MOST: Final = 50


async def listed(uow: Uow, access: ProjectAccess) -> list[ViewRead]:
    """Return the views the caller sees, shared ones first."""
    rows = await repository.seen(uow.db, access.project_id, access.actor.user_id)
    return [_read(access, view, owner) for view, owner in rows]


async def create(uow: Uow, access: ProjectAccess, body: ViewCreate) -> ViewRead:
    """Save a view. Raises 403 refusals, ViewNameTaken or TooManyViews."""
    view = View(
        id=uuid7(),
        project_id=access.project_id,
        owner_id=access.actor.user_id,
        name=body.name,
        layout=body.layout,
        search=body.search.model_dump(mode="json", exclude_none=True),
        shared=body.shared,
    )
    await _check_place(uow, access, view)
    uow.db.add(view)
    await uow.db.flush()
    _told(uow, access, view, shared=view.shared)
    return _read(access, view, await repository.owner(uow.db, view.owner_id))


async def change(uow: Uow, access: ProjectAccess, view_id: UUID, body: ViewUpdate) -> ViewRead:
    """Change a view. Raises ViewNotFound, 403 refusals, ViewNameTaken or TooManyViews."""
    await tasks.hold_book(uow.db, access.project_id)
    view, owner = await _own(uow, access, view_id)
    was_shared = view.shared
    changes = body.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    if changes.get("shared") is False and view.owner_id != access.actor.user_id:
        # It would be gone from everybody's sight but its maker's.
        raise ViewNotYours(owner=owner.display_name)
    with uow.db.no_autoflush:
        for name, new in changes.items():
            setattr(view, name, new)
        await _check_place(uow, access, view, moved=was_shared != view.shared)
    await uow.db.flush()
    await uow.db.refresh(view)
    _told(uow, access, view, shared=was_shared or view.shared)
    return _read(access, view, owner)


async def delete(uow: Uow, access: ProjectAccess, view_id: UUID) -> None:
    """Delete a view. Raises ViewNotFound or 403 refusals."""
    view, _ = await _own(uow, access, view_id)
    await uow.db.delete(view)
    _told(uow, access, view, shared=view.shared)


async def _own(uow: Uow, access: ProjectAccess, view_id: UUID) -> tuple[View, User]:
    """Return a view that the caller may change. Raises ViewNotFound or 403 refusals."""
    row = await repository.one(uow.db, access.project_id, view_id, access.actor.user_id)
    if row is None:
        raise ViewNotFound
    view, owner = row
    if view.shared:
        access.require(Permission.TASK_UPDATE)
    if not _may_change(access, view):
        raise ViewNotYours(owner=owner.display_name)
    return view, owner


def _may_change(access: ProjectAccess, view: View) -> bool:
    if view.owner_id == access.actor.user_id:
        return not view.shared or access.may(Permission.TASK_UPDATE)
    return access.may(Permission.PROJECT_UPDATE) and access.may(Permission.TASK_UPDATE)


async def _check_place(uow: Uow, access: ProjectAccess, view: View, *, moved: bool = True) -> None:
    """Raise unless a view may be where it is: 403 refusals, ViewNameTaken or TooManyViews.

    Holds the project's book, so that of two at once one is refused. `moved`: whether it is new
    among the shared ones, or among its owner's.
    """
    if view.shared:
        access.require(Permission.TASK_UPDATE)
    await tasks.hold_book(uow.db, access.project_id)
    place = (view.owner_id, view.shared)
    known = await repository.named(uow.db, view.project_id, view.name, *place)
    if known not in {None, view.id}:
        raise ViewNameTaken(name=view.name)
    if moved and await repository.count(uow.db, view.project_id, *place) >= MOST:
        raise TooManyViews(limit=MOST)


def _told(uow: Uow, access: ProjectAccess, view: View, *, shared: bool) -> None:
    """Tell the project of a view that others see; one's own is nobody else's business."""
    if shared:
        uow.emit(
            ViewsChanged(
                subject_id=view.id,
                project_id=access.project_id,
                actor_id=access.actor.user_id,
                title=view.name,
            )
        )


def _read(access: ProjectAccess, view: View, owner: User) -> ViewRead:
    return ViewRead(
        id=view.id,
        name=view.name,
        layout=view.layout,
        search=ViewSearch.model_validate(view.search),
        shared=view.shared,
        owner=Person(id=owner.id, name=owner.display_name, username=owner.username),
        can_change=_may_change(access, view),
        created_at=view.created_at,
        updated_at=view.updated_at,
    )
