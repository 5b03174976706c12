"""Words of teams."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

#: How long an invitation waits for an answer.
LIFE: Final = timedelta(days=14)


class InvitationState(StrEnum):
    """What became of an invitation."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REVOKED = "revoked"
    EXPIRED = "expired"
