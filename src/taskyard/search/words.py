"""From what somebody typed to what is looked for."""

import re
from dataclasses import dataclass
from typing import Final

from taskyard.tasks.policy import numbered

_FILTER: Final = re.compile(r"(?:^|(?<=\s))(is|assignee|label):(\S+)", re.IGNORECASE)
#: A shorter word is so much like others that a typo in it could mean any of them: every other word
#: that begins with the same two of three letters is half like it.
_FORGIVEN: Final = 4


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for."""

    #: Without its filters.
    text: str
    filters: tuple[tuple[str, str], ...]

    @property
    def words(self) -> str:
        """The query of PostgreSQL for all words or longer ones; blank without any."""
        return " & ".join(f"'{word}':*" for word in re.findall(r"\w+", self.text))

    @property
    def forgiving(self) -> bool:
        """Whether something like it is looked for as well."""
        return any(len(word) >= _FORGIVEN for word in re.findall(r"\w+", self.text))

    @property
    def number(self) -> int | None:
        """The number of a task, where that is what was typed."""
        return numbered(self.text)[0]

    @property
    def key(self) -> str | None:
        """The project's key, where that stands before the number of a task."""
        return numbered(self.text)[1]


def wanted(q: str, *, filters: bool = False) -> Wanted:
    """Read what somebody typed."""
    if not filters:
        return Wanted(q.strip(), ())
    found = tuple((name.lower(), value) for name, value in _FILTER.findall(q))
    return Wanted(" ".join(_FILTER.sub(" ", q).split()), found)
