"""Killing each part once in the middle of an analysis loses nothing and doubles nothing."""

import os
import time
from collections import Counter
from typing import Any

import psutil
import pytest

from taskyard.entry.up.supervisor import DEATHS, WITHIN
from tests.faults.conftest import Instance
from tests.faults.modes import SHORT, chances, long_only

pytestmark = [pytest.mark.faults, pytest.mark.timeout(900)]

VICTIMS = ("pool", "worker", "valkey", "postgres", "api")
#: CI kills these once; the long mode kills each, and then draws more.
_KILLED_ONCE = ("pool", "worker") if SHORT else VICTIMS
ROUNDS = int(os.environ.get("FAULTS_ROUNDS", "20"))

_COMMANDS = {
    "worker": "cli worker",
    "valkey": "valkey-server",
    "postgres": "bin/postgres",
    "api": "cli serve",
}


@pytest.fixture(scope="module")
def project(instance: Instance) -> str:
    """The sample project."""
    return str(instance.call("POST", "/projects/sample")["data"]["id"])


@pytest.fixture(scope="module")
def unharmed(instance: Instance, project: str) -> dict[str, Any]:
    """The sample's analysis where nothing is killed."""
    return _analysed(instance, project, victim=None)


@pytest.mark.parametrize("victim", _KILLED_ONCE)
def test_one_kill_in_mid_analysis(
    instance: Instance, project: str, unharmed: dict[str, Any], victim: str
) -> None:
    assert _analysed(instance, project, victim=victim) == unharmed


@long_only
def test_a_night_of_kills(instance: Instance, project: str, unharmed: dict[str, Any]) -> None:
    draw = chances("analysing")
    killed: list[tuple[str, float]] = []
    for _ in range(ROUNDS):
        lately = Counter(name for name, at in killed if time.monotonic() - at < WITHIN)
        # One that dies as often as in a loop of its own making would rightly be given up.
        victim = draw.choice([name for name in VICTIMS if lately[name] < DEATHS - 2])
        assert _analysed(instance, project, victim=victim) == unharmed, killed
        killed.append((victim, time.monotonic()))


def _analysed(instance: Instance, project: str, *, victim: str | None) -> dict[str, Any]:
    """Analyse the sample, killing `victim` on the way; return what must not depend on that."""
    started = instance.call("POST", f"/projects/{project}/analyses", fresh=True)["data"]
    job_id = started["id"]
    if victim is not None:
        instance.until(job_id, _is_at_types, "at the types")
        (instance.busy_child() if victim == "pool" else _part(instance, victim)).kill()
    job = instance.until(job_id, lambda job: job["finished_at"] is not None, "finished")
    assert job["status"] == "completed", job
    _check_story(instance, job)
    analysis = instance.call("GET", f"/projects/{project}/analyses/{job_id}")["data"]
    return {
        "score": analysis["quality_score"],
        "coverage": analysis["coverage_percent"],
        "findings": _findings(instance, project, job_id),
        "steps": [step["name"] for step in job["steps"]],
        "assets": [one["name"] for one in instance.call("GET", f"/jobs/{job_id}/assets")["items"]],
    }


def _is_at_types(job: dict[str, Any]) -> bool:
    return any(step["name"] == "types" and step["status"] == "running" for step in job["steps"])


def _part(instance: Instance, victim: str) -> psutil.Process:
    return instance.part(_COMMANDS[victim])


def _check_story(instance: Instance, job: dict[str, Any]) -> None:
    """One end, no gap, no step twice, progress that never falls, attempts that follow."""
    story = instance.story(job["id"])
    assert [event["seq"] for event in story] == list(range(1, len(story) + 1))
    names = Counter(event["name"] for event in story)
    ends = {name: names[name] for name in ("job.completed", "job.failed", "job.cancelled")}
    assert ends == {"job.completed": 1, "job.failed": 0, "job.cancelled": 0}
    assert names["job.started"] == job["attempt"] <= 2
    done = Counter(
        event["data"]["name"]
        for event in story
        if event["name"] == "job.step" and event["data"]["status"] == "done"
    )
    assert set(done.values()) == {1}, "a finished step is not done again"
    progress = [event["data"]["progress"] for event in story if "progress" in event["data"]]
    assert progress == sorted(progress)


def _findings(instance: Instance, project: str, analysis_id: str) -> list[str]:
    page = instance.call(
        "GET", f"/projects/{project}/analyses/{analysis_id}/findings?page_size=100"
    )
    assert page["total"] == len(page["items"])
    return [item["fingerprint"] for item in page["items"]]
