"""`taskyard up`, from the options to the exit code."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from taskyard.entry.up import listener
from taskyard.entry.up.datadir import DataDir, Hold
from taskyard.entry.up.errors import StartError
from taskyard.entry.up.process import Child, Stop
from taskyard.entry.up.servers import Servers
from taskyard.entry.up.supervisor import Service, Supervisor

DATABASE = ("TASKYARD_DATABASE_URL", "DATABASE_URL")
VALKEY = ("TASKYARD_REDIS_URL", "REDIS_URL")
SECRET = ("TASKYARD_SECRET_KEY", "API_SECRET_KEY")
"""Names the operator may use; where one is set, nothing of ours takes its place."""

STOP_ORDER = ("api", "worker", "valkey", "postgres")
"""Whoever gives out work goes before whoever does it, and what they stand on last."""
_PREPARE_PATIENCE = 900.0
"""Seconds for migrations; a large table may be rewritten."""
_SERVER_PATIENCE = 300.0
"""Seconds for PostgreSQL to recover after a crash."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says."""

    data_dir: Path
    host: str = "127.0.0.1"
    port: int = 8000
    worker: bool = True


def up(options: Options, say: Callable[[str], None]) -> None:
    """Run the platform in the foreground until a signal. Raises StartError."""
    data = DataDir.open(options.data_dir)
    hold = data.lock()
    try:
        with listener.bind(options.host, options.port) as http:
            platform = Platform.of(options, data, hold, http, say)
            asyncio.run(platform.run())
    finally:
        data.leave_sockets()
        hold.release()


@dataclass(frozen=True, slots=True)
class Platform:
    """Everything one `taskyard up` runs, and in which order."""

    options: Options
    data: DataDir
    servers: Servers | None
    env: Mapping[str, str]
    http: socket.socket
    say: Callable[[str], None]

    @classmethod
    def of(
        cls,
        options: Options,
        data: DataDir,
        hold: Hold,
        http: socket.socket,
        say: Callable[[str], None],
    ) -> "Platform":
        """Decide what is embedded, and make the database where there is none yet."""
        servers = None
        if not (given(DATABASE) and given(VALKEY)):
            servers = Servers.of(data, hold, say=say)
        if servers and not given(DATABASE):
            if not data.cluster.exists():
                say("Making the database, once …")
            servers.postgres.prepare()
        for names, what in ((DATABASE, "PostgreSQL"), (VALKEY, "Valkey")):
            if name := given(names):
                say(f"Using the {what} that {name} names.")
        return cls(options, data, servers, _environment(data, servers, http), http, say)

    async def run(self) -> None:
        """Start everything in order, keep it alive, stop it in order."""
        supervisor = Supervisor(self.data, self.say, STOP_ORDER)
        await supervisor.run(self._bring_up(supervisor))

    async def _bring_up(self, supervisor: Supervisor) -> None:
        await supervisor.start(*self._embedded())
        link = await self._serve(supervisor)
        self.say(f"Taskyard is ready at http://{':'.join(listener.reached_at(self.http))}")
        if link:
            self.say(f"Make the first admin, once: {link}")
        self.say(f"Ctrl-C stops it. Logs are in {_short(self.data.logs)}")
        if self.options.worker:
            await supervisor.start(self._worker())

    async def _serve(self, supervisor: Supervisor) -> str | None:
        """Migrate and serve; returns the set-up link where there is no admin yet.

        The API loads its code meanwhile, and serves once the other end of its pipe is closed.
        Where migrating fails it stays open, and the API never serves.
        """
        waiting, holding = os.pipe()
        api = self._api(waiting)
        supervisor.begin(api)
        link = await self._prepare(supervisor)
        os.close(holding)
        await supervisor.until_ready(api)
        return link

    async def _prepare(self, supervisor: Supervisor) -> str | None:
        child = self._python("prepare", "taskyard.entry.up.prepare")
        code, output = await supervisor.run_once(child, _PREPARE_PATIENCE)
        if code != 0:
            raise StartError(output.strip() or self.data.log_tail("prepare"))
        link: str | None = json.loads(output)["setup_link"]
        return link

    def _embedded(self) -> list[Service]:
        if self.servers is None:
            return []
        postgres, valkey = self.servers.postgres, self.servers.valkey
        services = []
        if not given(DATABASE):
            services.append(Service(postgres.child(), postgres.ready, _SERVER_PATIENCE))
        if not given(VALKEY):
            services.append(Service(valkey.child(), valkey.ready))
        return services

    def _api(self, waiting: int) -> Service:
        number = self.http.fileno()
        child = replace(
            self._python(
                "api", "taskyard.entry.cli", "serve", f"--fd={number}", f"--after={waiting}"
            ),
            on_orphaned=signal.SIGTERM,
            stops=(Stop(signal.SIGTERM, 7),),
            fds=(number, waiting),
        )
        return Service(child, partial(listener.answers, self.http))

    def _worker(self) -> Service:
        child = replace(
            self._python("worker", "taskyard.entry.cli", "worker"),
            # The first lets attempts hand back what they do; the second is its own short way out.
            stops=(Stop(signal.SIGTERM, 15), Stop(signal.SIGQUIT, 5)),
        )
        # A worker is ready when it takes its first job; nobody has to wait for that.
        return Service(child, lambda: True)

    def _python(self, name: str, module: str, *arguments: str) -> Child:
        return Child(
            name=name,
            argv=[sys.executable, "-m", module, *arguments],
            env=self.env,
            # Killing is safe by design, and the process may be busy in code that ignores signals.
            on_orphaned=signal.SIGKILL,
            stops=(),
        )


def given(names: tuple[str, ...]) -> str | None:
    """Return the first of these variables that the operator has set."""
    return next((name for name in names if os.environ.get(name)), None)


def _environment(data: DataDir, servers: Servers | None, http: socket.socket) -> dict[str, str]:
    env = dict(os.environ)
    env["PYTHONUNBUFFERED"] = "1"
    env["TASKYARD_DATA_DIR"] = str(data.root)
    # What is listened on is in the descriptor; this is what links are made of.
    env["TASKYARD_HOST"], env["TASKYARD_PORT"] = listener.reached_at(http)
    if servers and not given(DATABASE):
        env[DATABASE[0]] = servers.postgres.url
    if servers and not given(VALKEY):
        env[VALKEY[0]] = servers.valkey.url
    if not given(SECRET):
        env[SECRET[0]] = data.key()
    return env


def _short(path: Path) -> str:
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
