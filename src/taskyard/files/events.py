"""What files tell the spine."""

from typing import ClassVar

from taskyard.core.spine import Event


class SnapshotCreated(Event):
    """A project was given a source it did not have."""

    name: ClassVar[str] = "source.snapshot_created.v1"
    source_id: str
    files: int
    size_bytes: int
