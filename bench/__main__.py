"""Compare Taskyard with the bare limit and with its peers, by `make bench`.

Servers, database and data are its own, under a temporary folder; about six minutes. Ratios are
taken between neighbouring loads (A B A B) and the median of the pairs is printed, since the
machine is never quiet. Read CPU rather than requests a second: neighbours hardly move it.
"""

import argparse
import json
import os
import shutil
import signal
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from bench import seed
from bench.rig import Load, Meter, Server
from bench.variants import ASKING, OURS_ALONE, PEERS_PYTHON, POOL, Variant, script, variants
from taskyard.core.settings import Settings
from taskyard.entry import migrations
from taskyard.entry.up.embedded import EmbeddedServers

_REFERENCE = "limit"
_FIRST_PORT = 18_300
_RATE = 10**9
#: Counted as ever, in every rate, and never refused.
_RATES = json.dumps(dict.fromkeys(("user", "session", "ip", "search"), _RATE))
_HEAD = """
| | | total CPU µs | ÷ limit | server | PostgreSQL | req/s | p50 ms | p99 ms | p99 ÷ p50 | refused |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"""
Pair = tuple[Load, float]


def main() -> int:
    """Measure and print."""
    asked = _arguments()
    # Ended from outside, what was started ends as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    missing = [name for name in ("wrk", "node") if shutil.which(name) is None]
    if not PEERS_PYTHON.exists():
        missing.append("bench/.venv")
    if missing:
        print(f"missing: {', '.join(missing)}; see bench/README.md")
        return 1
    with tempfile.TemporaryDirectory(prefix="taskyard-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o711)
        services = EmbeddedServers.start(folder)
        stack.callback(services.stop)
        env = environment(folder, services)
        settings = _settings(env)
        print("seeding 100,000 tasks…", file=sys.stderr)
        migrations.upgrade(settings)
        seed.plant(settings)
        meter = Meter(postmaster(folder), folder)
        servers = _started(asked.variants, variants(settings, env), folder, stack)
        meter.rest(servers.values(), seconds=10)
        results = _measure(asked, settings, meter, servers)
    _print(asked, results)
    resting = ", ".join(
        f"{name or 'PostgreSQL'} {cores:.1%}" for name, cores in meter.at_rest.items()
    )
    print(f"\nTaken at rest, of one core, and not counted above: {resting}")
    if asked.json:
        kept = {"/".join(key): [asdict(load) for load, _ in runs] for key, runs in results.items()}
        Path(asked.json).write_text(json.dumps(kept, indent=1))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--variants", default="ours,drf,template,express,fastify")
    parser.add_argument("--scenarios", default=",".join(ASKING))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--json", help="Also write every load to this file.")
    asked = parser.parse_args()
    asked.variants = [name for name in asked.variants.split(",") if name != _REFERENCE]
    asked.scenarios = [name for name in asked.scenarios.split(",") if name in ASKING]
    return asked


def environment(folder: Path, services: EmbeddedServers) -> dict[str, str]:
    """Return the environment of our server: production, everything on."""
    return {
        "ENVIRONMENT": "production",
        "DATABASE_URL": services.database_url,
        "REDIS_URL": services.redis_url,
        "TASKYARD_DATA_DIR": str(folder),
        "TASKYARD_SECRET_KEY": "0Vd3-bench-9fK2mQ7xWz8LrT4yHc6Jn1Bp5Es",
        "TASKYARD_ACCESS_TOKEN_MINUTES": "30",
        "TASKYARD_DATABASE_POOL": str(POOL),
        "TASKYARD_RATES": _RATES,
    }


def _settings(env: dict[str, str]) -> Settings:
    os.environ.update(env)
    return Settings()


def postmaster(folder: Path) -> int:
    """Return the process id of PostgreSQL."""
    return int((folder / "pg" / "postmaster.pid").read_text().splitlines()[0])


def _started(
    names: Sequence[str], known: dict[str, Variant], folder: Path, stack: ExitStack
) -> dict[str, Server]:
    servers = {}
    for place, name in enumerate([_REFERENCE, *names]):
        servers[name] = Server(known[name], _FIRST_PORT + place, folder)
        stack.callback(servers[name].stop)
    for server in servers.values():
        server.wait()
    return servers


def _measure(
    asked: argparse.Namespace, settings: Settings, meter: Meter, servers: dict[str, Server]
) -> dict[tuple[str, str], list[Pair]]:
    """Return, by variant and scenario, each load with the total CPU of the limit beside it."""
    results: dict[tuple[str, str], list[Pair]] = defaultdict(list)
    peer = seed.peer_token()

    def load(name: str, scenario: str, number: int, seconds: float) -> Load:
        speaks = servers[name].variant.speaks
        token = seed.our_token(settings) if speaks == "ours" else peer
        text = script(scenario, speaks, token, number)
        return meter.load(servers[name], text, seconds=seconds, connections=asked.connections)

    for scenario in asked.scenarios:
        names = [n for n in servers if n in {_REFERENCE, "ours"} or scenario not in OURS_ALONE]
        for name in names:
            load(name, scenario, 0, 4 if "node" in servers[name].variant.argv else 1)
        for number in range(1, asked.rounds + 1):
            before = load(_REFERENCE, scenario, number, asked.seconds)
            for name in names[1:]:
                got = load(name, scenario, number, asked.seconds)
                after = load(_REFERENCE, scenario, -number, asked.seconds)
                results[_REFERENCE, scenario].append((after, after.total))
                results[name, scenario].append((got, (before.total + after.total) / 2))
                before = after
            print(f"{scenario}, round {number}, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
        seed.clear(settings)
    return results


def _print(asked: argparse.Namespace, results: dict[tuple[str, str], list[Pair]]) -> None:
    print(f"\n{asked.connections} connections, {asked.rounds} rounds of {asked.seconds:g} s")
    print(_HEAD)
    for scenario in asked.scenarios:
        for name in (_REFERENCE, *asked.variants):
            runs = results.get((name, scenario), [])
            if not runs:
                continue
            loads = [got for got, _ in runs]
            ratio = statistics.median(got.total / beside for got, beside in runs)
            mid = {
                what: statistics.median(getattr(got, what) for got in loads)
                for what in ("total", "server", "postgres", "per_second", "p50", "p99")
            }
            refused = sum(got.refused + got.broken for got in loads)
            print(
                f"| {scenario} | {name} | {mid['total']:.0f} | {ratio:.2f} | {mid['server']:.0f} |"
                f" {mid['postgres']:.0f} | {mid['per_second']:.0f} | {mid['p50']:.1f} |"
                f" {mid['p99']:.1f} | {mid['p99'] / mid['p50']:.1f} | {refused} |"
            )


if __name__ == "__main__":
    sys.exit(main())
