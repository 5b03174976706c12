"""Words of notifications."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Category(StrEnum):
    """What a letter is about; a person chooses by it."""

    #: Never switched off: who takes an account over would do that first.
    SECURITY = "security"
    MENTION = "mention"
    COMMENT_ADDED = "comment_added"
    TASK_ASSIGNED = "task_assigned"
    TASK_COMPLETED = "task_completed"
    INVITATION = "team_invite"
    TEAM_JOINED = "team_joined"
    TEAM_MEMBER_LEFT = "team_member_left"
    RUN_FAILED = "job_failed"
    RUN_COMPLETED = "job_completed"
    #: The letter that tells of several things once a day.
    DIGEST = "digest"


class NoticeType(StrEnum):
    """What somebody is told in the app; each is a category as well."""

    MENTION = "mention"
    COMMENT_ADDED = "comment_added"
    TASK_ASSIGNED = "task_assigned"
    TASK_COMPLETED = "task_completed"
    TEAM_INVITE = "team_invite"
    TEAM_JOINED = "team_joined"
    TEAM_MEMBER_LEFT = "team_member_left"
    JOB_FAILED = "job_failed"
    JOB_COMPLETED = "job_completed"


class EmailMode(StrEnum):
    """How somebody is told of a category by e-mail."""

    OFF = "off"
    AT_ONCE = "at_once"
    #: In the next digest, unless it was read before.
    DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class Choice:
    """Where somebody is told of a category."""

    in_app: bool
    email: EmailMode


_ALSO_AT_ONCE: Final = Choice(in_app=True, email=EmailMode.AT_ONCE)
_IN_APP: Final = Choice(in_app=True, email=EmailMode.OFF)
#: What is only ever a letter.
LETTERS_ONLY: Final = frozenset({Category.SECURITY, Category.DIGEST})
#: What people get who never chose.
BY_DEFAULT: Final = {
    Category.SECURITY: Choice(in_app=False, email=EmailMode.AT_ONCE),
    Category.MENTION: _ALSO_AT_ONCE,
    Category.COMMENT_ADDED: Choice(in_app=True, email=EmailMode.DIGEST),
    Category.TASK_ASSIGNED: _ALSO_AT_ONCE,
    Category.TASK_COMPLETED: _IN_APP,
    Category.INVITATION: _ALSO_AT_ONCE,
    Category.TEAM_JOINED: _IN_APP,
    Category.TEAM_MEMBER_LEFT: _IN_APP,
    Category.RUN_FAILED: _ALSO_AT_ONCE,
    Category.RUN_COMPLETED: _IN_APP,
    Category.DIGEST: Choice(in_app=False, email=EmailMode.AT_ONCE),
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
