"""The operator's commands: migrate, doctor, admin."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from taskyard.entry.cli.outcome import configured, refuse
from taskyard.entry.cli.serve import DataDir, Host, Port

if TYPE_CHECKING:
    from taskyard.entry.doctor import Finding

_SIGNS = {"ok": ("✓", "green"), "note": ("·", "yellow"), "wrong": ("✗", "red")}


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(migrate)
    app.command()(doctor)
    admin = typer.Typer(no_args_is_help=True, help="Administrators, without signing in.")
    admin.command()(create_admin)
    admin.command()(setup_link)
    admin.command()(reset_link)
    app.add_typer(admin, name="admin")


def migrate(*, data_dir: DataDir = Path(".data")) -> None:
    """Bring the database to the newest revision. `taskyard up` does it by itself."""
    from taskyard.entry import migrations
    from taskyard.entry.up.attach import database_at_hand
    from taskyard.entry.up.errors import StartError

    try:
        with database_at_hand(data_dir):
            settings = configured()
            migrations.upgrade(settings)
            revision, _ = migrations.revisions(settings)
    except StartError as error:
        refuse(error.message, error.exit_code)
    except migrations.MigrationError as error:
        refuse(str(error))
    typer.echo(f"The database is at the newest revision, {revision}.")


def doctor(
    *,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    data_dir: DataDir = Path(".data"),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what is wrong on this machine and what to do; exit 1 when something is."""
    from taskyard.entry.doctor import Patient, examine

    findings = []
    for finding in examine(Patient(data_dir, host, port)):
        findings.append(finding)
        if not as_json:
            _show(finding)
    healthy = all(finding.state != "wrong" for finding in findings)
    if as_json:
        report = {"healthy": healthy, "findings": [asdict(finding) for finding in findings]}
        typer.echo(json.dumps(report, indent=2))
    raise typer.Exit(0 if healthy else 1)


def _show(finding: "Finding") -> None:
    sign, colour = _SIGNS[finding.state]
    head, *more = finding.found.splitlines() or [""]
    typer.echo(f"{typer.style(sign, fg=colour)} {finding.what:<10} {head}")
    for line in (*more, *([f"→ {finding.remedy}"] if finding.remedy else [])):
        typer.echo(f"{'':<13}{line}")


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
    import asyncio

    from pydantic import ValidationError

    from taskyard.accounts import bootstrap
    from taskyard.core.db import Database
    from taskyard.entry.up.attach import database_at_hand
    from taskyard.entry.up.errors import StartError
    from taskyard.kit.errors import TaskyardError

    async def make() -> bool:
        settings = configured()
        database = Database(settings)
        try:
            _, new = await bootstrap.create_admin(database, settings, email, password)
        finally:
            await database.dispose()
        return new

    try:
        with database_at_hand(data_dir):
            new = asyncio.run(make())
    except StartError as error:
        refuse(error.message, error.exit_code)
    except ValidationError as error:
        refuse("\n".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()))
    except TaskyardError as error:
        refuse(error.message)
    typer.echo(f"{email} is an administrator now{'.' if new else '; the password is unchanged.'}")


def setup_link(*, data_dir: DataDir = Path(".data")) -> None:
    """Print a fresh one-time link that makes the first administrator."""
    from taskyard.accounts import bootstrap
    from taskyard.entry.up.attach import database_at_hand
    from taskyard.entry.up.errors import StartError

    try:
        with database_at_hand(data_dir):
            link = bootstrap.setup_link(configured())
    except StartError as error:
        refuse(error.message, error.exit_code)
    if link is None:
        refuse("There is an administrator already. Sign in, or use: taskyard admin create-admin")
    typer.echo(link)


def reset_link(
    login: Annotated[str, typer.Argument(metavar="ACCOUNT", help="Its e-mail or username.")],
    *,
    data_dir: DataDir = Path(".data"),
) -> None:
    """Print a one-time link that sets an account's password; it works for an hour.

    For where no e-mail is sent: give it to its owner by a way you trust.
    """
    import asyncio

    from taskyard.accounts.service import recovering
    from taskyard.core.db import Database
    from taskyard.core.uow import unit_of_work
    from taskyard.entry.up.attach import database_at_hand
    from taskyard.entry.up.errors import StartError
    from taskyard.kit.errors import TaskyardError

    async def make() -> str | None:
        settings = configured()
        database = Database(settings)
        try:
            async with unit_of_work(database) as uow:
                made = await recovering.make_reset_link(uow, settings, login)
                return made[1] if made else None
        finally:
            await database.dispose()

    try:
        with database_at_hand(data_dir):
            link = asyncio.run(make())
    except StartError as error:
        refuse(error.message, error.exit_code)
    except TaskyardError as error:
        refuse(error.message)
    if link is None:
        refuse(f"There is no active account {login}.")
    typer.echo(link)
