"""What notifications tell the spine."""

from typing import ClassVar

from taskyard.core.spine import Event
from taskyard.notifications.types import Category


class EmailCategoriesChosen(Event):
    """A person chose what to be told of by e-mail. `subject_id` is the account."""

    name: ClassVar[str] = "account.email_categories_chosen.v1"
    wanted: list[Category]
    unwanted: list[Category]
