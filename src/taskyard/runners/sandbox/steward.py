"""Runs inside the sandbox, round the payload: hands named files of /box out through a pipe.

Run as `python -I -S steward.py SPEC FOLDER COMMAND…`; SPEC is JSON: `pipe` (file descriptor),
`files` (names in FOLDER), `cap` (bytes in all), `stdout` (one of the files that takes the
payload's standard output, or null). Each file is written as one JSON line {name, size} and its
bytes. The reader trusts none of it: a payload could write to the pipe as well.
"""

import json
import os
import stat
import sys

CHUNK = 1 << 16


def _spawn(command: list[str], stdout: str | None) -> int:
    actions: list[tuple[object, ...]] = []
    if stdout:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
        actions.append((os.POSIX_SPAWN_OPEN, 1, stdout, flags, 0o600))
    try:
        pid = os.posix_spawnp(command[0], command, os.environ, file_actions=actions)
    except OSError as problem:
        print(f"{command[0]}: {problem.strerror}", file=sys.stderr)  # noqa: T201
        return 127
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return 128 - code if code < 0 else code


def _open(name: str) -> int | None:
    """Open a regular file that is no link; a fifo must not block us."""
    try:
        fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    if stat.S_ISREG(os.fstat(fd).st_mode):
        return fd
    os.close(fd)
    return None


def _send(pipe: int, content: bytes) -> None:
    while content:
        content = content[os.write(pipe, content) :]


def hand_out(pipe: int, folder: str, names: list[str], cap: int) -> None:
    """Write each file that is there and fits into what is left of `cap`."""
    for name in names:
        fd = _open(os.path.join(folder, name))  # noqa: PTH118
        if fd is None:
            continue
        size = os.fstat(fd).st_size
        if size <= cap:
            cap -= size
            _send(pipe, json.dumps({"name": name, "size": size}).encode() + b"\n")
            while size > 0 and (chunk := os.read(fd, min(CHUNK, size))):
                size -= len(chunk)
                _send(pipe, chunk)
            _send(pipe, b"\0" * size)
        os.close(fd)


def main(arguments: list[str]) -> int:
    """Run from the command line; the exit code is the payload's."""
    spec, folder = json.loads(arguments[0]), arguments[1]
    os.set_inheritable(spec["pipe"], False)
    stdout = os.path.join(folder, spec["stdout"]) if spec["stdout"] else None  # noqa: PTH118
    code = _spawn(arguments[2:], stdout)
    hand_out(spec["pipe"], folder, spec["files"], spec["cap"])
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
