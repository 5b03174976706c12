"""Words of notifications."""

from enum import StrEnum
from typing import Final


class Category(StrEnum):
    """What a letter is about; a person chooses by it."""

    #: Never switched off: who takes an account over would do that first.
    SECURITY = "security"
    RUN_FAILED = "run_failed"
    RUN_COMPLETED = "run_completed"
    INVITATION = "invitation"


#: What people get who never chose.
BY_DEFAULT: Final = {
    Category.SECURITY: True,
    Category.RUN_FAILED: True,
    Category.RUN_COMPLETED: False,
    Category.INVITATION: True,
}


class EmailStatus(StrEnum):
    """What became of a letter."""

    #: Its job has not ended.
    QUEUED = "queued"
    #: The mail server took it.
    SENT = "sent"
    #: The mail server said it will never take it (5xx).
    REFUSED = "refused"
    #: Given up: the server was away or busy too long, or the letter came too late.
    FAILED = "failed"
    #: Not sent, since its reader has had too many within the hour.
    SKIPPED = "skipped"
