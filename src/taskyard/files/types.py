"""Words of files."""

from typing import Literal, TypedDict

#: Where a snapshot came from.
OriginKind = Literal["archive", "sample"]


class SkippedEntry(TypedDict):
    """Something that was in the archive and is not in the source."""

    path: str
    reason: str
    entries: int
