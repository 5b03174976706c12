"""Runs inside the sandbox: a pytest plug-in that counts, and stops in time.

Writes $TASKYARD_TEST_RECORD as JSON: files (that could be loaded), collected, passed, failed,
errors, skipped, stopped, given_up, and the name and reason of what could not be loaded.
"""

import json
import os
import time
from typing import Any

import pytest

#: After so many files that cannot be loaded, loading the others is wasted time: something that
#: all of them need is missing.
MOST_UNLOADED = 20


class Record:
    """Counts one session."""

    def __init__(self, seconds: float) -> None:
        self.deadline = time.monotonic() + seconds
        self.counts = {
            "files": 0,
            "collected": 0,
            "passed": 0,
            "failed": 0,
            "errors": 0,
            "skipped": 0,
        }
        self.stopped = self.given_up = False
        self.unloaded: list[dict[str, str]] = []

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep why a file could not be loaded."""
        if report.failed and len(self.unloaded) < MOST_UNLOADED:
            self.unloaded.append({"name": report.nodeid, "reason": _reason(report)})
            if len(self.unloaded) == MOST_UNLOADED:
                self.given_up = True
                self.session.shouldfail = "too many files cannot be loaded"

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Count what was found."""
        self.counts["collected"] = len(items)
        self.counts["files"] = len({item.path for item in items})

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count one phase of one test."""
        if report.when == "call":
            name = "skipped" if report.skipped else "failed" if report.failed else "passed"
        elif report.failed:
            name = "errors"
        elif report.when == "setup" and report.skipped:
            name = "skipped"
        else:
            return
        self.counts[name] += 1

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logfinish(self) -> None:
        """Start no further test when the time is used up."""
        if time.monotonic() > self.deadline and not self.stopped:
            self.stopped = True
            self.session.shouldstop = "the time for tests is used up"

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Keep the session, to be able to stop it."""
        self.session = session

    def pytest_sessionfinish(self) -> None:
        """Write what was counted."""
        facts: dict[str, Any] = dict(self.counts)
        facts |= {"stopped": self.stopped, "given_up": self.given_up, "unloaded": self.unloaded}
        with open(os.environ["TASKYARD_TEST_RECORD"], "w", encoding="utf-8") as file:  # noqa: PTH123
            json.dump(facts, file)


def _reason(report: pytest.CollectReport) -> str:
    """Return the last line that pytest marks as the error."""
    lines = [line[1:].strip() for line in report.longreprtext.splitlines() if line[:1] == "E"]
    return (lines or report.longreprtext.splitlines() or [""])[-1].strip()[:300]


def pytest_configure(config: pytest.Config) -> None:
    """Begin to count."""
    seconds = float(os.environ.get("TASKYARD_TEST_SECONDS", "300"))
    config.pluginmanager.register(Record(seconds), "taskyard-record")
