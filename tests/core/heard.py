"""A listener that remembers."""

import asyncio


class Heard:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self._more = asyncio.Event()

    def __call__(self, message: bytes) -> None:
        """Take a message."""
        self.messages.append(message)
        self._more.set()

    async def until(self, count: int, *, seconds: float = 10) -> None:
        """Wait until it was told so often."""
        async with asyncio.timeout(seconds):
            while len(self.messages) < count:
                self._more.clear()
                await self._more.wait()
