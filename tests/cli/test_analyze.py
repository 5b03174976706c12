"""From a folder to a report and an exit code, against a real server and its worker."""

import json
import shutil
import signal
import subprocess
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from taskyard.entry.cli.client.analysis import check_size
from taskyard.entry.cli.client.api import Api
from taskyard.entry.cli.client.exits import ClientError, Exit
from taskyard.entry.cli.client.packing import packed
from taskyard.entry.cli.client.tokens import GivenToken
from taskyard.entry.cli.client.wire import Wire
from tests.cli import sources
from tests.cli.conftest import PASSWORD, Person
from tests.cli.gateway import Gateway
from tests.cli.terminal import Terminal

#: The quickest that gives a score.
FAST = "--types=quality"


@pytest.fixture
def folder(maya: Person, tmp_path: Path) -> Path:
    """A folder whose name, and so its project, is this test's own."""
    return sources.small(maya.cwd / f"yard-{tmp_path.name}")


def jobs_of(person: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(person.run("jobs", "list", "--json").out)
    return found


def projects_of(person: Person) -> list[str]:
    listed = json.loads(person.run("projects", "list", "--json").out)
    return [project["name"] for project in listed]


def test_a_folder_becomes_a_report_and_files(maya: Person, folder: Path) -> None:
    files = ["--sarif=out.sarif", "--json=out.json", "--html=out.html"]
    done = maya.run("analyze", folder.name, *files)

    assert done.code == 0, done.said
    assert "\x1b" not in done.said
    assert done.err.splitlines()[:3] == [
        "Packed 1 file: " + done.err.splitlines()[0].rpartition(": ")[2],
        f"Made the project {folder.name}.",
        f"Uploading {folder.name}.tar.gz …",
    ]
    assert "100 %  Completed" in done.err
    out = done.out.splitlines()
    assert out[0] == f"{folder.name} · analysis 1"
    assert out[1].startswith("Quality   ")
    assert any("listing.py:6" in line and "B602" in line for line in out)
    assert out[-1].startswith(f"Report    {maya.server}/app/projects/")
    sarif = json.loads((maya.cwd / "out.sarif").read_text())
    assert sarif["version"] == "2.1.0"
    assert json.loads((maya.cwd / "out.json").read_text())["findings"]
    assert "<html" in (maya.cwd / "out.html").read_text()[:500].lower()
    assert not list(maya.cwd.glob(".out*")), "nothing half written is left"


@pytest.mark.slow
def test_gates_and_what_is_new(maya: Person, folder: Path) -> None:
    first = maya.run("analyze", folder.name, FAST, "--fail-on-new=low", "--fail-under=1")
    assert first.code == 0, first.said
    assert "There is no run before this one" in first.err
    assert first.out.splitlines()[-1] == "Gate      met"

    sources.small(folder, sources.WORSE)
    worse = maya.run("analyze", folder.name, FAST, "--fail-on-new=medium", "--fail-under=9.99")
    assert worse.code == 1, worse.said
    assert "          1 new · 0 gone, against analysis 1" in worse.out
    assert "1 finding is new and medium or worse" in worse.out.splitlines()[-1]
    assert "is below 9.99" in worse.out.splitlines()[-1]

    same = maya.run("analyze", folder.name, FAST, "--fail-on-new=low")
    assert same.code == 0, same.said

    # The run before looked for security alone: what it did not look for is not new.
    maya.run("analyze", folder.name, "--types=security")
    other = maya.run("analyze", folder.name, FAST, "--fresh", "--fail-on-new=low")
    assert other.code == 0, other.said
    assert "looked at other things" in other.out


def test_json_on_standard_output_is_alone_there(maya: Person, folder: Path) -> None:
    done = maya.run("analyze", folder.name, FAST, "--json=-")
    assert done.code == 0, done.said
    assert json.loads(done.out)["quality_score"] > 0
    assert f"{folder.name} · analysis 1" in done.err


def test_an_archive_is_analysed_as_it_is(maya: Person, folder: Path) -> None:
    archive = maya.cwd / f"{folder.name}-1.0.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.write(folder / "listing.py", f"{folder.name}-1.0/listing.py")
        packed.writestr(f"{folder.name}-1.0/__pycache__/listing.pyc", b"")
    done = maya.run("analyze", archive.name, FAST, "--project", folder.name)
    assert done.code == 0, done.said
    assert "The server left out: compiled files (1)." in done.err
    assert f"{folder.name} · analysis 1" in done.out


def test_a_project_by_id_by_name_and_by_a_like_name(maya: Person, folder: Path) -> None:
    name = f"Like {folder.name}"
    made = json.loads(maya.run("projects", "create", name, "--json").out)
    for wanted in (made["id"], name, name.upper()):
        done = maya.run("analyze", folder.name, FAST, "--project", wanted)
        assert done.code == 0, done.said
        assert done.out.startswith(f"{name} · analysis ")
    unknown = "019b0000-0000-7000-8000-000000000000"
    lost = maya.run("analyze", folder.name, "--project", unknown)
    assert (lost.code, lost.err.splitlines()[-1]) == (
        2,
        f"taskyard: There is no project {unknown} that you can see. See: taskyard projects list",
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing"], "There is no missing. Name a folder or an archive."),
        ([".", "--types=speed"], "--types: there is no speed. Choose of: quality"),
        ([".", "--types=,"], "--types: there is nothing to look at"),
        ([".", "--types=coverage", "--fail-under=1"], "--fail-under needs a score"),
        ([".", "--sarif=-", "--json=-"], "Only one report fits on standard output."),
        ([".", "--sarif=x", "--json=./x"], "Two reports would be written to one file."),
        ([".", "--sarif=nowhere/x"], "--sarif nowhere/x cannot be written: there is no folder"),
        ([".", "--html=."], "--html . cannot be written: it is a folder"),
        ([".", "--no-wait", "--fail-under=1"], "--no-wait has no report yet"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is_sent(
    maya: Person, arguments: list[str], message: str
) -> None:
    before = projects_of(maya)
    done = maya.run("analyze", *arguments)
    assert done.code == 2
    assert message in done.err
    assert len(done.err.splitlines()) <= 2
    assert projects_of(maya) == before


def test_options_that_are_none_are_usage_errors(maya: Person) -> None:
    for option in ("--fail-under=11", "--fail-on-new=worst", "--unheard-of"):
        assert maya.run("analyze", ".", option).code == 2


def test_nobody_packs_before_hearing_that_they_are_not_signed_in(person: Person) -> None:
    done = person.run("analyze", "missing", f"--server={person.server}")
    assert done.code == 3


def test_started_and_left_then_watched(maya: Person, folder: Path) -> None:
    started = maya.run("analyze", folder.name, FAST, "--no-wait")
    assert started.code == 0, started.said
    job_id = started.out.split()[-1]
    watched = maya.run("jobs", "watch", job_id)
    assert watched.code == 0, watched.said
    assert "Quality" in watched.out
    assert watched.err.endswith("Analysis 1 is completed.\n")


@pytest.fixture
def long_run(maya: Person, folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """An analysis that has just begun to run."""
    shutil.rmtree(folder)
    with running(maya, sources.large(folder)) as process:
        yield process


class running:  # noqa: N801 — reads as a phrase
    """`taskyard analyze`, from the moment its job is running until the block ends."""

    def __init__(self, person: Person, folder: Path, *options: str) -> None:
        self._process = person.start("analyze", folder.name, "--fresh", *options)

    def __enter__(self) -> "subprocess.Popen[str]":
        said = ""
        assert self._process.stderr is not None
        while "Started" not in said:
            line = self._process.stderr.readline()
            assert line, f"it ended early: {said}"
            said += line
        return self._process

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_cancels_the_job_on_the_server(
    maya: Person, long_run: "subprocess.Popen[str]", number: signal.Signals
) -> None:
    long_run.send_signal(number)
    _, said = long_run.communicate(timeout=60)
    assert long_run.returncode == 130, said
    assert "Cancelling Analysis 1 of" in said
    assert "is cancelled. Again: taskyard jobs retry" in said
    assert "Traceback" not in said
    assert jobs_of(maya)[0]["status"] == "cancelled"


def test_a_detached_analysis_outlives_its_command(maya: Person, folder: Path) -> None:
    shutil.rmtree(folder)
    with running(maya, sources.large(folder), "--detach") as process:
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "was left running. Watch it: taskyard jobs watch" in said
    job = jobs_of(maya)[0]
    assert job["status"] == "running"
    cancelled = maya.run("jobs", "cancel", job["id"])
    assert cancelled.code == 0, cancelled.said
    assert "is cancelled" in cancelled.out


def test_an_analysis_that_somebody_cancels_has_failed_for_its_command(
    maya: Person, long_run: "subprocess.Popen[str]"
) -> None:
    job_id = jobs_of(maya)[0]["id"]
    assert maya.run("jobs", "cancel", job_id).code == 0
    _, said = long_run.communicate(timeout=60)
    assert long_run.returncode == 4
    assert said.endswith(f"was cancelled. Again: taskyard jobs retry {job_id}\n")
    assert maya.run("jobs", "watch", job_id).code == 4
    shown = maya.run("jobs", "show", job_id)
    assert "Status    cancelled" in shown.out

    again = maya.run("jobs", "retry", job_id, "--json")
    assert json.loads(again.out)["status"] == "queued"
    twice = maya.run("jobs", "retry", job_id)
    assert (twice.code, twice.out) == (2, "")
    maya.run("jobs", "cancel", job_id)


def test_at_a_terminal_there_are_a_bar_and_colours(maya: Person, folder: Path) -> None:
    with Terminal(maya, "analyze", folder.name, FAST, "--fail-under=10") as terminal:
        terminal.shows("Report")
        assert terminal.code() == 1
    assert "━" in terminal.shown
    assert "\x1b[31m" in terminal.shown, "the gate is not met in red"
    assert "  0 %" not in terminal.shown


def test_ctrl_c_at_a_terminal(maya: Person, folder: Path) -> None:
    shutil.rmtree(folder)
    sources.large(folder)
    with Terminal(maya, "analyze", folder.name, "--fresh") as terminal:
        terminal.shows("Check syntax")
        terminal.type("\x03")
        terminal.shows("is cancelled")
        assert terminal.code() == 130
    assert "\x1b[?25h" in terminal.shown, "the cursor is there again"


def test_an_upload_whose_answer_was_lost_is_sent_again(
    behind: Person, folder: Path, balancer: Gateway
) -> None:
    upload = "POST /api/v1/projects/.*/source"
    balancer.fail(upload, loses_answer=True)
    done = behind.run("analyze", folder.name, FAST, f"--server={balancer.url}")
    assert done.code == 0, done.said
    assert balancer.count(upload) == 2


def test_an_answer_lost_while_starting_starts_nothing_twice(
    behind: Person, folder: Path, balancer: Gateway
) -> None:
    start = "POST /api/v1/projects/.*/analyses"
    balancer.fail(start, loses_answer=True)
    done = behind.run("analyze", folder.name, FAST, f"--server={balancer.url}")
    assert done.code == 5
    assert balancer.count(start) == 1


def test_a_strangers_project_is_not_there(maya: Person, folder: Path) -> None:
    stranger = f"stranger-{time.monotonic_ns()}@example.com"
    body = {"email": stranger, "password": PASSWORD}
    httpx.post(f"{maya.server}/api/v1/auth/register", json=body).raise_for_status()
    other = Person(stranger, maya.server, maya.cwd / "other", maya.cwd)
    other.sign_in()
    made = json.loads(other.run("projects", "create", "Hidden", "--json").out)
    done = maya.run("analyze", folder.name, "--project", made["id"])
    assert done.code == 2
    assert "that you can see" in done.err


def test_an_archive_beyond_the_tier_is_refused_before_it_is_sent(
    maya: Person, folder: Path, shared_token: Callable[[], str]
) -> None:
    wire = Wire(maya.server, print)
    api = Api(wire, GivenToken(shared_token()))
    with packed(folder) as archive:
        check_size(api, archive, archive.size_bytes)
        with pytest.raises(ClientError, match=r"your premium tier takes 10 bytes") as caught:
            check_size(api, archive, 10)
    wire.close()
    assert caught.value.exit_code == Exit.USAGE
