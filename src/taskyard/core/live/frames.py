"""One event of the live stream, between processes and to clients."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson

#: Longer ones only say "look": the readers fetch them from PostgreSQL.
_INLINE_BYTES: Final = 8 * 1024


@dataclass(frozen=True, slots=True)
class Frame:
    """An event as readers of a topic get it; `seq` rises within the topic."""

    seq: int
    name: str
    at: datetime
    data: dict[str, Any]

    def text(self, topic: str) -> str:
        """Return what a socket is sent."""
        return orjson.dumps(
            {
                "type": "event",
                "topic": topic,
                "seq": self.seq,
                "name": self.name,
                "at": self.at,
                "data": self.data,
            },
            option=orjson.OPT_UTC_Z,
        ).decode()


def encode(topic: str, frames: Sequence[Frame]) -> bytes:
    """Return a message of the bus: the topic, and its newest events where they are short."""
    body = orjson.dumps([(frame.seq, frame.name, frame.at, frame.data) for frame in frames])
    return topic.encode() + b"\n" + (body if frames and len(body) <= _INLINE_BYTES else b"")


def topic_of(message: bytes) -> str:
    """Return the topic of a message, which most readers do not follow."""
    return message.partition(b"\n")[0].decode()


def decode(message: bytes) -> list[Frame]:
    """Return the events in a message; none where it only says "look"."""
    body = message.partition(b"\n")[2]
    if not body:
        return []
    return [
        Frame(seq, name, datetime.fromisoformat(at), data)
        for seq, name, at, data in orjson.loads(body)
    ]
