"""From a repository's address to a report, fetched by the server."""

import json
import signal
import time
from uuid import uuid4

import pytest

from tests.cli import sources
from tests.cli.conftest import Person
from tests.world.git_server import GitServer, Repository

FAST = "--types=quality"


@pytest.fixture
def repository(git: GitServer) -> Repository:
    """A repository whose name, and so its project, is this test's own."""
    made = git.repository(f"yard-{uuid4().hex[:8]}.git")
    made.commit({"listing.py": sources.BAD})
    made.commit({"listing.py": sources.WORSE}, branch="worse")
    return made


def test_a_repository_becomes_a_report(
    maya: Person, git: GitServer, repository: Repository
) -> None:
    name = repository.name.removesuffix(".git")
    done = maya.run("analyze", git.url(repository.name), FAST)
    assert done.code == 0, done.said
    assert done.err.splitlines()[0] == f"Made the project {name}."
    assert "Fetch the files" in done.err
    assert done.out.splitlines()[0] == f"{name} · analysis 1"
    again = maya.run("analyze", git.url(repository.name), "--ref=worse", FAST, "--fail-under=10")
    assert again.code == 1
    assert "analysis 2" in again.out


def test_without_waiting_both_runs_are_started(
    maya: Person, git: GitServer, repository: Repository
) -> None:
    done = maya.run("analyze", git.url(repository.name), "--no-wait")
    assert done.code == 0, done.said
    job_id = done.out.split()[-1]
    assert f"/app/runs/{job_id}" in done.out
    assert maya.run("jobs", "watch", job_id).code == 0
    listed = json.loads(maya.run("jobs", "list", "--json").out)
    assert {job["kind"] for job in listed[:2]} == {"source", "analysis"}


def test_why_nothing_came_is_said(maya: Person, git: GitServer, repository: Repository) -> None:
    url = git.url(repository.name)
    missing = maya.run("analyze", url, "--ref=mian")
    assert missing.code == 4
    assert "gives out no branch, tag or commit mian" in missing.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["https://me:secret@example.com/a"], "leave out the user name"),
        (["https://127.1/a"], "four decimal numbers"),
        (["https://example.com/a", "--exclude=x"], "--exclude is for folders"),
        (["https://example.com/a", "--no-wait", "--types=quality"], "--no-wait looks at all"),
        (["https://example.com/"], "Name the project: --project"),
        (["some/folder", "--ref=main"], "--ref is for repositories"),
    ],
)
def test_what_cannot_be_asked_makes_no_project(
    maya: Person, arguments: list[str], said: str
) -> None:
    before = maya.run("projects", "list").out
    done = maya.run("analyze", *arguments)
    assert done.code == 2
    assert said in done.err
    assert "secret" not in done.err
    assert maya.run("projects", "list").out == before


def test_what_the_server_may_not_reach_is_its_own_to_say(maya: Person) -> None:
    done = maya.run("analyze", "https://169.254.169.254/latest", "--project=Elsewhere")
    assert done.code == 2
    assert "TASKYARD_OUTGOING_ALLOW" in done.err


def test_ctrl_c_cancels_the_fetching(maya: Person, git: GitServer, repository: Repository) -> None:
    git.hold_after = 1
    running = maya.start("analyze", git.url(repository.name), FAST)
    while not any("POST" in line for line in git.asked):
        time.sleep(0.05)
        assert running.poll() is None, running.communicate()
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "is cancelled" in said
