"""Tasks from a terminal: added as lines, listed, done."""

import json
import uuid

import httpx
import pytest

from tests.cli.conftest import Person


@pytest.fixture
def project(maya: Person) -> str:
    """A project's name."""
    name = f"Plan {uuid.uuid4().hex[:8]}"
    assert maya.run("projects", "create", name).code == 0
    return name


def test_tasks_are_added_listed_and_done(maya: Person, project: str) -> None:
    added = maya.run("tasks", "add", "Buy ssd *bug !high", "2026-12-24", "--project", project)
    assert added.code == 0, added.said
    key = added.out.split()[0]
    assert key.endswith("-1")
    assert "Buy ssd  todo  high  2026-12-24" in added.out
    more = maya.run("tasks", "add", "-", "-p", project, stdin="Trip\n  Train\n  Hotel\n")
    assert [line.split()[1] for line in more.out.splitlines()] == ["Trip", "Train", "Hotel"]
    listed = maya.run("tasks", "list", "--project", project)
    assert len(listed.out.splitlines()) == 4
    assert listed.out.splitlines()[0].startswith(key), "what is due comes first"
    done = maya.run("tasks", "done", key, "2", "--project", project, "--json")
    assert [task["status"] for task in json.loads(done.out)] == ["done", "done"]
    left = maya.run("tasks", "list", "-p", project, "--json")
    assert {task["title"] for task in json.loads(left.out)} == {"Train", "Hotel"}
    found = maya.run("tasks", "list", "ss", "-p", project, "--status", "all", "--json")
    [task] = json.loads(found.out)
    assert (task["key"], task["labels"][0]["name"]) == (key, "bug")


def test_without_a_project_it_is_ones_own(maya: Person) -> None:
    made = maya.run("tasks", "add", f"Mine {uuid.uuid4().hex}", "--json")
    [task] = json.loads(made.out)
    assert task["project_name"] == "Personal"
    assert maya.run("tasks", "done", task["key"]).code == 0


def test_what_names_no_task_is_said(maya: Person, project: str) -> None:
    for arguments, said in (
        (("done", "nonsense"), "'nonsense' names no task. Write its key, such as TY-42."),
        (("done", "42"), "'42' names no task. Write its key, such as TY-42."),
        (("done", "42", "-p", project), f"-42 in {project}."),
        (("done", "ZZZZZZZ-1"), "You are in no project 'ZZZZZZZ'. See: taskyard projects list"),
        (("list", "-p", "no such"), "You are in no project 'no such'."),
        (("add", "Yours @nobody", "-p", project), "Line 1 is no task: nobody called nobody"),
    ):
        ran = maya.run("tasks", *arguments)
        assert ran.code == 2, arguments
        assert said in ran.err, arguments


def test_a_title_cannot_move_the_cursor(maya: Person, project: str) -> None:
    token = maya.tokens()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    projects = httpx.get(f"{maya.server}/api/v1/projects?q={project}", headers=headers).json()
    path = f"{maya.server}/api/v1/projects/{projects['items'][0]['id']}/tasks"
    httpx.post(path, json={"title": "a\u202eb\u009b31m"}, headers=headers).raise_for_status()
    shown = maya.run("tasks", "list", "-p", project).out
    assert "\u202e" not in shown
    assert "\u009b" not in shown
