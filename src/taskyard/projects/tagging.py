"""The verbs of tags and favorites."""

from uuid import UUID

from sqlalchemy import func

from taskyard.core.access import Permission
from taskyard.core.uow import Uow
from taskyard.projects import repository
from taskyard.projects.access import ProjectAccess
from taskyard.projects.errors import TagNotFound, TagTaken, TooManyTags
from taskyard.projects.events import ProjectChanged
from taskyard.projects.models import Project, Tag
from taskyard.projects.schemas import TagCreate
from taskyard.projects.service import held
from taskyard.projects.types import MOST_TAGS


async def add(uow: Uow, access: ProjectAccess, body: TagCreate) -> Tag:
    """Put a tag on a project. Raises TagTaken or TooManyTags."""
    project = await held(uow, access, Permission.PROJECT_UPDATE)
    tags = await repository.tags_of(uow.db, project.id)
    if body.name.lower() in {tag.name.lower() for tag in tags}:
        raise TagTaken(name=body.name)
    if len(tags) >= MOST_TAGS:
        raise TooManyTags(limit=MOST_TAGS)
    tag = Tag(project_id=project.id, name=body.name, color=body.color)
    uow.db.add(tag)
    await _changed(uow, access, project)
    return tag


async def remove(uow: Uow, access: ProjectAccess, tag_id: UUID) -> None:
    """Take a tag off a project. Raises TagNotFound."""
    project = await held(uow, access, Permission.PROJECT_UPDATE)
    tag = await uow.db.get(Tag, tag_id)
    if tag is None or tag.project_id != project.id:
        raise TagNotFound
    await uow.db.delete(tag)
    await _changed(uow, access, project)


async def _changed(uow: Uow, access: ProjectAccess, project: Project) -> None:
    project.version += 1
    project.updated_at = func.now()
    await uow.db.flush()
    uow.emit(
        ProjectChanged(
            subject_id=project.id,
            project_id=project.id,
            actor_id=access.actor.user_id,
            fields=["tags"],
        )
    )
