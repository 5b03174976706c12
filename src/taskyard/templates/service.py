"""The verbs of templates: list, make one from a project, make a project from one."""

from uuid import UUID

from taskyard.core.access import Actor, Permission
from taskyard.core.uow import Uow
from taskyard.kit.ids import uuid7
from taskyard.projects import access as projects
from taskyard.projects import service as making
from taskyard.projects.access import ProjectAccess
from taskyard.projects.naming import one_at_a_time
from taskyard.projects.schemas import ProjectCreate, TagCreate
from taskyard.projects.types import MOST_TAGS
from taskyard.tasks.requirements import Requirement, RequirementRead
from taskyard.tasks.schemas import TaskCreate
from taskyard.tasks.service.creating import Draft, create_all
from taskyard.templates import repository
from taskyard.templates.builtin import BUILT_IN, BuiltIn
from taskyard.templates.errors import (
    TemplateNameTaken,
    TemplateNotFound,
    TooLargeForTemplate,
    TooManyTemplates,
)
from taskyard.templates.events import TemplateCreated, TemplateDeleted
from taskyard.templates.models import Template
from taskyard.templates.schemas import (
    Content,
    FromTemplate,
    StarterTask,
    TemplateCreate,
    TemplateRead,
    Word,
)

MOST_TEMPLATES = 50
MOST_TASKS = 200


async def listed(uow: Uow, actor: Actor) -> list[TemplateRead]:
    """Return the built-in templates, then the caller's own by name."""
    own = await repository.own(uow.db, actor.user_id)
    return [*map(_of_builtin, BUILT_IN), *map(read, own)]


def _of_builtin(template: BuiltIn) -> TemplateRead:
    return TemplateRead(
        id=template.id,
        name=template.name,
        description=template.description,
        built_in=True,
        created_at=None,
        **dict(template.content),
    )


def read(template: Template) -> TemplateRead:
    """Return one of the caller's own templates."""
    return TemplateRead(
        id=str(template.id),
        name=template.name,
        description=template.description,
        built_in=False,
        created_at=template.created_at,
        **dict(Content.model_validate(template.content)),
    )


async def create(uow: Uow, actor: Actor, body: TemplateCreate) -> Template:
    """Make a template from a project the caller sees.

    Raises ProjectNotFound, TemplateNameTaken, TooManyTemplates or TooLargeForTemplate.
    """
    access = await projects.load(uow, actor, body.project_id, Permission.TASK_READ)
    content = await _taken_from(uow, access)
    await one_at_a_time(uow, actor.user_id)
    own = await repository.own(uow.db, actor.user_id)
    if body.name.lower() in {template.name.lower() for template in own}:
        raise TemplateNameTaken(name=body.name)
    if len(own) >= MOST_TEMPLATES:
        raise TooManyTemplates(limit=MOST_TEMPLATES)
    template = Template(
        id=uuid7(),
        owner_id=actor.user_id,
        name=body.name,
        description=body.description,
        content=content.model_dump(mode="json"),
    )
    uow.db.add(template)
    await uow.db.flush()
    await uow.db.refresh(template)
    uow.emit(TemplateCreated(subject_id=template.id, actor_id=actor.user_id, title=template.name))
    return template


async def _taken_from(uow: Uow, access: ProjectAccess) -> Content:
    plan = await repository.plan(uow.db, access.project_id, limit=MOST_TASKS + 1)
    if len(plan.tasks) > MOST_TASKS:
        raise TooLargeForTemplate(limit=MOST_TASKS)
    places = {task.id: place for place, task in enumerate(plan.tasks)}
    tasks = [
        StarterTask(
            title=task.title,
            description=task.description,
            status="backlog" if task.status == "backlog" else "todo",
            priority=task.priority,
            labels=plan.worn[task.id],
            estimate=task.estimate,
            parent=places.get(task.parent_id),
            depends_on=sorted(places[one] for one in plan.waits[task.id] if one in places),
            requires=[RequirementRead.model_validate(one) for one in task.requires],
        )
        for task in plan.tasks
    ]
    words = [[Word(name=row.name, color=row.color) for row in rows] for rows in plan[:2]]
    return Content(tags=words[0], labels=words[1], tasks=tasks)


async def delete(uow: Uow, actor: Actor, template_id: UUID) -> None:
    """Delete one of the caller's templates. Raises TemplateNotFound."""
    template = await repository.one(uow.db, actor.user_id, template_id)
    if template is None:
        raise TemplateNotFound
    await uow.db.delete(template)
    uow.emit(TemplateDeleted(subject_id=template.id, actor_id=actor.user_id, title=template.name))


async def make_project(uow: Uow, actor: Actor, body: FromTemplate) -> UUID:
    """Make a project that begins as a template says: all of it, or nothing.

    Raises TemplateNotFound, and what making a project raises.
    """
    content = await _content(uow, actor, body.template_id)
    given = {tag.name.lower() for tag in body.tags}
    further = [tag for tag in content.tags if tag.name.lower() not in given]
    tags = [*body.tags, *(TagCreate(name=tag.name, color=tag.color) for tag in further)]
    wanted = ProjectCreate(
        name=body.name, description=body.description, key=body.key, tags=tags[:MOST_TAGS]
    )
    project = await making.create(uow, actor, wanted)
    access = await projects.load(uow, actor, project.id, Permission.TASK_CREATE)
    await _fill(uow, access, content)
    return project.id


async def _content(uow: Uow, actor: Actor, template_id: str) -> Content:
    for template in BUILT_IN:
        if template.id == template_id:
            return template.content
    try:
        found = await repository.one(uow.db, actor.user_id, UUID(template_id))
    except ValueError:
        found = None
    if found is None:
        raise TemplateNotFound
    return Content.model_validate(found.content)


async def _fill(uow: Uow, access: ProjectAccess, content: Content) -> None:
    """Put labels and tasks into a new project. A part comes after what it is a part of."""
    label_ids = await repository.add_labels(uow.db, access.project_id, content.labels)
    ids = [uuid7() for _ in content.tasks]
    drafts = [
        Draft(ids[place], _body(task, label_ids, ids))
        for place, task in _wholes_first(content.tasks)
    ]
    if drafts:
        await create_all(uow, access, drafts)
    await repository.tie(
        uow.db,
        [
            (task_id, ids[other])
            for task_id, task in zip(ids, content.tasks, strict=True)
            for other in task.depends_on
        ],
    )


def _body(task: StarterTask, label_ids: dict[str, UUID], ids: list[UUID]) -> TaskCreate:
    return TaskCreate(
        title=task.title,
        description=task.description,
        status=task.status,
        priority=task.priority,
        assignee_id=None,
        agent_id=None,
        label_ids=[label_ids[name] for name in task.labels],
        due_date=None,
        parent_id=None if task.parent is None else ids[task.parent],
        estimate=task.estimate,
        position=None,
        requires=[Requirement(**one.model_dump()) for one in task.requires],
    )


def _wholes_first(tasks: list[StarterTask]) -> list[tuple[int, StarterTask]]:
    """Return tasks with their places, none before what it is a part of."""

    def depth(task: StarterTask) -> int:
        return 0 if task.parent is None else 1 + depth(tasks[task.parent])

    return sorted(enumerate(tasks), key=lambda pair: depth(pair[1]))
