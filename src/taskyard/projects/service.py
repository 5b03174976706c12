"""The verbs of projects."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func

from taskyard.core.access import Actor, Permission
from taskyard.core.etag import check_match
from taskyard.core.limits import TierLimitExceeded, tier_limits
from taskyard.core.uow import Uow
from taskyard.kit.ids import uuid7
from taskyard.kit.text import same_name
from taskyard.projects import repository
from taskyard.projects.access import ProjectAccess, admit
from taskyard.projects.errors import (
    PersonalProjectStays,
    ProjectKeyTaken,
    ProjectNameTaken,
    ProjectNotFound,
    ReasonRequired,
)
from taskyard.projects.events import ProjectChanged, ProjectCreated, ProjectDeleted
from taskyard.projects.models import Membership, Project, Tag
from taskyard.projects.naming import free_key, free_slug, one_at_a_time
from taskyard.projects.schemas import ProjectCreate, ProjectUpdate, TagCreate


async def create(uow: Uow, actor: Actor, body: ProjectCreate) -> Project:
    """Make a project the caller owns.

    One at a time per owner, so that the tier's limit and the names cannot be raced. Raises
    ProjectNameTaken, ProjectKeyTaken or TierLimitExceeded.
    """
    await one_at_a_time(uow, actor.user_id)
    await check_quota(uow, actor)
    owned = await repository.owned_names(uow.db, actor.user_id)
    if same_name(body.name) in {same_name(row.name) for row in owned}:
        raise ProjectNameTaken(name=body.name)
    keys = {row.key for row in owned}
    if body.key is not None and body.key in keys:
        raise ProjectKeyTaken(key=body.key)
    key = body.key or free_key(body.name, keys)
    project = Project(
        id=uuid7(),
        owner_id=actor.user_id,
        name=body.name,
        slug=free_slug(body.name, {row.slug for row in owned}),
        key=key,
        description=body.description,
    )
    return await _add(uow, project, actor.user_id, tags=body.tags)


async def check_quota(uow: Uow, actor: Actor) -> None:
    """Raise TierLimitExceeded where the caller's tier allows no further project."""
    limit = tier_limits(actor.tier).projects
    if limit is None or actor.is_admin:
        return
    used = await repository.count_owned(uow.db, actor.user_id)
    if used >= limit:
        raise TierLimitExceeded(
            limit_type="projects",
            limit=limit,
            used=used,
            tier=actor.tier,
            upgrade_url="/app/settings",
        )


async def _add(
    uow: Uow, project: Project, owner_id: UUID, *, tags: Sequence[TagCreate] = ()
) -> Project:
    uow.db.add(project)
    await uow.db.flush()
    uow.db.add(Membership(project_id=project.id, user_id=owner_id, role="owner"))
    uow.db.add_all(Tag(project_id=project.id, name=tag.name, color=tag.color) for tag in tags)
    await uow.db.flush()
    await uow.db.refresh(project)
    uow.emit(
        ProjectCreated(
            subject_id=project.id,
            project_id=project.id,
            actor_id=owner_id,
            title=project.name,
            key=project.key,
        )
    )
    return project


async def ensure_personal(uow: Uow, user_id: UUID) -> UUID:
    """Return an account's personal project, made on first use; two callers at once make one."""
    found = await repository.personal(uow.db, user_id)
    if found is not None:
        return found.id
    await one_at_a_time(uow, user_id)
    # Whoever held the place until now may have made it.
    found = await repository.personal(uow.db, user_id)
    if found is not None:
        return found.id
    owned = await repository.owned_names(uow.db, user_id)
    project = Project(
        id=uuid7(),
        owner_id=user_id,
        name="Personal",
        slug=free_slug("Personal", {row.slug for row in owned}),
        key=free_key("My tasks", {row.key for row in owned}),
        is_personal=True,
    )
    return (await _add(uow, project, user_id)).id


async def find_or_create(uow: Uow, actor: Actor, name: str) -> Project:
    """Return the caller's project of this name, made on first use (contracts jobs and builds).

    Two first uses at once make one, and names that people take for the same are.
    """
    await one_at_a_time(uow, actor.user_id)
    for row in await repository.owned_names(uow.db, actor.user_id):
        if same_name(row.name) == same_name(name):
            return await uow.db.get_one(Project, row.id)
    actor.require(Permission.PROJECT_CREATE)
    return await create(uow, actor, ProjectCreate(name=name, description="", key=None, tags=[]))


async def change(
    uow: Uow, access: ProjectAccess, body: ProjectUpdate, *, if_match: str | None
) -> Project:
    """Change a project. Raises PreconditionFailed, ProjectNameTaken or ProjectKeyTaken."""
    project = await held(uow, access, Permission.PROJECT_UPDATE)
    check_match(if_match, project.version)
    given = body.model_dump(exclude_unset=True, exclude_none=True, exclude={"tags"})
    changes = {name: new for name, new in given.items() if getattr(project, name) != new}
    if changes:
        # Names are given out one at a time, so that a new project cannot take this one meanwhile.
        await one_at_a_time(uow, project.owner_id)
        await _rename(uow, project, changes)
    for name, new in changes.items():
        setattr(project, name, new)
    changed = sorted(changes)
    if body.tags is not None and await _retag(uow, project, body.tags):
        changed.append("tags")
    if not changed:
        return project
    project.version += 1
    project.updated_at = func.now()
    await uow.db.flush()
    await uow.db.refresh(project)
    uow.emit(
        ProjectChanged(
            subject_id=project.id,
            project_id=project.id,
            actor_id=access.actor.user_id,
            fields=changed,
        )
    )
    return project


async def _retag(uow: Uow, project: Project, wanted: Sequence[TagCreate]) -> bool:
    """Give a held project these tags and no others; say whether that changed anything."""
    missing = {tag.name.lower(): tag for tag in wanted}
    changed = False
    for tag in await repository.tags_of(uow.db, project.id):
        stays = missing.pop(tag.name.lower(), None)
        if stays is None:
            await uow.db.delete(tag)
            changed = True
        else:
            color = stays.color if "color" in stays.model_fields_set else tag.color
            changed |= (tag.name, tag.color) != (stays.name, color)
            tag.name, tag.color = stays.name, color
    uow.db.add_all(
        Tag(project_id=project.id, name=tag.name, color=tag.color) for tag in missing.values()
    )
    return changed or bool(missing)


async def _rename(uow: Uow, project: Project, wanted: dict[str, Any]) -> None:
    """Check a wanted name and key against the owner's other projects, and set the slug."""
    owned = await repository.owned_names(uow.db, project.owner_id)
    others = [row for row in owned if row.id != project.id]
    if wanted.get("key") in {row.key for row in others}:
        raise ProjectKeyTaken(key=wanted["key"])
    if "name" in wanted:
        if same_name(wanted["name"]) in {same_name(row.name) for row in others}:
            raise ProjectNameTaken(name=wanted["name"])
        project.slug = free_slug(wanted["name"], {row.slug for row in others})


async def delete(uow: Uow, access: ProjectAccess, *, reason: str | None = None) -> None:
    """Delete a project: nobody sees it from now on.

    Raises PersonalProjectStays, and ReasonRequired where an administrator who is no member gives
    none.
    """
    if access.role == "admin" and not (reason and reason.strip()):
        raise ReasonRequired
    project = await held(uow, access, Permission.PROJECT_DELETE)
    if project.is_personal:
        raise PersonalProjectStays
    project.deleted_at = func.now()
    project.version += 1
    uow.emit(
        ProjectDeleted(
            subject_id=project.id,
            project_id=project.id,
            actor_id=access.actor.user_id,
            title=project.name,
            reason=reason,
        )
    )


async def held(uow: Uow, access: ProjectAccess, permission: Permission) -> Project:
    """Return the project, which nobody else changes until the end, for who still may do this.

    Whoever held it until now may have taken the caller's role. Raises ProjectNotFound or 403
    refusals.
    """
    project = await locked(uow, access.project_id)
    await admit(uow, access.actor, project.id, permission)
    return project


async def locked(uow: Uow, project_id: UUID) -> Project:
    """Return a project that nobody else changes until the end. Raises ProjectNotFound."""
    project = await repository.get(uow.db, project_id, lock=True)
    if project is None:
        raise ProjectNotFound
    return project
