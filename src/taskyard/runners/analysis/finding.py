"""One thing that is wrong at one place."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["quality", "security", "types", "coverage", "syntax"]
Severity = Literal["high", "medium", "low", "info"]
Confidence = Literal["high", "medium", "low"]
#: Of a function's complexity: how hard it is to follow, or how many paths lead through it.
Measure = Literal["cognitive", "cyclomatic"]

SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low", "info")


class Value(BaseModel):
    """A part of a report: never changed once made."""

    model_config = ConfigDict(frozen=True)


class Issue(Value):
    """What a tool says, in our words; not yet told apart from others like it."""

    tool: str
    rule: str
    kind: Kind
    severity: Severity
    title: str
    file: str = Field(description="Relative to the source, with slashes.")
    line: int | None = Field(None, description="From 1; null where the whole file is meant.")
    end_line: int | None = None
    column: int | None = Field(None, description="From 1.")
    cwe: str | None = Field(None, description="Such as CWE-89.")
    confidence: Confidence | None = None
    recommendation: str | None = None
    debt_minutes: float = Field(
        0.0, description="What putting it right costs, by the score's table."
    )


class ExcerptLine(Value):
    """A line of code round a finding."""

    number: int
    text: str


class Finding(Issue):
    """An issue with its name for life, and the code round it."""

    fingerprint: str = Field(description="The same after lines above moved.")
    excerpt: tuple[ExcerptLine, ...] = ()
