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

#: Characters.
LONGEST_DESCRIPTION: Final = 50_000
#: How many labels a task wears, and a project has.
MOST_LABELS: Final = 30
MOST_LABELS_OF_PROJECT: Final = 200
#: How many tasks are changed at once, and how many lines are added at once.
MOST_AT_ONCE: Final = 200
#: How many tasks one may wait for at once.
MOST_DEPENDENCIES: Final = 100


def several(given: str | None) -> tuple[str, ...]:
    """Return the words of a list by commas, each once and in our order."""
    words = set((given or "").split(",")) - {""}
    words |= set(OPEN) if "open" in words else set()
    words |= CLOSED if "closed" in words else set()
    return tuple(word for word in (*STATUSES, *PRIORITIES) if word in words)
