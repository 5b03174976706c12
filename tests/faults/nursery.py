"""Forks a yard's API process or worker, and another whenever that one has died.

Loading the code takes seconds of a processor. Here it is loaded once; what is forked begins where
a process begins that has just loaded it, without a thread, a loop or a connection.
"""

import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from taskyard.entry import worker
from taskyard.entry.server import serve
from taskyard.kit.process import die_with_parent
from tests.faults import off
from tests.jobs import drills

_PAUSE_S = 0.3


def _serve() -> None:
    drills.register()
    sys.exit(serve(socket.socket(fileno=int(sys.argv[3]))))


def _work() -> None:
    worker.main(drills.register)


_ROLES: dict[str, tuple[str, Callable[[], None]]] = {
    "api": ("taskyard.entry.asgi", _serve),
    "worker": ("celery.apps.worker", _work),
}


def main(role: str, births: Path) -> None:
    """Fork until told to stop; `births` gets the number of each process."""
    module, run = _ROLES[role]
    import_module(module)
    parent = os.getpid()
    child = 0
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True
        os.kill(child, signal.SIGTERM)

    while not stopping:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        child = os.fork()
        if child == 0:
            die_with_parent(parent)
            off.install()
            run()
        signal.signal(signal.SIGTERM, stop)
        with births.open("a") as file:
            file.write(f"{child}\n")
        os.waitpid(child, 0)
        time.sleep(_PAUSE_S)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
