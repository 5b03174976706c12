"""What projects tell the spine."""

from typing import ClassVar
from uuid import UUID

from taskyard.core.spine import Event


class ProjectCreated(Event):
    """A project was made."""

    name: ClassVar[str] = "project.created.v1"
    title: str
    key: str


class ProjectChanged(Event):
    """A project's name, key, description or tags were changed."""

    name: ClassVar[str] = "project.changed.v1"
    fields: list[str]


class ProjectDeleted(Event):
    """A project was deleted. Its rows stay until the grace period is over."""

    name: ClassVar[str] = "project.deleted.v1"
    title: str
    #: Why, where an administrator did who is no member.
    reason: str | None = None


class ProjectShelved(Event):
    """Nothing in a project is written any more."""

    name: ClassVar[str] = "project.archived.v1"
    title: str


class ProjectRestored(Event):
    """An archived project is worked in again."""

    name: ClassVar[str] = "project.restored.v1"
    title: str


class ProjectUndeleted(Event):
    """A deleted project was brought back."""

    name: ClassVar[str] = "project.undeleted.v1"
    title: str


class ProjectTransferred(Event):
    """A project counts among another owner's now."""

    name: ClassVar[str] = "project.transferred.v1"
    title: str
    old_owner: UUID
    new_owner: UUID


class AdminLooked(Event):
    """An administrator looked into a project they are no member of; told once an hour."""

    name: ClassVar[str] = "project.admin_looked.v1"
    username: str
