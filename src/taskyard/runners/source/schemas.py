"""What clients send to have source fetched, and get back."""

import re
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from taskyard.core.schemas import Flag, In, Out
from taskyard.files.service import Kept
from taskyard.jobs.types import JobState
from taskyard.projects.access import ProjectAccess

#: What git-check-ref-format(1) refuses, and what could be taken for an option.
_NO_REF: Final = re.compile(
    r"^[-/.]|[/.]$|\.\.|//|/\.|@\{|\.lock(/|$)|^@$|[\x00-\x20\x7f~^:?*\[\\]", re.ASCII
)


def _checked(ref: str) -> str:
    if _NO_REF.search(ref):
        raise ValueError("it is no name of a branch or tag, and no commit")
    return ref


GitUrl = Annotated[
    str,
    StringConstraints(min_length=1, max_length=1000),
    Field(
        description="Address of a repository that everybody may read, over https.",
        examples=["https://git.example.com/team/thing.git"],
    ),
]
Ref = Annotated[
    str,
    StringConstraints(min_length=1, max_length=250),
    AfterValidator(_checked),
    Field(description="A branch, a tag, or a commit in full.", examples=["main", "v1.4.2"]),
]


class SourceCreate(In):
    """Which repository to fetch."""

    git_url: GitUrl
    ref: Ref | None = Field(None, description="The default branch where not given.")
    analyse: Flag = Field(default=False, description="Analyse the source as soon as it is here.")


class SourceJob(SourceCreate):
    """The parameters of a job of the kind `source`; `prepare` spells the address out."""


class SourceOutcome(Out):
    """What a fetch gave."""

    source_id: str
    files: int
    size_bytes: int
    commit: str
    ref: str | None
    skipped: int
    #: The snapshot; filled in by the transaction that makes it.
    snapshot_id: UUID | None = None
    #: The analysis that was started, or why none could be.
    analysis_id: UUID | None = None
    analysis_refused: str | None = None
    #: What the snapshot is made of and for whom; not kept with the job.
    kept: Kept | None = Field(None, exclude=True)
    access: ProjectAccess | None = Field(None, exclude=True)


class FetchRead(Out):
    """A fetch that was asked for."""

    id: UUID = Field(description="A job's id: follow it at /api/v1/jobs/{id}.")
    project_id: UUID
    status: JobState
    git_url: str
    ref: str | None
    #: As a snapshot has them. The run's result tells them once it has ended.
    source_id: str | None = Field(description="Null until it is fetched; see the run's result.")
    files: int | None
    size_bytes: int | None


def body_schema() -> dict[str, Any]:
    """Return the schema of the JSON that asks for a fetch."""
    return SourceCreate.model_json_schema()
