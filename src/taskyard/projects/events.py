"""What projects tell the spine."""

from typing import ClassVar

from taskyard.core.spine import Event


class ProjectCreated(Event):
    """A project was made."""

    name: ClassVar[str] = "project.created.v1"
    title: str
    key: str


class ProjectChanged(Event):
    """A project's name, key or description was changed."""

    name: ClassVar[str] = "project.changed.v1"
    fields: list[str]


class ProjectDeleted(Event):
    """A project was deleted. Its rows stay until the grace period is over."""

    name: ClassVar[str] = "project.deleted.v1"
    title: str
    #: Why, where an administrator did who is no member.
    reason: str | None = None


class AdminLooked(Event):
    """An administrator looked into a project they are no member of; told once an hour."""

    name: ClassVar[str] = "project.admin_looked.v1"
    username: str
