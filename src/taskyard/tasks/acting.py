"""For whom tasks are changed: somebody with access to their project, or the platform itself."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


class Acting(Protocol):
    """Changes tasks of a project, having been checked."""

    @property
    def project_id(self) -> UUID:
        """The project whose tasks are changed."""

    @property
    def by(self) -> UUID | None:
        """Who does it; None for the platform itself."""


class Author(Acting, Protocol):
    """Makes tasks of a project: every task was made by somebody."""

    @property
    def by(self) -> UUID:
        """Who does it."""


@dataclass(frozen=True, slots=True)
class Itself:
    """The platform itself, at work in a project."""

    project_id: UUID
    by: None = None


@dataclass(frozen=True, slots=True)
class OnBehalf:
    """The platform, doing in a project what somebody's request led to."""

    project_id: UUID
    by: UUID
