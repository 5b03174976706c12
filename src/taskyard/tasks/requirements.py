"""What a task requires before it is done, as clients send it and get it back."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from taskyard.core.schemas import In, Out
from taskyard.tasks.types import EvidenceKind


class Requirement(In):
    """Something that has to be shown before a task is done."""

    kind: EvidenceKind = Field(
        description="`analysis_score`: of the newest analysis, `at_least` so much; `no_new_high`:"
        " it has no high finding that came since the task is there; `tests_green`: the tests it"
        " ran all passed."
    )
    at_least: Annotated[float, Field(ge=0, le=10)] | None = Field(
        None, description="The least score; of `analysis_score` alone.", examples=[8.5]
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.kind == "analysis_score") != (self.at_least is not None):
            raise ValueError("give at_least with analysis_score, and with nothing else")
        return self


def _each_once(given: list[Requirement]) -> list[Requirement]:
    if len({one.kind for one in given}) < len(given):
        raise ValueError("require each kind once")
    return given


Requirements = Annotated[list[Requirement], Field(max_length=10), AfterValidator(_each_once)]


class RequirementRead(Out):
    """Something that has to be shown before a task is done."""

    kind: EvidenceKind
    at_least: float | None


class EvidenceRead(RequirementRead):
    """How something a task requires stands now."""

    met: bool
    says: str = Field(examples=["Analysis 12 scored 7.4; at least 8 is required."])
    remedy: str | None = Field(description="What to do; null where it is met.")
    job_id: UUID | None = Field(description="The run that shows it.")
