"""What one process measures of itself: how long it lives, what it was asked, what it takes."""

import os
import time
from collections import Counter
from pathlib import Path
from typing import Final

#: Requests per second are counted over so many seconds, or since the start where that is shorter.
WINDOW_S: Final = 60
#: Processor time is measured over at least so long.
_LEAST_S: Final = 1.0
_MEMORY_BYTES: Final = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


class Pulse:
    """The figures of one process."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        #: Requests since the process began.
        self.requests = 0
        self._by_second: Counter[int] = Counter()
        self._cpu_percent = 0.0
        self._looked = (self._began, time.process_time())

    def beat(self) -> None:
        """Count a request."""
        self.requests += 1
        second = int(time.monotonic())
        if second not in self._by_second:
            for old in [s for s in self._by_second if s < second - WINDOW_S]:
                del self._by_second[old]
        self._by_second[second] += 1

    @property
    def uptime_seconds(self) -> float:
        """Seconds since the process began."""
        return round(time.monotonic() - self._began, 1)

    @property
    def requests_per_second(self) -> float:
        """The mean of the last minute."""
        now = time.monotonic()
        recent = sum(n for second, n in self._by_second.items() if second > now - WINDOW_S)
        return round(recent / max(1.0, min(WINDOW_S, now - self._began)), 2)

    @property
    def cpu_percent(self) -> float:
        """Of one processor, since this was last asked; more than 100 with several threads."""
        (then, spent), now = self._looked, time.monotonic()
        if now - then >= _LEAST_S:
            self._looked = (now, time.process_time())
            self._cpu_percent = round(100 * (self._looked[1] - spent) / (now - then), 1)
        return self._cpu_percent

    @property
    def memory_percent(self) -> float:
        """Of the machine's memory, as the process holds it now."""
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return round(100 * pages * os.sysconf("SC_PAGE_SIZE") / _MEMORY_BYTES, 2)
