"""Whether memory stays flat: drives load for a while and prints what the processes hold.

    python -m bench.memory --minutes 60

Proportional set size (PSS) of our server's processes, by the minute; load is a mix of reads and
writes at a hundred or two requests a second.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final

import psutil

from bench import seed
from bench.__main__ import environment
from bench.rig import Server
from bench.variants import ASKING, script, variants
from taskyard.core.settings import Settings
from taskyard.entry import migrations
from taskyard.entry.up.embedded import EmbeddedServers

_PORT: Final = 18_399
_MIX: Final = ("list", "one", "one", "account", "projects", "create")
#: Some requests a second for each of four connections; wrk asks again after so many ms.
_PAUSE: Final = "function delay() return math.random(5, 35) end\n"
#: A token lives for half an hour; the load begins anew with another one before.
_SPELL_S: Final = 600


def main() -> int:
    """Drive, look, print."""
    parser = argparse.ArgumentParser(prog="bench.memory", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    minutes = parser.parse_args().minutes
    with tempfile.TemporaryDirectory(prefix="taskyard-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o711)
        services = EmbeddedServers.start(folder)
        stack.callback(services.stop)
        env = environment(folder, services)
        os.environ.update(env)
        settings = Settings()
        migrations.upgrade(settings)
        seed.plant(settings)
        server = Server(variants(settings, env)["ours"], _PORT, folder)
        stack.callback(server.stop)
        server.wait()
        held = _watch(server, settings, folder, minutes * 60)
    third = max(1, len(held) // 3)
    first, last = statistics.median(held[:third]), statistics.median(held[-third:])
    print(f"first third {first:.0f} MB, last third {last:.0f} MB, {last - first:+.1f} MB")
    return 0


def _watch(server: Server, settings: Settings, folder: Path, seconds: float) -> list[float]:
    """Return the MB held, by the minute, after the first."""
    held: list[float] = []
    ends = time.monotonic() + seconds
    load: subprocess.Popen[bytes] | None = None
    begun = 0.0
    try:
        while (left := ends - time.monotonic()) > 0:
            if load is None or time.monotonic() - begun > _SPELL_S:
                if load is not None:
                    load.wait()
                load, begun = _load(server, settings, folder, min(_SPELL_S, left)), time.monotonic()
            time.sleep(min(60.0, left))
            held.append(_pss(server.process.pid))
            minute = (seconds - (ends - time.monotonic())) / 60
            print(f"minute {minute:5.1f}   {held[-1]:6.1f} MB", flush=True)
    finally:
        if load is not None:
            load.terminate()
            load.wait()
    return held[1:] or held


def _load(
    server: Server, settings: Settings, folder: Path, seconds: float
) -> subprocess.Popen[bytes]:
    file = folder / "memory.lua"
    asks = " ".join(
        f"if n == {place} then return {ASKING[scenario]['ours']} end"
        for place, scenario in enumerate(_MIX, 1)
    )
    plain = script("one", "ours", seed.our_token(settings), 1)
    body = plain.partition("function request()")[0]
    chosen = f"function request() local n = math.random(1, {len(_MIX)}) {asks} end\n"
    file.write_text(body + chosen + _PAUSE)
    argv = ["wrk", "-t1", "-c4", f"-d{seconds:.0f}s", "-s", str(file), server.address]
    return subprocess.Popen(argv, stdout=sys.stderr)


def _pss(pid: int) -> float:
    """Return the MB a process and its children hold, what they share counted once."""
    family = [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]
    total = 0
    for each in family:
        with suppress(OSError):
            lines = Path(f"/proc/{each}/smaps_rollup").read_text().splitlines()
            total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


if __name__ == "__main__":
    sys.exit(main())
