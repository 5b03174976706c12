"""Words of uploads in parts."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal
from uuid import UUID

Purpose = Literal["file", "source"]
State = Literal["open", "completing", "completed", "refused", "aborted", "expired"]

#: How many a person has under way at once.
AT_ONCE: Final = 20
#: An upload ends so long after its latest part, and in any case so long after its beginning.
IDLE: Final = timedelta(hours=24)
LONGEST: Final = timedelta(days=7)
#: How long one that ended can be asked about.
REMEMBERED: Final = timedelta(days=7)
#: Whoever puts parts together is believed to live for so long after a sign of life.
CLAIM: Final = timedelta(seconds=30)
BEAT_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Plan:
    """Which parts something of a size has: all but the last are equally large."""

    size_bytes: int
    part_bytes: int

    @property
    def count(self) -> int:
        """How many parts there are; of nothing, none."""
        return -(-self.size_bytes // self.part_bytes)

    def size_of(self, number: int) -> int | None:
        """Return the size of a part, counted from 1; None where there is no such part."""
        if not 1 <= number <= self.count:
            return None
        return min(self.part_bytes, self.size_bytes - (number - 1) * self.part_bytes)


@dataclass(frozen=True, slots=True)
class Claim:
    """The right of one process to put an upload together."""

    upload_id: UUID
    id: UUID
