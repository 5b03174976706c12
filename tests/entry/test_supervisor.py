"""The supervisor over stand-in programs: restarts, giving up, the order of stopping."""

import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.entry.conftest import Command, alive, eventually

SCRIPT = str(Path(__file__).with_name("stand_in.py"))
STEADY = "touch $0.ready; exec sleep 1000"

Start = Callable[..., Command]


@pytest.fixture
def supervise(commands: Start, tmp_path: Path) -> Start:
    def start(**services: str) -> Command:
        words = [f"{name}={text.replace('$0', name)}" for name, text in services.items()]
        return commands(sys.executable, SCRIPT, str(tmp_path / "data"), *words)

    return start


def test_a_killed_child_is_started_again_and_the_pause_grows(supervise: Start) -> None:
    run = supervise(one=STEADY)
    assert run.says("all ready")
    pauses = []
    for deaths in range(1, 4):
        run.child("sleep").kill()
        began = time.monotonic()
        assert eventually(lambda n=deaths: run.output.count("starting it again") == n)  # type: ignore[misc]
        assert eventually(lambda: run.tree() and alive(run.child("sleep")))
        pauses.append(time.monotonic() - began)
    assert "one was ended by SIGKILL; starting it again." in run.output
    assert pauses[0] < 0.8
    assert 0.35 < pauses[1] < pauses[2]


def test_five_deaths_in_a_minute_end_everything_and_show_the_log(supervise: Start) -> None:
    run = supervise(good=STEADY, bad="touch bad.ready; echo the disk is on fire; exit 3")
    assert run.ended() == 1
    assert "bad ended with code 3, 5 times within 60 s" in run.output
    assert run.output.rstrip().endswith("the disk is on fire")


def test_a_long_log_is_put_aside_while_it_is_written_to(supervise: Start, tmp_path: Path) -> None:
    talk = "yes | head -c 10000001; touch $0.ready; while sleep 0.05; do echo more; done"
    assert supervise(one=talk).says("all ready")
    log = tmp_path / "data/log/one.log"
    aside = log.with_name("one.log.1")
    assert eventually(lambda: aside.exists() and set(log.read_text().split()) == {"more"})
    assert aside.stat().st_size > 10_000_000
    assert aside.stat().st_mode == log.stat().st_mode


def test_a_service_that_is_never_ready_ends_the_start(supervise: Start) -> None:
    run = supervise(slow="echo still thinking; exec sleep 1000")
    assert run.ended() == 1
    assert "slow is not ready after 1 s.\nstill thinking" in run.output


def test_stops_in_the_order_given_each_after_the_other(supervise: Start, tmp_path: Path) -> None:
    wait = "touch $0.ready; while :; do sleep 0.05; done"
    leave = f"trap 'sleep 0.3; echo $0 >> order; exit 0' TERM; {wait}"
    run = supervise(first=leave, second=leave, third=leave)
    assert run.says("all ready")
    run.signal_group(signal.SIGINT)
    assert run.ended() == 0
    assert (tmp_path / "data/order").read_text().split() == ["first", "second", "third"]


def test_the_second_signal_does_not_wait(supervise: Start) -> None:
    run = supervise(deaf="trap '' TERM; touch deaf.ready; while :; do sleep 0.05; done")
    assert run.says("all ready")
    left = run.tree()
    run.signal_group(signal.SIGINT)
    assert run.says("Once more to stop at once")
    began = time.monotonic()
    run.signal_group(signal.SIGINT)
    assert run.ended(5) == 0
    assert time.monotonic() - began < 2
    assert not any(alive(process) for process in left)


def test_a_signal_while_starting_stops_what_has_started(supervise: Start) -> None:
    run = supervise(one=STEADY, two="exec sleep 1000")
    assert eventually(lambda: len(run.tree()) == 2)
    left = run.tree()
    run.process.terminate()
    assert run.ended(5) == 0
    assert not any(alive(process) for process in left)


def test_what_a_child_leaves_in_its_group_ends_with_it(supervise: Start) -> None:
    run = supervise(parent="touch parent.ready; sleep 999 & exec sleep 1000")
    assert run.says("all ready")
    assert eventually(lambda: len(run.tree()) == 2)
    grandchild = next(process for process in run.tree() if "999" in process.cmdline())
    run.child("1000").kill()
    assert eventually(lambda: not alive(grandchild), within=2)


def test_nothing_outlives_a_killed_supervisor(supervise: Start) -> None:
    run = supervise(one=STEADY, two=STEADY)
    assert run.says("all ready")
    left = run.tree()
    run.process.kill()
    assert eventually(lambda: not any(alive(process) for process in left), within=2)


def test_a_child_that_cannot_be_started_any_more_ends_everything(
    supervise: Start, tmp_path: Path
) -> None:
    run = supervise(one=STEADY)
    assert run.says("all ready")
    # A child starts in the data directory; without it, no process can be made.
    (tmp_path / "data").rename(tmp_path / "elsewhere")
    run.child("sleep").kill()
    assert run.ended(10) == 1
    assert "one cannot be started" in run.output


def test_a_hangup_that_is_ignored_stays_ignored(commands: Start, tmp_path: Path) -> None:
    line = 'trap "" HUP; exec "$@"'
    words = (sys.executable, SCRIPT, str(tmp_path / "data"), f"one={STEADY.replace('$0', 'one')}")
    run = commands("/bin/sh", "-c", line, "sh", *words)
    assert run.says("all ready")
    run.process.send_signal(signal.SIGHUP)
    time.sleep(0.2)
    assert run.process.poll() is None
    run.process.terminate()
    assert run.ended(5) == 0
