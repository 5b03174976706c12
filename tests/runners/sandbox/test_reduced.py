"""Where the kernel gives no namespaces, and where the operator switched the sandbox off."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from taskyard.runners.sandbox import (
    BOX,
    SRC,
    Limits,
    Mount,
    Sandbox,
    SandboxReport,
    SandboxUnavailable,
    probe,
    process,
)
from tests.runners.processes import running


@pytest.fixture(scope="module")
async def reduced(open_folder: Path) -> Sandbox:
    """A sandbox whose bubblewrap fails as it does without user namespaces."""
    broken = open_folder / "bwrap"
    broken.write_text("#!/bin/sh\necho 'bwrap: Creating new namespace failed' >&2; exit 1\n")
    broken.chmod(0o755)
    made = Sandbox(open_folder, bubblewrap=(broken,))
    report = await made.probe()
    assert report.mode == "reduced"
    assert report.reason == "bwrap: Creating new namespace failed"
    assert report.remedy
    return made


async def test_project_code_is_refused_with_the_remedy(reduced: Sandbox) -> None:
    with pytest.raises(SandboxUnavailable) as refused:
        await reduced.run(["true"])
    assert "Creating new namespace failed" in refused.value.message
    assert str((await reduced.probe()).remedy) in refused.value.message


async def test_programs_that_only_read_still_run(reduced: Sandbox, workspace: Path) -> None:
    tree = workspace / "tree"
    tree.mkdir(mode=0o755)
    (tree / "a.txt").write_text("hello", encoding="utf-8")
    ended = await reduced.run(
        ["sh", "-c", 'cat "$1"; pwd > out; id -u', "-", SRC / "a.txt"],
        mounts=[Mount(tree, SRC)],
        purpose="inspect",
        results=["out"],
    )
    said, who = ended.output.split("hello")[1].strip(), os.geteuid()
    assert ended.exit_code == 0
    assert int(said) >= 61184 if who == 0 else int(said) == who
    assert ended.results["out"].decode().strip().endswith("/box")


async def test_the_cage_has_no_network_and_no_secrets(
    reduced: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TASKYARD_SECRET_KEY", "canary-55aa")
    script = (
        "import os, socket\n"
        "print(sorted(os.environ))\n"
        "for family in (1, 2, 10, 16):\n"
        "    try: socket.socket(family); print('DONE')\n"
        "    except OSError as e: print(e.errno)\n"
        "try: os.unshare(0x10000000) if hasattr(os, 'unshare') else os.chroot('/'); print('DONE')\n"
        "except OSError as e: print(e.errno)\n"
        "print(open('/proc/self/status').read())"
    )
    ended = await reduced.run(["python", "-c", script], purpose="inspect")
    assert "TASKYARD" not in ended.output
    assert "DONE" not in ended.output
    assert "Seccomp:\t2" in ended.output
    assert "NoNewPrivs:\t1" in ended.output


async def test_limits_hold_in_the_cage(reduced: Sandbox) -> None:
    spin = await reduced.run(
        ["sh", "-c", "while :; do :; done"],
        purpose="inspect",
        limits=Limits(wall_seconds=30, cpu_seconds=1),
    )
    assert spin.killed_for == "time"
    sleep = await reduced.run(["sleep", "60"], purpose="inspect", limits=Limits(wall_seconds=1))
    assert sleep.killed_for == "time"
    assert sleep.duration_seconds < 5


@pytest.mark.skipif(os.geteuid() != 0, reason="needs a user id per run, so root")
async def test_what_escapes_the_group_is_found_by_its_user(reduced: Sandbox) -> None:
    mark = f"escaped-{os.urandom(6).hex()}"
    script = (
        "import os, time\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        f"    if os.fork() == 0: os.execv('/usr/bin/sleep', ['{mark}', '99'])\n"
        "    os._exit(0)\n"
        "time.sleep(0.3)"
    )
    ended = await reduced.run(["python", "-c", script], purpose="inspect")
    assert ended.exit_code == 0
    assert ended.duration_seconds < 5
    assert running(mark) == []


async def test_switched_off_by_hand_runs_anything_but_never_as_root(open_folder: Path) -> None:
    off = Sandbox(open_folder, switch="off")
    assert (await off.probe()).mode == "none"
    ended = await off.run(["sh", "-c", 'id -u; cd "$1" && pwd', "-", BOX])
    uid, folder = ended.output.split()
    assert int(uid) != 0
    assert folder.startswith(str(off.root))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root could")
def test_nothing_is_started_as_root() -> None:
    """The launcher itself refuses, whatever it is told."""
    read, write = os.pipe()
    spec: dict[str, object] = {"uid": None, "nested": False, "limits": {}, "seccomp": None}
    spec |= {"parent": os.getpid(), "env": {}, "cwd": "/", "status": write, "keep_status": False}
    launcher = str(Path(process.__file__).with_name("launch.py"))
    done = subprocess.run(
        [sys.executable, "-I", "-S", launcher, json.dumps(spec), "/usr/bin/id"],
        pass_fds=(write,),
        capture_output=True,
        check=False,
    )
    os.close(write)
    assert (done.returncode, done.stdout) == (126, b"")
    assert os.read(read, 1000) == b"launch: nothing is ever run as root\n"
    os.close(read)


@pytest.mark.parametrize(
    ("switches", "word"),
    [
        ({"/proc/sys/user/max_user_namespaces": "0"}, "max_user_namespaces=15000"),
        ({"/proc/sys/kernel/unprivileged_userns_clone": "0"}, "userns_clone=1"),
        (
            {"/proc/sys/kernel/apparmor_restrict_unprivileged_userns": "1"},
            "AppArmor",
        ),
    ],
)
def test_the_remedy_names_the_switch(
    switches: dict[str, str], word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "_sysctl", switches.get)
    assert word in probe.remedy(bubblewrap=Path("/usr/bin/bwrap"))


def test_a_report_is_a_plain_value() -> None:
    assert SandboxReport("full") == SandboxReport("full", None, None)
