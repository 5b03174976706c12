"""`taskyard admin`: accounts, by whoever can reach the database. No signing in."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from taskyard.entry.cli.database import on_database
from taskyard.entry.cli.outcome import refuse
from taskyard.entry.cli.serve import DataDir

if TYPE_CHECKING:
    from taskyard.core.db import Database
    from taskyard.core.settings import Settings

Login = Annotated[str, typer.Argument(metavar="ACCOUNT", help="Its e-mail or username.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    admin = typer.Typer(no_args_is_help=True, help="Accounts and roles, without signing in.")
    admin.command()(create_admin)
    admin.command()(setup_link)
    admin.command()(reset_link)
    admin.command()(set_role)
    app.add_typer(admin, name="admin")


def create_admin(
    *,
    email: Annotated[str, typer.Option(help="The account's address; made if it is new.")],
    password: Annotated[
        str,
        typer.Option(
            envvar="TASKYARD_ADMIN_PASSWORD",
            prompt=True,
            confirmation_prompt=True,
            hide_input=True,
            help="Asked for when not given; an account that exists keeps its own.",
        ),
    ],
    data_dir: DataDir = Path(".data"),
) -> None:
    """Make an administrator, or make an existing account one."""
    from taskyard.accounts import bootstrap

    async def make(database: "Database", settings: "Settings") -> bool:
        return (await bootstrap.create_admin(database, settings, email, password))[1]

    new = on_database(data_dir, make)
    typer.echo(f"{email} is an administrator now{'.' if new else '; the password is unchanged.'}")


def setup_link(*, data_dir: DataDir = Path(".data")) -> None:
    """Print a fresh one-time link that makes the first administrator."""
    from taskyard.accounts import bootstrap

    async def make(database: "Database", settings: "Settings") -> str | None:
        await bootstrap.ensure_admin(database, settings)
        return await bootstrap.make_setup_link(database, settings)

    link = on_database(data_dir, make)
    if link is None:
        refuse("There is an administrator already. Sign in, or use: taskyard admin create-admin")
    typer.echo(link)


def reset_link(login: Login, *, data_dir: DataDir = Path(".data")) -> None:
    """Print a one-time link that sets an account's password; it works for an hour.

    For where no e-mail is sent: give it to its owner by a way you trust.
    """
    from taskyard.accounts.service import recovering
    from taskyard.core.uow import unit_of_work

    async def make(database: "Database", settings: "Settings") -> str | None:
        async with unit_of_work(database) as uow:
            made = await recovering.make_reset_link(uow, settings, login)
            return made[1] if made else None

    link = on_database(data_dir, make)
    if link is None:
        refuse(f"There is no active account {login}.")
    typer.echo(link)


def set_role(
    login: Login,
    role: Annotated[
        Literal["user", "admin", "viewer"],
        typer.Argument(help="viewer only reads; admin looks after the instance."),
    ],
    *,
    data_dir: DataDir = Path(".data"),
) -> None:
    """Set what an account may do; it counts at its next request."""
    from taskyard.accounts.service import administering
    from taskyard.core.uow import unit_of_work

    async def change(database: "Database", _: "Settings") -> str:
        async with unit_of_work(database) as uow:
            user = await administering.set_role(uow, login, role)
            return user.username

    typer.echo(f"{on_database(data_dir, change)} has the role {role} now.")
