"""Servers, load and the CPU both took."""

import re
import subprocess
import time
import urllib.request
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from bench.variants import Variant

_TICK: Final = 100
_UNITS: Final = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}


@dataclass(frozen=True)
class Load:
    """What one load came to. Times of requests in ms, CPU in µs a request."""

    per_second: float
    p50: float
    p99: float
    server: float
    postgres: float
    #: Answers other than 2xx and 3xx, and connections that broke.
    refused: int
    broken: int
    answered: int

    @property
    def total(self) -> float:
        """CPU of server and PostgreSQL."""
        return self.server + self.postgres


class Server:
    """A variant that runs."""

    def __init__(self, variant: Variant, port: int, folder: Path) -> None:
        self.variant = variant
        self.address = f"http://127.0.0.1:{port}"
        env = {name: value.replace("{port}", str(port)) for name, value in variant.env.items()}
        argv = [word.replace("{port}", str(port)) for word in variant.argv]
        self._log = (folder / f"{variant.name}.log").open("wb")
        self.process = subprocess.Popen(
            argv, cwd=variant.cwd, env=env, stdout=self._log, stderr=subprocess.STDOUT
        )

    def wait(self, *, seconds: float = 180) -> None:
        """Return once it answers. Raises RuntimeError."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.process.poll() is None:
            address = self.address + self.variant.health
            with suppress(OSError), urllib.request.urlopen(address, timeout=2):
                return
            time.sleep(0.1)
        tail = Path(self._log.name).read_text(errors="replace")[-2000:]
        raise RuntimeError(f"{self.variant.name} does not answer:\n{tail}")

    def stop(self) -> None:
        """End it and what it started."""
        family: list[psutil.Process] = []
        with suppress(psutil.NoSuchProcess):
            family = psutil.Process(self.process.pid).children(recursive=True)
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for child in family:
            with suppress(psutil.NoSuchProcess):
                child.kill()
        self._log.close()

    def cpu(self) -> float:
        """Return the CPU seconds it took so far."""
        return _of_tree(self.process.pid)


class Meter:
    """Loads servers and reads what that cost.

    What a server and PostgreSQL take while nobody asks anything (ours keeps house, in each of its
    processes) is measured first and taken off, since it does not grow with the requests.
    """

    def __init__(self, postmaster: int, folder: Path) -> None:
        self._postmaster, self._folder = postmaster, folder
        #: Cores taken at rest, by server; `""` is PostgreSQL.
        self.at_rest: dict[str, float] = {"": 0.0}

    def rest(self, servers: Iterable[Server], *, seconds: float) -> None:
        """Measure what is taken at rest."""
        before = {server.variant.name: server.cpu() for server in servers}
        postgres, began = _of_tree(self._postmaster), time.monotonic()
        time.sleep(seconds)
        took = time.monotonic() - began
        self.at_rest = {
            server.variant.name: (server.cpu() - before[server.variant.name]) / took
            for server in servers
        }
        self.at_rest[""] = (_of_tree(self._postmaster) - postgres) / took

    def load(self, server: Server, script: str, *, seconds: float, connections: int) -> Load:
        """Ask a server for `seconds`. Raises RuntimeError where wrk cannot."""
        file = self._folder / f"{server.variant.name}.lua"
        file.write_text(script)
        before, began = (server.cpu(), _of_tree(self._postmaster)), time.monotonic()
        said = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--latency", "--timeout", "10s",
             "-s", str(file), server.address],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        took = time.monotonic() - began
        resting = self.at_rest.get(server.variant.name, 0.0) * took, self.at_rest[""] * took
        after = server.cpu() - resting[0], _of_tree(self._postmaster) - resting[1]
        if said.returncode:
            raise RuntimeError(f"wrk failed: {said.stderr or said.stdout}")
        text = said.stdout
        answered = int(_found(r"(\d+) requests in", text))
        broken = re.search(r"connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
        return Load(
            per_second=float(_found(r"Requests/sec:\s+([\d.]+)", text)),
            p50=_percentile(50, text),
            p99=_percentile(99, text),
            server=(after[0] - before[0]) / max(1, answered) * 1e6,
            postgres=(after[1] - before[1]) / max(1, answered) * 1e6,
            refused=int(_found(r"Non-2xx or 3xx responses: (\d+)", text, "0")),
            broken=sum(map(int, broken.groups())) if broken else 0,
            answered=answered,
        )


def _of_tree(pid: int) -> float:
    """Return the CPU seconds of a process and its children, those that ended included."""
    pids = [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]
    spent = 0.0
    for each in pids:
        with suppress(OSError):
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
            own, ended = fields[11:13], fields[13:15]
            spent += sum(map(int, own + ended if each == pid else own)) / _TICK
    return spent


def _found(pattern: str, text: str, otherwise: str | None = None) -> str:
    match = re.search(pattern, text)
    if match is None and otherwise is None:
        raise RuntimeError(f"wrk said nothing like {pattern!r}: {text}")
    return match[1] if match else str(otherwise)


def _percentile(which: int, text: str) -> float:
    match = re.search(rf"\s{which}%\s+([\d.]+)(us|ms|s|m)", text)
    return float(match[1]) * _UNITS[match[2]] if match else float("nan")
