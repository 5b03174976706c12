"""A supervisor over small programs, run as a process of its own by test_supervisor.py.

    stand_in.py DATA_DIR NAME=SHELL_COMMAND …

A service counts as ready once the file `<name>.ready` exists in DATA_DIR.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from taskyard.entry.up import supervisor as supervising
from taskyard.entry.up.datadir import DataDir
from taskyard.entry.up.errors import StartError
from taskyard.entry.up.process import Child, Stop
from taskyard.entry.up.supervisor import Service, Supervisor


def service(data: Path, name: str, command: str) -> Service:
    child = Child(
        name=name,
        argv=["/bin/sh", "-c", command],
        env={"PATH": os.defpath},
        on_orphaned=signal.SIGKILL,
        stops=(Stop(signal.SIGTERM, 30),),
        cwd=data,
    )
    return Service(child, (data / f"{name}.ready").exists, patience=1)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def main() -> None:
    data = DataDir.open(Path(sys.argv[1]))
    services = [service(data.root, *word.split("=", 1)) for word in sys.argv[2:]]
    names = [service.child.name for service in services]
    supervising.TURN_LOGS_EVERY = 0.1
    supervisor = Supervisor(data, say, stop_order=names)

    async def bring_up() -> None:
        await supervisor.start(*services)
        say("all ready")

    await supervisor.run(bring_up())


try:
    asyncio.run(main())
except StartError as error:
    say(error.message)
    sys.exit(error.exit_code)
