"""The one place that asks this machine for the time.

Leases and deadlines never use it: they use the database's clock, so that two hosts agree.
"""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the current time, aware, in UTC."""
    return datetime.now(UTC)
