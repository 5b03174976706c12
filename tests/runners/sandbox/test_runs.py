"""Starting, ending, reading and cancelling runs."""

import asyncio
import hashlib
import os
import sys
import time
from pathlib import Path

import pytest

from taskyard.runners.sandbox import (
    BOX,
    SRC,
    Limits,
    Mount,
    MountUnreachable,
    Sandbox,
    SandboxUnavailable,
)
from tests.runners.conftest import Payload
from tests.runners.processes import running


async def test_exit_codes_and_output_come_through(payload: Payload) -> None:
    ended = await payload("import sys; print('out'); print('err', file=sys.stderr); sys.exit(7)")
    assert (ended.exit_code, ended.signal, ended.killed_for) == (7, None, None)
    assert sorted(ended.output.splitlines()) == ["err", "out"]


async def test_a_crash_is_told_by_its_signal(payload: Payload) -> None:
    ended = await payload("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    assert (ended.exit_code, ended.signal, ended.crashed) == (139, 11, True)


async def test_a_program_that_is_not_there_is_no_run(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxUnavailable, match="no-such-program"):
        await sandbox.run(["no-such-program"])


async def test_input_is_read_from_memory(sandbox: Sandbox) -> None:
    text = os.urandom(3_000_000)
    ended = await sandbox.run(["sha256sum"], stdin=text)
    assert ended.output.split()[0] == hashlib.sha256(text).hexdigest()


async def test_lines_come_as_they_are_printed(payload: Payload) -> None:
    heard: list[tuple[str, float]] = []

    async def listen(line: str) -> None:
        heard.append((line, time.monotonic()))

    await payload(
        "import time\nfor i in range(3): print('line', i, flush=True); time.sleep(0.3)\n"
        "print('end', end='')",
        on_output=listen,
    )
    assert [line for line, _ in heard] == ["line 0", "line 1", "line 2", "end"]
    assert heard[2][1] - heard[0][1] > 0.4


async def test_a_listener_that_fails_ends_the_run(payload: Payload) -> None:
    async def listen(line: str) -> None:
        raise LookupError(line)

    began = time.monotonic()
    with pytest.raises(LookupError, match="first"):
        await payload("print('first', flush=True)\nimport time; time.sleep(60)", on_output=listen)
    assert time.monotonic() - began < 5


async def test_cancelling_kills_the_whole_tree_at_once(payload: Payload) -> None:
    cancelled = asyncio.Event()
    asyncio.get_running_loop().call_later(0.5, cancelled.set)
    began = time.monotonic()
    ended = await payload(
        "import os, signal, time\nfor _ in range(20): os.fork() or time.sleep(99)\ntime.sleep(99)",
        cancelled=cancelled,
    )
    assert ended.killed_for == "cancelled"
    assert time.monotonic() - began < 2.5


async def _until_running(mark: str) -> None:
    for _ in range(400):
        if running(mark):
            return
        await asyncio.sleep(0.05)
    pytest.fail("the payload did not start")


async def test_cancelling_the_caller_kills_too(payload: Payload, sandbox: Sandbox) -> None:
    mark = f"caller-{os.urandom(6).hex()}"
    script = f"import os\nos.execv('/usr/bin/sleep', ['{mark}', '77'])"
    run = asyncio.create_task(payload(script))
    await _until_running(mark)
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert not running(mark)
    assert (await sandbox.run(["true"])).exit_code == 0


async def test_runs_at_once_do_not_share_a_user(sandbox: Sandbox) -> None:
    """Three runs that each use most of their processes; together they would pass one limit."""
    limits = Limits(wall_seconds=30, processes=40)
    script = "for i in $(seq 25); do sleep 1 & done; wait; echo all"
    ended = await asyncio.gather(
        *(sandbox.run(["sh", "-c", script], limits=limits) for _ in range(3))
    )
    if os.geteuid() == 0:
        assert [one.output for one in ended] == ["all\n"] * 3


class TestResults:
    async def test_named_files_come_out(self, payload: Payload) -> None:
        ended = await payload(
            "open('/box/a.json','w').write('{}'); open('/box/b.bin','wb').write(bytes(range(256)))",
            results=["a.json", "b.bin", "missing"],
        )
        assert dict(ended.results) == {"a.json": b"{}", "b.bin": bytes(range(256))}

    async def test_the_exit_code_is_still_the_payloads(self, payload: Payload) -> None:
        ended = await payload("import os; os.abort()", results=["x"])
        assert (ended.exit_code, ended.signal, dict(ended.results)) == (134, 6, {})

    async def test_links_and_fifos_are_refused(self, payload: Payload) -> None:
        ended = await payload(
            "import os\nos.symlink('/etc/passwd', '/box/link')\nos.symlink('/', '/box/root')\n"
            "os.mkfifo('/box/fifo')\nos.mkdir('/box/dir')\nopen('/box/good','w').write('ok')",
            results=["link", "root", "fifo", "dir", "good"],
        )
        assert dict(ended.results) == {"good": b"ok"}

    async def test_the_cap_holds_for_all_together(self, payload: Payload) -> None:
        ended = await payload(
            "for n in 'abc': open('/box/' + n, 'wb').write(b'x' * 400_000)",
            results=["a", "b", "c"],
            limits=Limits(results_bytes=1_000_000),
        )
        assert sorted(ended.results) == ["a", "b"]
        assert ended.killed_for is None

    async def test_standard_output_can_be_a_result(self, payload: Payload) -> None:
        ended = await payload(
            "import sys; print('data' * 500_000); print('said', file=sys.stderr)",
            results=["out"],
            stdout_to="out",
        )
        assert len(ended.results["out"]) == 2_000_001
        assert ended.output == "said\n"

    async def test_a_forged_stream_is_dropped(self, payload: Payload) -> None:
        """The payload finds the steward's pipe and writes to it itself."""
        ended = await payload(
            "import os, glob\n"
            "for fd in glob.glob(f'/proc/{os.getppid()}/fd/*'):\n"
            "    if 'pipe' in os.readlink(fd) and int(fd.rsplit('/')[-1]) > 2:\n"
            "        try:\n"
            "            with open(fd, 'wb', buffering=0) as f:\n"
            '                f.write(b\'{"name": "../evil", "size": 4}\\nevil\')\n'
            "        except PermissionError: pass\n"
            "open('/box/good', 'w').write('ok')\nprint('done')",
            results=["good"],
        )
        assert ended.output == "done\n"
        assert "../evil" not in ended.results


async def test_a_mount_the_payload_could_not_read_is_refused(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    closed.chmod(0o000)
    with pytest.raises(MountUnreachable, match="closed"):
        await sandbox.run(["true"], mounts=[Mount(closed, SRC)])


async def test_the_working_folder_is_the_one_asked_for(sandbox: Sandbox) -> None:
    assert (await sandbox.run(["pwd"], cwd=BOX)).output == "/box\n"


async def test_the_payload_dies_with_its_worker(open_folder: Path) -> None:
    """The worker is killed, and can end nothing itself."""
    mark = f"orphan-{os.urandom(6).hex()}"
    worker = (
        "import asyncio, sys\nfrom pathlib import Path\n"
        "from taskyard.runners.sandbox import Sandbox\n"
        f"asyncio.run(Sandbox(Path({str(open_folder)!r})).run("
        f"['python', '-c', 'import os; os.execv(\"/usr/bin/sleep\", [\"{mark}\", \"88\"])']))\n"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", worker)
    await _until_running(mark)
    process.kill()
    await process.wait()
    for _ in range(40):
        if not running(mark):
            return
        await asyncio.sleep(0.05)
    pytest.fail("the payload outlived its worker")
