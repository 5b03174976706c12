"""What is asked of the tools, and what each answer weighs.

`docs/analysis.md` prints these tables for people; change them here, and the ruleset's version
changes with them, so that no score is compared with one of another basis.
"""

import hashlib
import json
from collections.abc import Mapping
from importlib.metadata import version as installed
from typing import TypeVar

from taskyard.runners.analysis import script_rules
from taskyard.runners.analysis.finding import Severity

_Weight = TypeVar("_Weight")

#: The distributions whose version decides what is found.
JUDGES = ("ruff", "complexipy", "bandit", "mypy", "oxlint", "lizard", "detect-secrets")
#: Counts up when the meaning of the same rules changes (a new tool, other minutes).
EDITION = "2026.2"

RUFF_SELECT = ("E4", "E7", "E9", "F", "B", "PLE", "PLW", "PLR09", "SIM", "RET", "PIE", "ERA")
#: Security rules of ruff, asked only where bandit did not end in time.
RUFF_SECURITY = ("S",)
#: Asserts: what they find in code is a habit, in tests the point of them.
LEFT_OUT = ("S101",)
BANDIT_LEFT_OUT = ("B101",)
COGNITIVE_RULE = "cognitive-complexity"
#: Of Python functions, and of JavaScript's and TypeScript's.
COMPLEXITY_RULES = frozenset({COGNITIVE_RULE, script_rules.COMPLEXITY_RULE})
COMPLEXITY_LIMIT = 15

# By the longest prefix that fits the rule.
_MINUTES: Mapping[str, float] = {
    "E": 5,
    "F": 5,
    "SIM": 5,
    "B": 10,
    "PLW": 10,
    "PLR09": 15,
    "PLE": 20,
    "RET": 2,
    "PIE": 2,
    "ERA": 2,
}
_SEVERITIES: Mapping[str, Severity] = {
    "E": "low",
    "E9": "high",
    "F": "low",
    "F50": "medium",
    "F63": "medium",
    "F7": "high",
    "F82": "high",
    "B": "medium",
    "B007": "low",
    "B9": "low",
    "PLE": "high",
    "PLW": "low",
    "PLR09": "low",
    "SIM": "info",
    "RET": "info",
    "PIE": "info",
    "ERA": "info",
}
SECURITY_MINUTES: Mapping[Severity, float] = {"low": 5, "medium": 30, "high": 120, "info": 0}
TYPE_ERROR_MINUTES = 5.0
SYNTAX_ERROR_MINUTES = 20.0

#: A type error of these codes is a call or a name that fails when it is reached.
_GRAVE_TYPE_ERRORS = frozenset(
    {"name-defined", "call-arg", "used-before-def", "not-callable", "syntax", "empty-body"}
)


def quality_minutes(rule: str) -> float:
    """Return what putting right one finding of a ruff rule costs."""
    return _longest(_MINUTES, rule, 5.0)


def quality_severity(rule: str) -> Severity:
    """Return how grave a finding of a ruff rule is."""
    return _longest(_SEVERITIES, rule, "low")


def _longest(table: Mapping[str, _Weight], rule: str, otherwise: _Weight) -> _Weight:
    for length in range(len(rule), 0, -1):
        if rule[:length] in table:
            return table[rule[:length]]
    return otherwise


def complexity_minutes(complexity: int) -> float:
    """Return what splitting a function costs: the fixed part, and a minute a point too much."""
    return 10.0 + (complexity - COMPLEXITY_LIMIT)


def complexity_severity(complexity: int) -> Severity:
    """Return how grave a function over the limit is."""
    if complexity > 4 * COMPLEXITY_LIMIT:
        return "high"
    return "medium" if complexity > 2 * COMPLEXITY_LIMIT else "low"


def type_severity(code: str | None) -> Severity:
    """Return how grave a type error of this mypy code is."""
    return "medium" if code in _GRAVE_TYPE_ERRORS else "low"


def _name() -> str:
    basis = [
        RUFF_SELECT, LEFT_OUT, BANDIT_LEFT_OUT, COMPLEXITY_LIMIT, sorted(_MINUTES.items()),
        sorted(_SEVERITIES.items()), sorted(SECURITY_MINUTES.items()), TYPE_ERROR_MINUTES,
        SYNTAX_ERROR_MINUTES, sorted(_GRAVE_TYPE_ERRORS), *script_rules.basis(),
        [installed(name) for name in JUDGES],
    ]  # fmt: skip
    digest = hashlib.sha256(json.dumps(basis).encode()).hexdigest()
    return f"{EDITION}-{digest[:12]}"


#: Two reports are of one basis only if this is the same: it names the tables above and the
#: versions of the tools that judge, which the toolbox takes from beside us.
RULESET = _name()
