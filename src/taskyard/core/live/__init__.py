"""Following what happens, live: one hub per API process, any number of readers.

frames      an event, between processes and to clients
spine       the spine as a numbered stream
ports       what rooms implement that have something to follow
topics      a topic's readers, in this process
hub         feeds them: from PostgreSQL, then live, without a gap or a repeat
socket      one WebSocket: its protocol, its one writer, its limits
tickets     a way in for clients that cannot send a header
routes      `/api/v1/ws` and its tickets
"""

from taskyard.core.live.frames import Frame
from taskyard.core.live.hub import Hub
from taskyard.core.live.ports import Chunk, Counted, Reader, Spined, TopicUnknown
from taskyard.core.live.spine import Scope

__all__ = ["Chunk", "Counted", "Frame", "Hub", "Reader", "Scope", "Spined", "TopicUnknown"]
