"""Packets: what Git's protocol is made of (gitprotocol-common, "pkt-line")."""

from collections.abc import AsyncIterator
from enum import Enum
from typing import Final

from taskyard.runners.source.errors import RepositoryDamaged, RepositoryRefused

_HEAD_BYTES: Final = 4
_PACKET_BYTES: Final = 65_520
_SHOWN: Final = 300


class Mark(Enum):
    """A packet without content."""

    FLUSH = 0
    DELIMITER = 1
    RESPONSE_END = 2
    #: Not sent: nothing comes any more.
    END = -1


def packet(text: str) -> bytes:
    """Return a line as it is sent."""
    data = f"{text}\n".encode()
    return b"%04x%s" % (len(data) + _HEAD_BYTES, data)


FLUSH: Final = b"0000"
DELIMITER: Final = b"0001"


class Packets:
    """Reads packets off a stream of bytes, however it is cut."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = chunks
        self._held = bytearray()

    async def next(self) -> bytes | Mark:
        """Return the next packet. Raises RepositoryDamaged, RepositoryRefused."""
        head = await self._take(_HEAD_BYTES)
        if head is None:
            return Mark.END
        try:
            length = int(head, 16) if head.isalnum() else -1
        except ValueError:
            length = -1
        if length in (0, 1, 2):
            return Mark(length)
        if not _HEAD_BYTES <= length <= _PACKET_BYTES:
            raise RepositoryDamaged(reason="a packet's length is no such thing")
        content = await self._take(length - _HEAD_BYTES)
        if content is None:
            raise RepositoryDamaged(reason="it broke off within a packet")
        if content.startswith(b"ERR "):
            raise RepositoryRefused(reason=said(content[4:]))
        return content

    async def line(self) -> str | Mark:
        """Return the next packet as a line of text."""
        content = await self.next()
        if isinstance(content, Mark):
            return content
        return content.decode("utf-8", "replace").removesuffix("\n")

    async def _take(self, size: int) -> bytes | None:
        while len(self._held) < size:
            chunk = await anext(self._chunks, None)
            if chunk is None:
                return None
            self._held += chunk
        taken = bytes(self._held[:size])
        del self._held[:size]
        return taken


def said(text: bytes) -> str:
    """Return what a server said in words, as it may stand in a log: one line, not too long."""
    words = " ".join(text.decode("utf-8", "replace").split())
    return "".join(char for char in words if char.isprintable())[:_SHOWN]
