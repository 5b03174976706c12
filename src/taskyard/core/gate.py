"""The gate before the pool: one after the other, and nobody for ever."""

import asyncio
from collections import deque
from typing import Final

#: How long somebody waits for their turn: so many ticks of so many seconds.
TICK_S: Final = 0.5
PATIENCE: Final = 8


class Gate:
    """Lets so many in at once, and the others as they came.

    What they wait is counted in ticks, and however long this process stands still (it computes, is
    stopped, or gets no processor) is one of them: it kept everybody waiting, and says nothing of
    how long the queue takes.
    """

    def __init__(self, places: int) -> None:
        self._free = places
        self._ticks = 0
        self._ticking = False
        #: Who waits, and at which tick they are sent away: those in front first.
        self._queue: deque[tuple[asyncio.Future[bool], int]] = deque()

    async def enter(self) -> bool:
        """Wait for one's turn; say whether it came. Whoever is inside has to `leave`."""
        if self._free:  # then nobody waits: whoever leaves gives their place to who does
            self._free -= 1
            return True
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[bool] = loop.create_future()
        # The tick that is on its way may be almost over.
        self._queue.append((turn, self._ticks + PATIENCE + 1))
        if not self._ticking:
            self._ticking = True
            loop.call_later(TICK_S, self._tick)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.result():
                self.leave()
            raise

    def leave(self) -> None:
        """Give one's place to who waits longest."""
        while self._queue:
            turn, _ = self._queue.popleft()
            if not turn.done():
                turn.set_result(True)
                return
        self._free += 1

    def _tick(self) -> None:
        self._ticks += 1
        while self._queue and (self._queue[0][0].done() or self._queue[0][1] <= self._ticks):
            turn, _ = self._queue.popleft()
            if not turn.done():
                turn.set_result(False)
        self._ticking = bool(self._queue)
        if self._ticking:
            asyncio.get_running_loop().call_later(TICK_S, self._tick)
