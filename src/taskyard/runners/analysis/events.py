"""What analyses tell the spine; of their runs the jobs tell."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from taskyard.core.spine import Event


class AnalysisShared(Event):
    """A link to a report was made that needs no account."""

    name: ClassVar[str] = "analysis.shared.v1"
    share_id: UUID
    title: str
    expires_at: datetime
    has_password: bool


class AnalysisShareRevoked(Event):
    """A link to a report was ended before its time."""

    name: ClassVar[str] = "analysis.share_revoked.v1"
    share_id: UUID
    title: str
