"""What templates tell the spine. `subject_id` is the template."""

from typing import ClassVar

from taskyard.core.spine import Event


class TemplateCreated(Event):
    """A template was made from a project."""

    name: ClassVar[str] = "template.created.v1"
    title: str


class TemplateDeleted(Event):
    """A template was deleted; projects made from it stay."""

    name: ClassVar[str] = "template.deleted.v1"
    title: str
