"""What is shown of an analysis, and whether it is good enough."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from taskyard.entry.cli.client import report, story
from taskyard.entry.cli.client.answers import Analysis, Event, Failure, Finding, Job, Whole
from taskyard.entry.cli.client.exits import Exit
from taskyard.entry.cli.client.gate import Gate
from taskyard.entry.cli.client.plain import printable

ID = UUID("019b0000-0000-7000-8000-000000000001")


def analysis(**fields: Any) -> Analysis:
    usual = {
        "id": ID,
        "project_id": ID,
        "number": 12,
        "status": "completed",
        "analysis_types": ["quality", "security"],
        "quality_score": 8.4,
        "grade": "A",
        "ncloc": 1200,
        "coverage_percent": 71.25,
        "counts": {"high": 1, "medium": 0, "low": 1400, "info": 2, "new": 3, "gone": 5},
        "previous": {"id": ID, "number": 11, "quality_score": 8.1, "comparable": True},
        "failure": None,
    }
    return Analysis.model_validate(usual | fields)


def finding(**fields: Any) -> Finding:
    usual = {
        "tool": "bandit",
        "rule": "B602",
        "severity": "high",
        "state": "open",
        "title": "Shell command with shell=True",
        "file": "app/db.py",
        "line": 41,
    }
    return Finding.model_validate(usual | fields)


def shown(
    made: Analysis, *worst: Finding, reason: str | None = None, partial: bool = False
) -> list[str]:
    whole = Whole.model_validate({"coverage": {"reason": reason}, "partial": partial})
    made_report = report.Report("demo", made, list(worst), whole, "http://host/app/x")
    return [line.plain for line in report.lines(made_report)]


def test_the_report_says_all_that_matters() -> None:
    long = finding(
        severity="low", rule="call-arg", title="Missing argument", file="a.py", line=None
    )
    assert shown(analysis(), finding(), long) == [
        "demo · analysis 12",
        "Quality   8.40 of 10  grade A  +0.30 against analysis 11",
        "Findings  1 high · 0 medium · 1,400 low · 2 info",
        "          3 new · 5 gone, against analysis 11",
        "Coverage  71.2 %",
        "The worst 2 of 1,403",
        "  high   app/db.py:41  B602      Shell command with shell=True",
        "  low    a.py          call-arg  Missing argument",
        "Report    http://host/app/x",
    ]


def test_what_is_not_there_is_said() -> None:
    made = analysis(quality_score=None, grade=None, coverage_percent=None, previous=None)
    lines = shown(made, reason="The source holds no tests", partial=True)
    assert "Quality   no score" in lines
    assert "Coverage  not measured: The source holds no tests" in lines
    assert any(line.startswith("Note      some files could not be looked at") for line in lines)
    assert not any("against" in line for line in lines)


def test_what_does_not_compare_is_not_compared() -> None:
    other = {"id": ID, "number": 11, "quality_score": 2.0, "comparable": False}
    lines = shown(analysis(previous=other))
    assert "Quality   8.40 of 10  grade A  analysis 11 looked at other things" in lines
    assert not any("new" in line for line in lines)


def test_code_that_was_looked_at_cannot_move_the_cursor() -> None:
    hostile = finding(title="\x1b[2J\x1b]0;owned\x07 \u202egnp.exe\n::error::", file="a\x1b[31m.py")
    line = next(line for line in shown(analysis(), hostile) if "B602" in line)
    assert line.isprintable()
    assert printable("tab\tnew\nline\u2028\x9b") == "tab new line��"


@pytest.mark.parametrize(
    ("gate", "new", "missed"),
    [
        (Gate(None, None), None, []),
        (Gate(8.4, None), None, []),
        (Gate(8.41, None), None, ["the score 8.40 is below 8.41"]),
        (Gate(None, "medium"), None, []),
        (Gate(None, "medium"), 0, []),
        (Gate(None, "medium"), 1, ["1 finding is new and medium or worse"]),
        (Gate(None, "high"), 2, ["2 findings are new and high"]),
        (Gate(9, "low"), 2, ["the score 8.40 is below 9", "2 findings are new and low or worse"]),
    ],
)
def test_what_a_gate_misses(gate: Gate, new: int | None, missed: list[str]) -> None:
    assert gate.misses(analysis(), new) == missed


def test_without_a_score_no_score_is_good_enough() -> None:
    missed = Gate(0, None).misses(analysis(quality_score=None), None)
    assert missed == ["there is no score to hold against --fail-under"]


def event(name: str, /, **data: Any) -> Event:
    return Event.model_validate(
        {"seq": 1, "name": name, "at": "2026-11-21T12:00:00Z", "data": data}
    )


@pytest.mark.parametrize(
    ("made", "headline"),
    [
        (event("job.queued", status="queued", progress=0), "Waiting for a worker"),
        (event("job.progress", progress=12, step="Quality"), "Quality"),
        (event("job.progress", progress=12), None),
        (event("job.step", name="q", title="Quality", status="running"), "Quality"),
        (event("job.step", name="q", title="Quality", status="done"), None),
        (event("job.asset", name="report.json"), None),
        (event("job.unheard_of", step=7), None),
    ],
)
def test_what_an_event_says(made: Event, headline: str | None) -> None:
    assert story.headline(made) == headline


def test_log_lines_bear_their_own_time_and_what_is_wrong() -> None:
    at = "2026-11-21T12:00:0{}.5Z"
    lines = [
        {"n": 1, "at": at.format(1), "level": "info", "text": "fine"},
        {"n": 2, "at": at.format(2), "level": "warning", "text": "odd"},
        {"n": 3, "at": "not a time", "level": "error", "text": "bad"},
    ]
    found = list(story.log_lines(event("job.log", lines=lines)))
    assert [line[6:] for line in found] == ["01  fine", "02  WARNING odd", "00  ERROR bad"]
    assert list(story.log_lines(event("job.log", lines="?"))) == []


def job(status: str, failure: Failure | None = None) -> Job:
    fields: dict[str, Any] = dict.fromkeys(Job.model_fields)
    return Job.model_construct(**fields | {"id": uuid4(), "status": status, "failure": failure})


def test_a_job_that_ended_badly_says_why_and_whether_to_try_again() -> None:
    lost = Failure(reason="worker_lost", message="3 workers vanished.", retry_helps=False)
    slow = Failure(reason="deadline", message="It took too long.", retry_helps=True)
    assert story.ended_badly(job("failed", lost), "Analysis 1").message == (
        "Analysis 1 failed: 3 workers vanished."
    )
    again = story.ended_badly(job("failed", slow), "Analysis 1")
    assert again.message.splitlines()[1].startswith("Again: taskyard jobs retry ")
    assert again.exit_code == Exit.JOB_FAILED
    assert "was cancelled" in story.ended_badly(job("cancelled"), "Analysis 1").message
