"""The `taskyard` command.

    serve.py      the processes: up, serve, worker
    operate.py    the operator's commands: migrate, backup, restore, doctor, parked
    administer.py accounts without signing in: admin
    client/       the client: login, projects, tasks, analyze, jobs

A module here has a function `add_to(app)` and imports what is heavy inside its commands, so that
`taskyard --help` answers at once.
"""


def main() -> None:
    """Run the command line."""
    import typer

    from taskyard.entry.cli import administer, client, operate, serve

    app = typer.Typer(
        name="taskyard",
        help="A self-hosted work platform: plan work, and have it done.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for commands in (serve, operate, administer, client):
        commands.add_to(app)
    app()
