"""Words of tasks."""

from typing import Final, Literal, get_args

Status = Literal["backlog", "todo", "in_progress", "in_review", "done", "cancelled"]
Priority = Literal["low", "medium", "high", "urgent"]
#: What can be required before a task is done.
EvidenceKind = Literal["analysis_score", "no_new_high", "tests_green"]

STATUSES: Final[tuple[Status, ...]] = get_args(Status)
PRIORITIES: Final[tuple[Priority, ...]] = get_args(Priority)
#: A task in one of these needs nothing more, and what waits for it may go on.
CLOSED: Final[frozenset[Status]] = frozenset({"done", "cancelled"})
OPEN: Final[tuple[Status, ...]] = tuple(status for status in STATUSES if status not in CLOSED)

#: How many labels a task wears, and a project has.
MOST_LABELS: Final = 30
MOST_LABELS_OF_PROJECT: Final = 200
#: How many tasks are changed at once, and how many lines are added at once.
MOST_AT_ONCE: Final = 200
#: How many tasks one may wait for at once.
MOST_DEPENDENCIES: Final = 100
