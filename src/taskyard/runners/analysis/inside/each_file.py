"""Runs inside the sandbox: looks at file after file, and survives those that kill the looking.

Run as `python -I each_file.py LOOK ROOT OUTPUT`, with the files' names on standard input, one a
line. LOOK is a module beside this one; its `look(root, name)` gives what it sees in a file. A
worker process takes them one by one; when it dies, the file it was at is named, and another worker
goes on with the next. One JSON object a line: `file`, and either what `look` gave or `crash`.
"""

import importlib
import json
import os
import signal
import sys
import warnings
from typing import NoReturn, Protocol, TextIO

#: Whatever takes this long over one file of at most a mebibyte is not coming back.
FILE_SECONDS = 10

Answer = dict[str, object]


class Look(Protocol):
    """What a module gives that looks at files."""

    #: Who is to blame, in a sentence.
    WHO: str

    def look(self, root: str, name: str) -> Answer:
        """Return what there is to see in a file."""


def main(module: str, root: str, output: str) -> None:
    """Look at all files named on standard input."""
    # Isolated, Python does not look for modules beside the script by itself.
    sys.path.append(os.path.dirname(__file__))  # noqa: PTH120
    looking: Look = importlib.import_module(module)
    names = sys.stdin.read().splitlines()
    with open(output, "w", encoding="utf-8") as out:  # noqa: PTH123
        done = 0
        while done < len(names):
            done = _with_worker(looking, root, names, done, out)


def _with_worker(looking: Look, root: str, names: list[str], first: int, out: TextIO) -> int:
    """Let one worker go as far as it gets; return the number of the next file."""
    receive, send = os.pipe()
    out.flush()
    pid = os.fork()
    if pid == 0:
        os.close(receive)
        _work(looking, root, names[first:], send)
    os.close(send)
    with os.fdopen(receive, encoding="utf-8") as lines:
        for line in lines:
            if line.endswith("\n"):
                out.write(line)
                first += 1
    _, status = os.waitpid(pid, 0)
    if first < len(names):
        crash = f"{looking.WHO} {_cause(status)}"
        out.write(json.dumps({"file": names[first], "crash": crash}) + "\n")
        first += 1
    return first


def _cause(status: int) -> str:
    if not os.WIFSIGNALED(status):
        return "gave up"
    number = os.WTERMSIG(status)
    if number == signal.SIGALRM:
        return f"took more than {FILE_SECONDS} s"
    return f"died of {signal.Signals(number).name}"


def _work(looking: Look, root: str, names: list[str], send: int) -> NoReturn:
    warnings.simplefilter("ignore")
    try:
        with os.fdopen(send, "w", encoding="utf-8") as out:
            for name in names:
                signal.alarm(FILE_SECONDS)
                try:
                    seen = looking.look(root, name)
                except (RecursionError, MemoryError):
                    seen = {"crash": f"nested too deeply for {looking.WHO}"}
                print(json.dumps({"file": name, **seen}), file=out, flush=True)
        os._exit(0)
    finally:
        os._exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:4])
