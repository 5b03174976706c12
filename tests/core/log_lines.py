"""Collecting the log lines of one module."""

import json
from types import ModuleType
from typing import Any

import pytest
import structlog


def capture(monkeypatch: pytest.MonkeyPatch, module: ModuleType) -> list[Any]:
    """Return a list that what a module logs is put into.

    `structlog.testing.capture_logs` would miss a logger that was used before: they are cached.
    """
    lines = structlog.testing.LogCapture()
    everything = structlog.make_filtering_bound_logger(0)
    log = structlog.wrap_logger(None, processors=[lines], wrapper_class=everything)
    monkeypatch.setattr(module, "_log", log)
    return lines.entries


def of_requests(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Return the lines that requests left on the output since this was last asked.

    The test has `caplog` let them through: `caplog.set_level("INFO", "taskyard.request")`.
    """
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    return [line for line in map(json.loads, lines) if "duration" in line]
