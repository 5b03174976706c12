"""What kinds of job there are: a table that `entry` fills, one line per finished runner.

A runner is a plain function of typed parameters and a context that returns a typed result:

    async def run(parameters: Parameters, context: JobContext) -> Result: ...
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from taskyard.core.access import Permission
from taskyard.core.platform import Platform
from taskyard.core.uow import Uow
from taskyard.jobs.context import JobContext
from taskyard.jobs.errors import JobKindUnknown
from taskyard.jobs.models import Job
from taskyard.jobs.types import Queue
from taskyard.projects.access import ProjectAccess

P = TypeVar("P", bound=BaseModel)
R = TypeVar("R", bound=BaseModel)


async def _as_given(_: Uow, __: ProjectAccess | None, parameters: Any) -> Any:
    return parameters


async def _nothing_more(_: Uow, __: Job, ___: Any) -> None:
    return None


def _no_key(_: Any) -> str | None:
    return None


async def _any_machine(_: Platform) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class JobKind(Generic[P, R]):
    """One kind of job, and everything the engine needs to know of it."""

    name: str
    parameters: type[P]
    result: type[R]
    run: Callable[[P, JobContext], Awaitable[R]]
    #: The most one attempt may take.
    deadline: timedelta
    permission: Permission
    #: What people read in lists; at most 200 characters of it are kept.
    title: Callable[[P], str]
    queue: Queue = "work"
    #: Whether it belongs to a project; one that does not gets None for it.
    needs_project: bool = True
    #: Runs in the transaction that enqueues: checks ids, fills in what was left out.
    prepare: Callable[[Uow, ProjectAccess | None, P], Awaitable[P]] = _as_given
    #: Runs in the transaction that enqueues, once the job's row is there and before it is told of.
    on_enqueued: Callable[[Uow, Job, P], Awaitable[None]] = _nothing_more
    #: Runs in the transaction that completes the job: it happens once, or not at all.
    on_finished: Callable[[Uow, Job, R], Awaitable[None]] = _nothing_more
    #: Equal keys within a project give equal results; None never does.
    cache_key: Callable[[P], str | None] = _no_key
    #: What of the worker's machine decides the result as well, added to the key there. A
    #: TaskyardError ends the job.
    machine: Callable[[Platform], Awaitable[str]] = _any_machine


_KINDS: dict[str, JobKind[Any, Any]] = {}


def register(kind: JobKind[Any, Any]) -> None:
    """Let jobs of this kind be asked for. Raises ValueError where the name is taken."""
    if _KINDS.setdefault(kind.name, kind) is not kind:
        raise ValueError(f"there are two kinds of job called {kind.name}")


def get(name: str) -> JobKind[Any, Any]:
    """Return a kind. Raises JobKindUnknown, which lists those that people may ask for."""
    kind = _KINDS.get(name)
    if kind is None:
        raise unknown(name)
    return kind


def unknown(name: str) -> JobKindUnknown:
    """Return the refusal of a kind that people cannot ask for."""
    return JobKindUnknown(given=name, known=", ".join(names()) or "none")


def names() -> list[str]:
    """Return the kinds that people may ask for."""
    return sorted(name for name, kind in _KINDS.items() if kind.queue == "work")


def longest() -> timedelta:
    """Return the longest deadline of all kinds."""
    return max((kind.deadline for kind in _KINDS.values()), default=timedelta(minutes=1))


def has_system_work() -> bool:
    """Say whether the platform itself asks for jobs."""
    return any(kind.queue == "system" for kind in _KINDS.values())
