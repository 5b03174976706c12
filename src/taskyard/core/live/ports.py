"""What can be followed. A room that has something to follow implements one of two ports."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.core.access import Actor
from taskyard.core.live.frames import Frame
from taskyard.core.live.spine import Scope
from taskyard.core.uow import Uow
from taskyard.kit.errors import Kind, TaskyardError


class TopicUnknown(TaskyardError):
    """There is no such topic that you can see. Topics: {known}."""

    kind = Kind.NOT_FOUND
    code = "TOPIC_NOT_FOUND"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Events that were read, oldest first."""

    frames: Sequence[Frame]
    #: Whether there may be more after them.
    more: bool = False
    #: What was asked for is no longer kept; the reader must fetch the whole and go on from here.
    reset_to: int | None = None


class Counted(Protocol):
    """Topics with numbers of their own, 1, 2, 3, … without a gap, such as `job:<id>`."""

    @property
    def family(self) -> str:
        """What stands before the colon."""

    async def admit(self, uow: Uow, actor: Actor, key: str) -> None:
        """Raise a refusal unless the caller may follow; asked again every half minute."""

    async def read(self, db: AsyncSession, key: str, *, after: int, limit: int) -> Chunk:
        """Return the events after a number."""

    async def newest(self, db: AsyncSession, keys: Sequence[str]) -> dict[str, int]:
        """Return the number of each topic's newest event."""


class Spined(Protocol):
    """Topics that are a part of the spine, such as `project:<id>`."""

    @property
    def family(self) -> str:
        """What stands before the colon."""

    async def admit(self, uow: Uow, actor: Actor, key: str) -> Scope:
        """Return what belongs to the topic; asked again every half minute. Raises a refusal."""


class Reader(Protocol):
    """Where the events of one topic go."""

    async def put(self, text: str, frame: Frame | None) -> None:
        """Take an event of the past, or a word about the topic (no frame). Waits when slow."""

    def offer(self, text: str, frame: Frame) -> None:
        """Take a live event at once. A reader that cannot keep up drops itself."""
