"""A large archive goes up in parts, and a command that was broken off goes on."""

import secrets
from pathlib import Path

import pytest

from tests.cli import sources
from tests.cli.conftest import Person
from tests.cli.gateway import Gateway

WHOLE = "POST /api/v1/projects/.*/source"
PART = "PUT /api/v1/files/uploads/.*/parts/.*"
COMPLETE = "POST /api/v1/files/uploads/.*/complete"
AWAY = (503, {"content-type": "text/plain"}, b"nobody is there")


@pytest.fixture
def folder(maya: Person, tmp_path: Path) -> Path:
    """A folder whose archive has three parts: noise that no packing shrinks."""
    made = sources.small(maya.cwd / f"yard-{tmp_path.name}")
    (made / "model.bin").write_bytes(secrets.token_bytes(12 * 1024 * 1024))
    return made


def analyze(person: Person, folder: Path, balancer: Gateway) -> tuple[int, str]:
    done = person.run("analyze", folder.name, "--no-wait", f"--server={balancer.url}")
    return done.code, done.said


def test_a_large_folder_goes_in_parts(behind: Person, folder: Path, balancer: Gateway) -> None:
    code, said = analyze(behind, folder, balancer)
    assert code == 0, said
    assert balancer.count(WHOLE) == 0
    assert balancer.count(PART) == 3
    assert all("Content-Digest" in seen.headers for seen in balancer.requests(PART))
    again, said = analyze(behind, folder, balancer)
    assert again == 0, said
    assert balancer.count(PART) == 6, "the first one was completed, so this is another"


def test_a_small_folder_goes_in_one(behind: Person, folder: Path, balancer: Gateway) -> None:
    (folder / "model.bin").unlink()
    code, said = analyze(behind, folder, balancer)
    assert code == 0, said
    assert (balancer.count(WHOLE), balancer.count(PART)) == (1, 0)


@pytest.mark.slow
def test_what_was_broken_off_goes_on(behind: Person, folder: Path, balancer: Gateway) -> None:
    balancer.fail(PART.replace("parts/.*", "parts/3"), times=5, answer=AWAY)
    code, said = analyze(behind, folder, balancer)
    assert code == 5
    assert "goes on where it stopped" in said
    sent = [seen.path[-1] for seen in balancer.requests(PART)]
    assert sent[:3] == ["1", "2", "3"]
    before = balancer.count(PART)
    code, said = analyze(behind, folder, balancer)
    assert code == 0, said
    assert "Going on with an upload that was broken off: 10 MiB are there." in said
    assert [seen.path[-1] for seen in balancer.requests(PART)][before:] == ["3"]


@pytest.mark.slow
def test_a_folder_that_changed_begins_anew(behind: Person, folder: Path, balancer: Gateway) -> None:
    balancer.fail(COMPLETE, times=5, answer=AWAY)
    assert analyze(behind, folder, balancer)[0] == 5
    (folder / "more.py").write_text("x = 1\n")
    code, said = analyze(behind, folder, balancer)
    assert code == 0, said
    assert "Going on" not in said
    assert balancer.count(PART) == 6


def test_lost_answers_cost_nothing(behind: Person, folder: Path, balancer: Gateway) -> None:
    balancer.fail(PART, loses_answer=True)
    balancer.fail(COMPLETE, loses_answer=True)
    code, said = analyze(behind, folder, balancer)
    assert code == 0, said
    assert balancer.count(PART) == 4
    assert balancer.count(COMPLETE) == 2


def test_what_the_server_refuses_is_said_as_ever(
    behind: Person, folder: Path, balancer: Gateway
) -> None:
    broken = folder.with_suffix(".zip")
    broken.write_bytes(b"PK\x03\x04" + secrets.token_bytes(9 * 1024 * 1024))
    done = behind.run("analyze", broken.name, f"--server={balancer.url}")
    assert done.code == 2
    assert "archive" in done.err
    assert "goes on" not in done.err
