"""Identifiers that sort by the time they were made (UUIDv7, RFC 9562 section 5.7)."""

import secrets
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last = 0


def uuid7() -> UUID:
    """Return a new UUIDv7; within one process each is greater than the one before.

    PostgreSQL 18 could make them, but an operator's own PostgreSQL 15 could not. The twelve bits
    after the milliseconds hold its fraction (RFC 9562 section 6.2, method 3); a caller that comes
    within the same quarter microsecond, or after the clock went back, gets the next value.
    """
    global _last
    fine = (time.time_ns() * 4096) // 1_000_000
    with _lock:
        _last = fine = max(fine, _last + 1)
    millis, fraction = divmod(fine, 4096)
    return UUID(
        int=(millis << 80) | (0x7 << 76) | (fraction << 64) | (0b10 << 62) | secrets.randbits(62)
    )
