"""What can go wrong, as values: every refusal of the platform is a subclass of one class here.

    TaskyardError
    └── one class per refusal, beside the rule that refuses (`accounts/errors.py`, …)

The subclasses together are the error catalogue: API, web app, CLI and docs print the same text.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, ClassVar


class Kind(StrEnum):
    """What sort of refusal it is; `core.problems` maps each to an HTTP status."""

    BAD_REQUEST = "bad_request"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    METHOD = "method_not_allowed"
    CONFLICT = "conflict"
    GONE = "gone"
    PRECONDITION = "precondition_failed"
    TOO_LARGE = "too_large"
    UNSUPPORTED = "unsupported_media_type"
    INVALID = "invalid"
    HEADERS = "headers_too_large"
    THROTTLED = "throttled"
    INTERNAL = "internal"
    UPSTREAM = "upstream"
    UNAVAILABLE = "unavailable"


class TaskyardError(Exception):
    """Something was refused.

    The first line of a subclass's docstring is its message; `{names}` in it are filled from the
    keyword arguments, which clients also get as `details`.
    """

    kind: ClassVar[Kind] = Kind.INTERNAL
    code: ClassVar[str] = "INTERNAL_ERROR"
    #: Keyword arguments that fill the message but are not repeated in `details`.
    hidden: ClassVar[frozenset[str]] = frozenset()
    #: What the request wrote before it was refused stays: the refusal says how to go on from there.
    keeps_work: ClassVar[bool] = False

    def __init__(self, **fields: Any) -> None:
        self.fields = fields
        super().__init__(self.message)

    @classmethod
    def template(cls) -> str:
        """Return the message with its `{names}` unfilled."""
        return (cls.__doc__ or cls.__name__).strip().splitlines()[0]

    @property
    def message(self) -> str:
        """The sentence a person reads: what was wrong and what would be right."""
        return self.template().format_map(_Blank(self.fields))

    @property
    def details(self) -> dict[str, Any]:
        """The machine-readable part."""
        return {name: value for name, value in self.fields.items() if name not in self.hidden}


class _Blank(dict[str, Any]):
    """Leaves a name that was not given as it stands, so that printing an error never fails."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def catalogue() -> Iterator[type[TaskyardError]]:
    """Yield every declared refusal (of the modules imported so far), by code."""
    seen: dict[str, type[TaskyardError]] = {}
    todo = [TaskyardError]
    while todo:
        cls = todo.pop()
        todo.extend(cls.__subclasses__())
        if "code" in vars(cls):
            seen.setdefault(cls.code, cls)
    yield from (seen[code] for code in sorted(seen))
