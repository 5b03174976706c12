"""Projects: which there are, a new one, and the one that a name or an id means."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from taskyard.entry.cli.client.exits import ClientError, Exit, told
from taskyard.entry.cli.client.options import AsJson, Server, print_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taskyard.entry.cli.client.answers import Project
    from taskyard.entry.cli.client.api import Api

#: The most that the lowest tier's pages hold.
PAGE_SIZE = 50


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    projects = typer.Typer(no_args_is_help=True, help="Your projects.")
    projects.command("list")(list_projects)
    projects.command("create")(create_project)
    app.add_typer(projects, name="projects")


@told
def list_projects(*, server: Server = None, as_json: AsJson = False) -> None:
    """List your projects, the last used first."""
    from rich.text import Text

    from taskyard.entry.cli.client.api import connected
    from taskyard.entry.cli.client.plain import printable
    from taskyard.entry.cli.client.screen import Screen

    screen = Screen()
    with connected(server, screen.say) as api:
        found = list(every_project(api))
    if as_json:
        print_json([project.model_dump(mode="json") for project in found])
        return
    width = max((len(project.name) for project in found), default=0)
    for project in found:
        name = f"{printable(project.name):<{width}}"
        right = f"  {project.key:<10} {project.role}"
        screen.show(Text.assemble((f"{project.id}  ", "dim"), (name, "bold"), (right, "dim")))


@told
def create_project(
    name: Annotated[str, typer.Argument(help="What it is called.")],
    *,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Make a project; you are its owner."""
    from taskyard.entry.cli.client.answers import Project
    from taskyard.entry.cli.client.api import connected

    with connected(server, lambda line: typer.echo(line, err=True)) as api:
        made = api.post(Project, "/projects", {"name": name})
    if as_json:
        print_json(made.model_dump(mode="json"))
    else:
        typer.echo(f"Made {made.name}: {made.id}")


def every_project(api: "Api", **params: str) -> "Iterator[Project]":
    """Yield every project the caller is in."""
    from taskyard.entry.cli.client.answers import Project

    number = 0
    while True:
        number += 1
        page = api.page(Project, "/projects", page=number, page_size=PAGE_SIZE, **params)
        yield from page.items
        if number * PAGE_SIZE >= page.total or not page.items:
            return


def find_or_make(api: "Api", wanted: str) -> tuple["Project", bool]:
    """Return the project that a name or an id means, and whether it was made now.

    Of several with one name the caller's own is meant. Raises ClientError.
    """
    from taskyard.entry.cli.client.answers import Project
    from taskyard.entry.cli.client.wire import ApiRefused

    project_id = _as_id(wanted)
    if project_id is not None:
        return _by_id(api, project_id), False
    named = [project for project in every_project(api, q=wanted) if project.name == wanted]
    if named:
        return the_one(named, wanted), False
    try:
        return api.post(Project, "/projects", {"name": wanted}), True
    except ApiRefused as error:
        if error.code != "PROJECT_NAME_TAKEN":
            raise
    # One of the caller's own differs by capital letters or marks alone, which no search finds.
    from taskyard.kit.text import slugify

    slug = slugify(wanted, fallback="project")
    own = [project for project in every_project(api) if project.slug == slug]
    return the_one(own, wanted), False


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _by_id(api: "Api", project_id: UUID) -> "Project":
    from taskyard.entry.cli.client.answers import Project
    from taskyard.entry.cli.client.wire import ApiRefused

    try:
        return api.get(Project, f"/projects/{project_id}")
    except ApiRefused as error:
        if error.status != 404:
            raise
        message = f"There is no project {project_id} that you can see. See: taskyard projects list"
        raise ClientError(message, Exit.USAGE) from None


def the_one(found: "list[Project]", wanted: str) -> "Project":
    """Return the caller's own of several, or the only one. Raises ClientError."""
    own = [project for project in found if project.role == "owner"]
    chosen = own or found
    if len(chosen) == 1:
        return chosen[0]
    ids = ", ".join(str(project.id) for project in chosen)
    message = f"{len(chosen)} projects are called {wanted!r}. Name one by its id: {ids or 'none'}"
    raise ClientError(message, Exit.USAGE)
