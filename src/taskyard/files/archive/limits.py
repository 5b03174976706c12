"""How much one archive may hold, and how long reading it may take."""

import threading
import time
from dataclasses import dataclass

from taskyard.files.errors import ArchiveUnsafe

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """The bounds of one archive; sizes in bytes of what really came out, never of a header."""

    #: Entries of every sort, the skipped ones included.
    entries: int = 100_000
    #: Files that are kept.
    files: int = 20_000
    file_bytes: int = 20 * MIB
    total_bytes: int = 200 * MIB
    #: What a compressed tar may unpack to when files that are skipped are counted too.
    passed_bytes: int = 1024 * MIB
    #: Unpacked bytes for each packed byte; deflate cannot pass 1,032, and source stays below 20.
    ratio: int = 200
    #: Below this many unpacked bytes the ratio is not judged: honest test data packs that well.
    ratio_floor_bytes: int = 8 * MIB
    depth: int = 40
    path_bytes: int = 1024
    #: NAME_MAX of the file systems a runner may write the tree to.
    name_bytes: int = 255
    seconds: float = 60.0
    #: What the limits are of, in refusals.
    whole: str = "the archive"


class Deadline:
    """The time one archive may take; asked at every chunk, and settable from another thread.

    It begins with the first question: waiting for a free thread does not count.
    """

    def __init__(self, seconds: float, *, whole: str = "the archive") -> None:
        self._seconds = seconds
        self._whole = whole
        self._ends: float | None = None
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        """Make the reading thread stop at its next chunk."""
        self._cancelled.set()

    def check(self) -> None:
        """Raise ArchiveUnsafe once the time is over or nobody waits any more."""
        now = time.monotonic()
        if self._ends is None:
            self._ends = now + self._seconds
        if self._cancelled.is_set() or now > self._ends:
            raise ArchiveUnsafe(
                rule="time",
                entry=self._whole,
                reason=f"reading it took longer than {self._seconds:g} seconds; have fewer files",
            )
