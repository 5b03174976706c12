"""What clients send to findings as tasks and get back."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from taskyard.core.schemas import In, Out
from taskyard.runners.analysis.finding import Kind, Severity


class RuleUpdate(In):
    """From which severity on a project wants a task of every finding."""

    severity: Severity | None = Field(
        description="This one and those above; null where tasks are made by hand alone."
    )


class RuleRead(Out):
    """From which severity on a project wants a task of every finding."""

    severity: Severity | None


class TaskFindingRead(Out):
    """The finding a task was made of."""

    fingerprint: str
    state: Literal["open", "gone"]
    kind: Kind
    severity: Severity
    title: str
    tool: str
    rule: str
    file: str
    line: int | None = Field(description="Where it was last seen.")
    seen_id: UUID = Field(description="The newest analysis that saw it.")
    seen_number: int
    gone_number: int | None = Field(description="The analysis that saw it no longer.")
