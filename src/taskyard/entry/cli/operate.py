"""The operator's commands: migrate, backup, restore, doctor and parked."""

import json
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from taskyard.entry.cli.database import on_database
from taskyard.entry.cli.outcome import configured, refuse
from taskyard.entry.cli.serve import DataDir, Host, Port

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from taskyard.core.db import Database
    from taskyard.core.parking import Parked
    from taskyard.core.settings import Settings
    from taskyard.entry.doctor import Finding

_SIGNS = {"ok": ("✓", "green"), "note": ("·", "yellow"), "wrong": ("✗", "red")}


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(migrate)
    app.command()(backup)
    app.command()(restore)
    app.command()(doctor)
    app.command()(parked)


def migrate(*, data_dir: DataDir = Path(".data")) -> None:
    """Bring the database to the newest revision. `taskyard up` does it by itself."""
    from taskyard.entry import migrations

    with _at(data_dir):
        settings = configured()
        migrations.upgrade(settings)
        revision, _ = migrations.revisions(settings)
    typer.echo(f"The database is at the newest revision, {revision}.")


def backup(
    file: Annotated[Path, typer.Argument(help="Where to write it; it must not exist.")],
    *,
    data_dir: DataDir = Path(".data"),
) -> None:
    """Write everything into one file. The platform may go on working meanwhile."""
    from taskyard.entry import backup as backups

    with _at(data_dir):
        settings = configured()
        made = backups.write(file, settings)
    size = file.stat().st_size
    typer.echo(f"Wrote {file}, {size / 1e6:,.1f} MB. Keep it safe: the instance's key is in it.")
    if not made.holds_content:
        typer.echo(f"The content lies in {settings.storage_url} and is not in it.")


def restore(
    file: Annotated[Path, typer.Argument(help="What `taskyard backup` wrote.")],
    *,
    data_dir: DataDir = Path(".data"),
) -> None:
    """Bring a backup into a new data directory, or an empty database. Start it afterwards."""
    from taskyard.entry import backup as backups
    from taskyard.entry.up.attach import holder
    from taskyard.entry.up.datadir import DataDir as Directory
    from taskyard.entry.up.run import DATABASE, given

    if holder(data_dir) is not None:
        refuse(f"A taskyard runs on {data_dir}. Choose a new --data-dir.")
    with _refusing():
        made = backups.read(file)
        if not given(DATABASE):
            backups.keep_key(file, Directory.open(data_dir))
    with _at(data_dir):
        backups.restore(file, made, configured())
    typer.echo(f"Restored what {file} held at {made.made_at}. Start it with `taskyard up`.")


@contextmanager
def _at(data_dir: Path) -> "Iterator[None]":
    """Have the instance's database at hand; a refusal ends the command with one line."""
    from taskyard.entry.up.attach import database_at_hand

    with _refusing(), database_at_hand(data_dir):
        yield


@contextmanager
def _refusing() -> "Iterator[None]":
    from taskyard.entry.backup import BackupError
    from taskyard.entry.migrations import MigrationError
    from taskyard.entry.up.errors import StartError

    try:
        yield
    except StartError as error:
        refuse(error.message, error.exit_code)
    except (BackupError, MigrationError) as error:
        refuse(str(error))


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


def parked(
    *,
    retry: Annotated[
        bool, typer.Option("--retry", help="Hand them to their listeners once more.")
    ] = False,
    data_dir: DataDir = Path(".data"),
) -> None:
    """List what a listener failed on for good; exit 1 while there is any."""
    from taskyard.core import parking
    from taskyard.entry.wiring import listeners, register_kinds

    async def look(database: "Database", settings: "Settings") -> "Sequence[Parked]":
        if retry:
            register_kinds()
            return await parking.retry(database, listeners(settings))
        async with database.session() as db:
            return await parking.parked(db)

    left = on_database(data_dir, look)
    for one in left:
        typer.echo(f"{one.event.at:%Y-%m-%d %H:%M:%S} {one.event.name} {one.event.id}")
        typer.echo(f"{'':<20}{one.listener}: {one.error}")
    if not left:
        typer.echo("Nothing is parked.")
    raise typer.Exit(1 if left else 0)
