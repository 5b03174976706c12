"""Tasks: which there are, new ones written as lines, and done."""

import re
from typing import TYPE_CHECKING, Annotated

import typer

from taskyard.entry.cli.client.exits import ClientError, Exit, told
from taskyard.entry.cli.client.options import AsJson, Server, print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.text import Text

    from taskyard.entry.cli.client.answers import Project, Task
    from taskyard.entry.cli.client.api import Api

#: A task as people name it: `TY-42`, or 42 where the project is known.
_NAMED = re.compile(r"(?:([A-Za-z][A-Za-z0-9]{1,9})-|#)?([0-9]{1,9})")
_COLUMNS = 7

InProject = Annotated[
    str | None, typer.Option("--project", "-p", metavar="NAME", help="A project's name, key or id.")
]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    tasks = typer.Typer(no_args_is_help=True, help="Tasks: list, add, done.")
    tasks.command("list")(list_tasks)
    tasks.command("add")(add_tasks)
    tasks.command("done")(finish_tasks)
    app.add_typer(tasks, name="tasks")


@told
def list_tasks(
    words: Annotated[
        list[str] | None, typer.Argument(help="Only those with these words.", show_default=False)
    ] = None,
    *,
    project: InProject = None,
    status: Annotated[
        str, typer.Option(metavar="LIST", help="Such as open, closed, todo,in_progress, or all.")
    ] = "open",
    limit: Annotated[int, typer.Option(min=1, max=50, help="How many.")] = 50,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """List the tasks that are yours to do, the soonest due first; or all of a project."""
    from taskyard.entry.cli.client.answers import Task
    from taskyard.entry.cli.client.api import connected
    from taskyard.entry.cli.client.screen import Screen

    screen = Screen()
    wanted: dict[str, str | int] = {"page_size": limit, "sort": "due_date"}
    wanted |= {"status": status} if status != "all" else {}
    wanted |= {"q": " ".join(words)} if words else {}
    with connected(server, screen.say) as api:
        path = f"/projects/{_project(api, project).id}/tasks" if project else "/tasks"
        found = api.page(Task, path, **wanted)
    if as_json:
        print_json([task.model_dump(mode="json") for task in found.items])
        return
    for line in _table(found.items):
        screen.show(line)
    if found.total > len(found.items):
        screen.say(f"{found.total - len(found.items)} more; see --limit and words.")


@told
def add_tasks(
    text: Annotated[
        list[str],
        typer.Argument(help="Such as: Buy ssd *bug @ana !high tomorrow. `-` reads lines of stdin."),
    ],
    *,
    project: InProject = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Add a task, or one for each line with their parts indented below them.

    Without --project they go to your personal one.
    """
    from datetime import date

    from taskyard.entry.cli.client.answers import Task
    from taskyard.entry.cli.client.api import connected
    from taskyard.entry.cli.client.screen import Screen

    screen = Screen()
    written = typer.get_text_stream("stdin").read() if text == ["-"] else " ".join(text)
    body = {"text": written, "today": date.today().isoformat()}  # noqa: DTZ011 — as people mean it
    with connected(server, screen.say) as api:
        made = api.post_for_many(Task, f"/projects/{_project(api, project).id}/tasks/quick", body)
    if as_json:
        print_json([task.model_dump(mode="json") for task in made])
        return
    for line in _table(made):
        screen.show(line)


@told
def finish_tasks(
    keys: Annotated[list[str], typer.Argument(metavar="KEY...", help="Such as TY-42.")],
    *,
    project: InProject = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Note that tasks are done."""
    from taskyard.entry.cli.client.answers import Task
    from taskyard.entry.cli.client.api import connected
    from taskyard.entry.cli.client.screen import Screen

    screen = Screen()
    with connected(server, screen.say) as api:
        # All are found before the first is changed.
        found = [_found(api, key, project) for key in keys]
        paths = [f"/projects/{task.project_id}/tasks/{task.id}" for task in found]
        done = [api.patch(Task, path, {"status": "done"}) for path in paths]
    if as_json:
        print_json([task.model_dump(mode="json") for task in done])
        return
    for line in _table(done):
        screen.show(line)


def _project(api: "Api", wanted: str | None) -> "Project":
    """Return the project of a name, key or id, the personal one for None. Raises ClientError."""
    from taskyard.entry.cli.client.projects import every_project, the_one

    found = list(every_project(api))
    if wanted is None:
        return next(project for project in found if project.is_personal)
    meant = [one for one in found if wanted in {one.name, str(one.id)} or one.key == wanted.upper()]
    if not meant:
        message = f"You are in no project {wanted!r}. See: taskyard projects list"
        raise ClientError(message, Exit.USAGE)
    return the_one(meant, wanted)


def _found(api: "Api", key: str, project: str | None) -> "Task":
    """Return the task that people mean by a key or number. Raises ClientError."""
    from taskyard.entry.cli.client.answers import Task

    named = _NAMED.fullmatch(key)
    if named is None or not (named[1] or project):
        message = f"{key!r} names no task. Write its key, such as TY-42."
        raise ClientError(message, Exit.USAGE)
    where = _project(api, project or named[1])
    page = api.page(Task, f"/projects/{where.id}/tasks", number=int(named[2]))
    if not page.items:
        message = f"There is no task {where.key}-{named[2]} in {where.name}."
        raise ClientError(message, Exit.USAGE)
    return page.items[0]


def _table(tasks: "Sequence[Task]") -> "list[Text]":
    """Return tasks as lines whose columns stand below each other."""
    from rich.text import Text

    from taskyard.entry.cli.client.plain import printable

    rows = [
        [
            task.key,
            printable(task.title),
            task.status.replace("_", " ") + (", blocked" if task.blocked else ""),
            task.priority,
            f"{task.due_date:%Y-%m-%d}" if task.due_date else "",
            printable(task.assignee.name) if task.assignee else "",
            printable(task.project_name),
        ]
        for task in tasks
    ]
    widths = [max((len(row[place]) for row in rows), default=0) for place in range(_COLUMNS)]
    styles = ("dim", "bold", "", "", "", "dim", "dim")
    return [
        Text.assemble(
            *(
                (f"{cell:<{width}}  ", style)
                for cell, width, style in zip(row, widths, styles, strict=True)
                if width
            ),
            overflow="ellipsis",
        )
        for row in rows
    ]
