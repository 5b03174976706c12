"""What a hostile payload tries, and what it gets.

Attempts on the host are probed by opening, never by writing: where a wall is missing, the test
must not do the damage it looks for.
"""

import os
import socket
import time
from pathlib import Path

import pytest

from taskyard.runners.sandbox import SRC, Limits, Mount, Sandbox
from tests.runners.conftest import MIB, SMALL, Payload
from tests.runners.processes import running

TRY = """
import os, sys, errno
def attempt(name, action):
    try:
        print(name, "DONE", action())
    except OSError as problem:
        print(name, errno.errorcode.get(problem.errno, problem.errno))
"""


async def test_this_machine_isolates_fully(sandbox: Sandbox) -> None:
    report = await sandbox.probe()
    assert (report.mode, report.reason) == ("full", None)


async def test_the_payload_is_nobody_special(payload: Payload) -> None:
    ended = await payload(
        "import os;print(os.getuid(), os.geteuid(), os.getgroups());"
        "print(open('/proc/self/status').read())"
    )
    assert ended.output.startswith("1000 1000 [")
    facts = dict(line.split(":\t", 1) for line in ended.output.splitlines()[1:] if ":\t" in line)
    assert int(facts["CapEff"], 16) == int(facts["CapBnd"], 16) == 0
    assert facts["NoNewPrivs"] == "1"
    assert facts["Seccomp"] == "2"


@pytest.mark.parametrize("path", ["/etc/shadow", "/root", "/home", "/var", "/proc/1/root/root"])
async def test_nothing_of_the_host_is_there(payload: Payload, path: str) -> None:
    ended = await payload(f"{TRY}\nattempt('stat', lambda: os.stat({path!r}))")
    assert ended.output.strip() in {"stat ENOENT", "stat EACCES"}


async def test_the_environment_is_ours_alone(
    payload: Payload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TASKYARD_SECRET_KEY", "canary-7f3a")
    ended = await payload(
        "import glob, os\nprint(sorted(os.environ))\n"
        "for name in glob.glob('/proc/*/environ'):\n"
        "    try: print(open(name).read())\n"
        "    except OSError: pass\n"
        "print(sorted(int(p) for p in os.listdir('/proc') if p.isdigit()))"
    )
    assert "canary-7f3a" not in ended.output
    assert "TASKYARD" not in ended.output
    assert int(ended.output.strip().splitlines()[-1].strip("[]").split(",")[-1]) < 10


async def test_no_network(payload: Payload) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as unix:
        port = server.getsockname()[1]
        name = f"\0ty-test-{os.getpid()}"
        unix.bind(name)
        unix.listen()
        ended = await payload(
            f"""{TRY}
import socket
def reach(family, address):
    with socket.socket(family) as s:
        s.settimeout(3)
        s.connect(address)
attempt("loopback", lambda: reach(socket.AF_INET, ("127.0.0.1", {port})))
attempt("public", lambda: reach(socket.AF_INET, ("198.51.100.1", 80)))
attempt("metadata", lambda: reach(socket.AF_INET, ("169.254.169.254", 80)))
attempt("abstract", lambda: reach(socket.AF_UNIX, {name!r}))
attempt("vsock", lambda: socket.socket(40))
attempt("alg", lambda: socket.socket(38))
print(os.listdir("/sys/class/net") if os.path.exists("/sys") else "no /sys", socket.if_nameindex())
"""
        )
    assert "DONE" not in ended.output
    assert "vsock EAFNOSUPPORT" in ended.output
    assert "alg EAFNOSUPPORT" in ended.output
    assert "[(1, 'lo')]" in ended.output


async def test_the_system_is_read_only(payload: Payload) -> None:
    ended = await payload(
        f"""{TRY}
def writable(path):
    os.close(os.open(path, os.O_WRONLY))
for path in ("/usr/bin/env", "/toolbox/bin/python", "/toolbox/toolbox.json", "/etc/passwd",
             "/src/payload.py", "/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger",
             "/proc/sys/kernel/hostname"):
    attempt(path, lambda: writable(path))
for folder in ("/", "/usr", "/src", "/toolbox", "/etc", "/dev", "/proc"):
    attempt(folder, lambda: os.close(os.open(folder + "/new", os.O_CREAT | os.O_WRONLY)))
"""
    )
    assert len(ended.output.splitlines()) == 15
    assert "DONE" not in ended.output


async def test_system_calls_of_the_deny_list_fail(payload: Payload) -> None:
    ended = await payload(
        """
import ctypes, errno, fcntl, os, platform
libc = ctypes.CDLL(None, use_errno=True)
def call(name, *args):
    result = getattr(libc, name)(*args)
    print(name, errno.errorcode[ctypes.get_errno()] if result == -1 else "DONE")
call("ptrace", 16, 1, 0, 0)
call("unshare", 0x10000000)
call("unshare", 0x00020000)
call("mount", b"none", b"/box", b"tmpfs", 0, 0)
call("umount2", b"/box", 2)
call("chroot", b"/box")
call("pivot_root", b"/box", b"/box") if hasattr(libc, "pivot_root") else None
call("setns", 0, 0)
call("personality", 0x0040000)
call("shmget", 0, 4096, 0o1600)
call("memfd_create", b"x", 0)
number = {"x86_64": dict(keyctl=250, bpf=321, io_uring=425, clone=56, clone3=435),
          "aarch64": dict(keyctl=219, bpf=280, io_uring=425, clone=220, clone3=435)}
for name, n in number[platform.machine()].items():
    if name == "clone":
        result = libc.syscall(n, 0x10000000 | 17, 0, 0, 0, 0)
    else:
        result = libc.syscall(n, 0, 0, 0, 0, 0)
    if result == 0 and name == "clone": os._exit(0)
    print(name, errno.errorcode[ctypes.get_errno()] if result == -1 else "DONE")
try:
    fcntl.ioctl(0, 0x5412, b"x"); print("TIOCSTI DONE")
except OSError as e: print("TIOCSTI", errno.errorcode[e.errno])
"""
    )
    answers = [line.split() for line in ended.output.splitlines()]
    assert ["clone3", "ENOSYS"] in answers
    answers.remove(["clone3", "ENOSYS"])
    assert len(answers) >= 16
    assert {answer for _, answer in answers} == {"EPERM"}, ended.output


async def test_a_fork_bomb_meets_the_limit(payload: Payload) -> None:
    ended = await payload(
        """
import os, time
n = 0
try:
    while n < 3000:
        if os.fork() == 0:
            time.sleep(30); os._exit(0)
        n += 1
except OSError as e:
    print(n, e.strerror)
"""
    )
    count, _, why = ended.output.strip().partition(" ")
    assert why == "Resource temporarily unavailable"
    assert int(count) < SMALL.processes + 5
    assert ended.duration_seconds < 20


async def test_disk_is_limited_everywhere(payload: Payload) -> None:
    ended = await payload(
        f"""{TRY}
def fill(path):
    block, n = b"x" * (1 << 20), 0
    try:
        with open(path, "wb", buffering=0) as f:
            while n < 200: n += f.write(block) >> 20
    except OSError as e:
        return n, errno.errorcode[e.errno]
    return n
for folder in ("/box", "/tmp", "/dev/shm", "/dev", "/", "/run"):
    attempt(folder, lambda: fill(folder + "/big"))
"""
    )
    lines = dict(line.split(" ", 1) for line in ended.output.splitlines())
    assert lines["/box"] == "DONE (16, 'ENOSPC')"
    assert lines["/tmp"] == "DONE (16, 'ENOSPC')"
    assert lines["/dev/shm"] == "DONE (16, 'ENOSPC')"
    assert lines["/dev"] == "DONE (0, 'EROFS')"
    assert lines["/"] == "DONE (0, 'EROFS')"
    assert lines["/run"] == "DONE (0, 'ENOENT')"


async def test_a_big_file_is_cut(payload: Payload) -> None:
    limits = Limits(wall_seconds=30, file_bytes=1 * MIB, disk_bytes=32 * MIB)
    ended = await payload(
        "f=open('/box/f','wb',buffering=0)\nfor _ in range(9): f.write(b'x'*(1<<20))", limits=limits
    )
    assert "File too large" in ended.output


async def test_one_process_cannot_take_too_much_memory(payload: Payload) -> None:
    limits = Limits(wall_seconds=30, address_bytes=200 * MIB, memory_bytes=2000 * MIB)
    ended = await payload(
        "try: b = bytearray(400 << 20); print('DONE')\nexcept MemoryError: print('no')",
        limits=limits,
    )
    assert ended.output == "no\n"


@pytest.mark.parametrize(
    "take",
    [
        "b = bytearray(100 << 20)",
        "import mmap; b = mmap.mmap(-1, 100 << 20); b.write(b'x' * (100 << 20))",
    ],
    ids=["anonymous", "shared"],
)
async def test_several_processes_cannot_take_too_much_together(payload: Payload, take: str) -> None:
    ended = await payload(
        "import os, time\nfor _ in range(6):\n    if os.fork() == 0:\n"
        f"        {take}\n        time.sleep(50)\ntime.sleep(50)"
    )
    assert ended.killed_for == "memory"
    assert ended.peak_bytes > SMALL.memory_bytes
    assert ended.duration_seconds < 20


async def test_countless_empty_files_count_as_memory(payload: Payload) -> None:
    limits = Limits(wall_seconds=60, memory_bytes=100 * MIB, disk_bytes=16 * MIB)
    ended = await payload(
        "import os\nfor i in range(10**7):\n"
        "    if i % 1000 == 0: os.mkdir(f'/box/{i // 1000}')\n"
        "    os.close(os.open(f'/box/{i // 1000}/{i}', os.O_CREAT | os.O_WRONLY))",
        limits=limits,
    )
    assert ended.killed_for == "memory"


async def test_a_daemon_does_not_outlive_the_run(payload: Payload) -> None:
    mark = f"daemon-{os.urandom(6).hex()}"
    ended = await payload(
        f"""
import os, signal, sys, time
if os.fork() == 0:
    os.setsid()
    for s in range(1, 32):
        try: signal.signal(s, signal.SIG_IGN)
        except (OSError, ValueError): pass
    if os.fork() == 0:
        os.execv(sys.executable, ["{mark}", "-c", "import time; time.sleep(120)"])
    os._exit(0)
time.sleep(0.5); print("left")
"""
    )
    assert ended.output == "left\n"
    assert running(mark) == []


async def test_endless_output_is_cut(payload: Payload) -> None:
    limits = Limits(wall_seconds=30, output_bytes=1 * MIB)
    ended = await payload("while True: print('x' * 1000)", limits=limits)
    assert ended.killed_for == "output"
    assert len(ended.output) == 1 * MIB
    assert ended.duration_seconds < 10


async def test_ignoring_signals_does_not_stretch_the_time(payload: Payload) -> None:
    ended = await payload(
        "import signal, time\nsignal.signal(15, signal.SIG_IGN)\ntime.sleep(60)",
        limits=Limits(wall_seconds=1),
    )
    assert ended.timed_out
    assert ended.killed_for == "time"
    assert ended.duration_seconds < 4


async def test_a_spin_is_ended_by_the_cpu_limit(payload: Payload) -> None:
    ended = await payload("while True: pass", limits=Limits(wall_seconds=60, cpu_seconds=1))
    assert ended.killed_for == "time"
    assert ended.duration_seconds < 20


async def test_links_to_the_host_stay_dangling(payload: Payload, workspace: Path) -> None:
    secret = workspace / "secret.txt"
    secret.write_text("canary-91c2", encoding="utf-8")
    tree = workspace / "tree"
    tree.mkdir(mode=0o755)
    (tree / "link").symlink_to(secret)
    ended = await payload(
        f"{TRY}\nattempt('read', lambda: open('/tree/link').read())",
        mounts=[Mount(tree, SRC.parent / "tree")],
    )
    assert ended.output.strip() == "read ENOENT"


async def test_many_runs_leave_nothing_behind(sandbox: Sandbox) -> None:
    fds = _open_files()
    began = time.monotonic()
    for _ in range(8):
        await sandbox.run(["true"], limits=SMALL)
    assert _open_files() == fds
    assert not list((sandbox.root / "work").glob("*"))
    assert time.monotonic() - began < 20


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))
