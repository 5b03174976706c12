"""The long-running processes: the whole platform, the API alone, a worker alone."""

import os
from pathlib import Path
from typing import Annotated

import typer

from taskyard.entry.cli.outcome import configured, refuse
from taskyard.kit.loading import without_collection

Host = Annotated[str, typer.Option(envvar="TASKYARD_HOST", help="Address to listen on.")]
Port = Annotated[
    int, typer.Option(envvar="TASKYARD_PORT", min=0, max=65535, help="Port; 0 takes a free one.")
]
DataDir = Annotated[
    Path,
    typer.Option(envvar="TASKYARD_DATA_DIR", file_okay=False, help="Everything of this instance."),
]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(up)
    app.command()(serve)
    app.command()(worker)


def up(
    *,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    data_dir: DataDir = Path(".data"),
    with_worker: Annotated[
        bool, typer.Option("--worker/--no-worker", help="Also run a worker.")
    ] = True,
) -> None:
    """Run the whole platform on this machine: PostgreSQL, Valkey, API and worker."""
    from taskyard.entry.up.errors import StartError
    from taskyard.entry.up.run import Options, up

    try:
        up(Options(data_dir, host, port, with_worker), say=typer.echo)
    except StartError as error:
        refuse(error.message, error.exit_code)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def serve(
    *,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    fd: Annotated[
        int | None, typer.Option(help="Serve this listening socket instead of host and port.")
    ] = None,
    after: Annotated[
        int | None,
        typer.Option(help="Serve once the other end of this pipe is closed.", hidden=True),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="API processes.")] = 1,
) -> None:
    """Run the API against the PostgreSQL and Valkey of the settings."""
    import socket

    from taskyard.entry.server import serve
    from taskyard.entry.up import listener
    from taskyard.entry.up.errors import StartError

    os.environ["TASKYARD_HOST"], os.environ["TASKYARD_PORT"] = host, str(port)
    configured()
    try:
        http = listener.bind(host, port) if fd is None else socket.socket(fileno=fd)
    except StartError as error:
        refuse(error.message, error.exit_code)
    if workers == 1:
        with without_collection():
            import taskyard.entry.asgi  # noqa: F401
    if after is not None:
        os.read(after, 1)
    raise typer.Exit(serve(http, workers))


def worker(
    *,
    slots: Annotated[
        int | None,
        typer.Option(envvar="TASKYARD_WORKER_SLOTS", min=1, max=64, help="Jobs at once."),
    ] = None,
) -> None:
    """Run a worker: it takes jobs from the PostgreSQL of the settings and does them."""
    if slots is not None:
        os.environ["TASKYARD_WORKER_SLOTS"] = str(slots)
    configured()
    with without_collection():
        from taskyard.entry.worker import main

    main()
