"""What notifications tell the spine."""

from typing import ClassVar

from taskyard.core.spine import Event
from taskyard.notifications.types import Topic


class EmailTopicsChosen(Event):
    """A person chose what to be told of by e-mail. `subject_id` is the account."""

    name: ClassVar[str] = "account.email_topics_chosen.v1"
    wanted: list[Topic]
    unwanted: list[Topic]
