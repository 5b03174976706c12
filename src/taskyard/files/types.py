"""Words of files."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

#: Where a snapshot came from.
OriginKind = Literal["archive", "sample", "git"]


@dataclass(frozen=True, slots=True)
class Origin:
    """How a snapshot came here; the last three only where a repository was fetched."""

    kind: OriginKind
    name: str
    git_url: str | None = None
    #: The branch or tag, as it was asked for; None where a commit was.
    ref: str | None = None
    commit: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return what is kept of it."""
        return {name: value for name, value in asdict(self).items() if value is not None}
