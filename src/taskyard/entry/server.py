"""The HTTP server of one API process, or of several that share a socket."""

import os
import signal
import socket
from typing import TYPE_CHECKING

from uvicorn import Config, Server
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from taskyard.kit.loading import without_collection
from taskyard.kit.process import die_with_parent

if TYPE_CHECKING:
    from fastapi import FastAPI

GRACE = 5
"""Seconds requests get to end after a stop was asked for."""
KEEP_ALIVE = 75
"""Seconds an idle connection stays open: longer than a usual proxy keeps its end (60 s), so that
the proxy never sends a request into a connection we are closing."""
PATIENCE = 60
"""Seconds a process may be silent before it is replaced: one that starts on a busy machine says
nothing for longer than the 5 s that are usual, and would be started again for ever."""
WS_MESSAGE_BYTES = 65_536
"""The longest message a client may send; ours to them have no such limit."""


def serve(http: socket.socket, workers: int = 1, *, app: str | None = None) -> int:
    """Serve the listening socket until a signal; returns the exit code.

    `app` names another factory than the platform's own, as `module:function`.
    """
    ours = "app_of_child" if workers > 1 else "app_of_one"
    config = Config(
        app or f"{__name__}:{ours}",
        factory=True,
        workers=workers,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        # Compressing small messages costs more time and memory per socket than it saves.
        ws_per_message_deflate=False,
        ws_max_size=WS_MESSAGE_BYTES,
        server_header=False,
        # Whose X-Forwarded-For is believed is the application's to say (TASKYARD_TRUSTED_PROXIES).
        proxy_headers=False,
        # The application logs requests itself, with ids and without secrets.
        access_log=False,
        log_config=None,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
        timeout_worker_healthcheck=PATIENCE,
    )
    if workers > 1:
        Multiprocess(config, sockets=[http]).run()
        return 0
    server = Server(config)
    server.run(sockets=[http])
    return 0 if server.started else STARTUP_FAILURE


def app_of_one() -> "FastAPI":
    """Return the application of this process.

    All that it is made of stays, so no collection looks through it: that took 200 ms now and then,
    which every request under way waited for.
    """
    with without_collection():
        from taskyard.entry.asgi import create_app

        return create_app()


def app_of_child() -> "FastAPI":
    """Return the application of one of several API processes, which ends when their parent does."""
    die_with_parent(os.getppid(), signal.SIGTERM)
    return app_of_one()
