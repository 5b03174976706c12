"""A job's events as the live stream carries them between processes."""

from collections.abc import Sequence
from uuid import UUID

from taskyard.core.live.frames import Frame, encode
from taskyard.jobs.models import JobEvent


def frame(event: JobEvent) -> Frame:
    """Return an event as readers get it."""
    return Frame(seq=event.seq, name=event.name, at=event.at, data=event.data)


def message(job_id: UUID, events: Sequence[JobEvent]) -> bytes:
    """Return what the bus carries of committed events, or of "look" where there are none."""
    return encode(f"job:{job_id}", [frame(event) for event in events])
