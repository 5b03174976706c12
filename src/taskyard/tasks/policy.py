"""Rules of tasks that need no database."""

import re
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

#: Nine digits fit into a column of numbers.
_NUMBER: Final = re.compile(r"(?:([A-Za-z][A-Za-z0-9]{1,9})-|#)?([0-9]{1,9})")


def beginnings(text: str) -> str | None:
    """Return the query of PostgreSQL for all words of a text or longer ones; None without any.

    Parts of a word such as `foo_bar` are told apart by the database, as when it was kept.
    """
    words = re.findall(r"\w+", text)
    return " & ".join(f"'{word}':*" for word in words) or None


def numbered(text: str) -> tuple[int | None, str | None]:
    """Return the number of a task, and the key of its project, where that is what a text is."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None, None
    return int(found[2]), found[1].upper() if found[1] else None


def chain(edges: Iterable[tuple[UUID, UUID]], start: UUID, goal: UUID) -> Sequence[UUID]:
    """Return the shortest way along `edges` from one task to another, both included.

    Empty where none leads there.
    """
    following: dict[UUID, list[UUID]] = {}
    for one, other in edges:
        following.setdefault(one, []).append(other)
    came_from = {start: start}
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
        if here == goal:
            way = [here]
            while here != start:
                here = came_from[here]
                way.append(here)
            return way[::-1]
        for further in following.get(here, ()):
            if further not in came_from:
                came_from[further] = here
                waiting.append(further)
    return ()
