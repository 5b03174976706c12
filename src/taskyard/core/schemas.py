"""The shapes every route shares: what comes in, one thing out, a page of things out."""

import base64
import binascii
import hashlib
import hmac
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, Query, Request
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    StringConstraints,
)

from taskyard.core.limits import tier_limits
from taskyard.core.problems import ValidationFailed
from taskyard.kit.errors import Kind, TaskyardError
from taskyard.kit.text import leaves_a_mark

T = TypeVar("T")
#: Deeper pages are refused; a cursor is as fast at any depth.
MAX_OFFSET = 100_000
DEFAULT_PAGE_SIZE = 20


class In(BaseModel):
    """A body we read: an unknown field is refused, never ignored."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, str_strip_whitespace=True)


class Out(BaseModel):
    """A body we send. Fields have no defaults, so that generated clients see them as present."""

    model_config = ConfigDict(from_attributes=True)


class Item(BaseModel, Generic[T]):
    """One thing."""

    data: T


class Page(BaseModel, Generic[T]):
    """A page of a list."""

    items: list[T]
    total: int = Field(description="How many there are in all, or at least (capped at 10,000).")
    page: int
    page_size: int
    next_cursor: str | None = Field(
        default=None, description="Send as `cursor` for what follows; null at the end."
    )


def whole(items: list[T]) -> Page[T]:
    """Return a list that is short by its nature as its one page."""
    return Page(items=items, total=len(items), page=1, page_size=max(len(items), 1))


def _in_utc(moment: datetime) -> datetime:
    """Refuse a moment whose year in UTC is none: the first and the last day lack some hours."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("there is no such moment in UTC") from None


#: A moment with its offset, in a body.
Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
#: In a body, which has words for it: "yes" and 1 are no booleans there.
Flag = Annotated[bool, Strict()]
#: In a body: neither true nor "7" is a number there.
Whole = Annotated[int, Strict()]


def _visible(line: str) -> str:
    """Refuse what nobody can see, such as a zero-width joiner alone."""
    if not leaves_a_mark(line):
        raise ValueError("write something that can be seen")
    return line


#: One line of text without control characters, at least one of them visible; the pattern tells a
#: part of that in the document.
LINE = r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$"
VISIBLE = AfterValidator(_visible)
Name = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=LINE), VISIBLE]
#: Several lines of text without control characters other than tab and new line.
Text = Annotated[
    str, StringConstraints(max_length=10_000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")
]
SearchText = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


def _plain_digits(value: Any) -> Any:
    """Refuse `1_000`, ` 1` and `+1`, which int() takes."""
    if isinstance(value, str) and not (
        value.removeprefix("-").isascii() and value.lstrip("-").isdigit()
    ):
        raise ValueError("write a whole number in plain digits")
    return value


#: Goes after the bounds: before them, the document would not tell of them.
PLAIN_DIGITS = BeforeValidator(_plain_digits)


class CursorInvalid(TaskyardError):
    """This cursor is not one this list gave out. Start again without it."""

    kind = Kind.BAD_REQUEST
    code = "CURSOR_INVALID"


class PaginationTooDeep(TaskyardError):
    """Page {page} lies deeper than {limit} items. Filter, or follow `next_cursor` if given."""

    kind = Kind.INVALID
    code = "PAGINATION_TOO_DEEP"


class NumberedPageQuery(BaseModel):
    """Which page of a short list is asked for."""

    model_config = ConfigDict(extra="forbid")

    page: Annotated[int, Field(ge=1, le=1_000_000, description="From 1."), PLAIN_DIGITS] = 1
    page_size: Annotated[
        int,
        Field(ge=1, le=500, description="How many; the most depends on the tier."),
        PLAIN_DIGITS,
    ] = DEFAULT_PAGE_SIZE

    @property
    def offset(self) -> int:
        """How many items come before this page. Raises PaginationTooDeep."""
        offset = (self.page - 1) * self.page_size
        if offset > MAX_OFFSET:
            raise PaginationTooDeep(page=self.page, limit=MAX_OFFSET)
        return offset

    def check_tier(self, tier: str) -> None:
        """Refuse a page larger than the caller's tier allows."""
        limit = tier_limits(tier).page_size
        if self.page_size > limit:
            message = f"Your tier allows pages of {limit}"
            raise ValidationFailed(
                fields=[{"field": "query.page_size", "type": "too_large", "message": message}]
            )


class PageQuery(NumberedPageQuery):
    """Which part of a list is asked for that grows without bound."""

    cursor: Annotated[
        str | None, Field(max_length=500, description="`next_cursor` of the page before.")
    ] = None


NumberedPaging = Annotated[NumberedPageQuery, Query()]
Paging = Annotated[PageQuery, Query()]


class Cursor:
    """Seals a place in a list, so that a client can carry but not make one.

    The place is (time, id) of the last row seen; `scope` names the list and its filters, so that
    a cursor of one list is refused by another.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def seal(self, scope: str, at: datetime | int, row_id: UUID) -> str:
        """Return the cursor after this row."""
        moment = at if isinstance(at, int) else round(at.timestamp() * 1_000_000)
        body = moment.to_bytes(8, "big") + row_id.bytes
        return base64.urlsafe_b64encode(self._mac(scope, body) + body).decode().rstrip("=")

    def open(self, scope: str, cursor: str) -> tuple[int, UUID]:
        """Return (microseconds, id) that `cursor` holds. Raises CursorInvalid."""
        try:
            raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except (ValueError, binascii.Error):
            raise CursorInvalid from None
        mac, body = raw[:16], raw[16:]
        if len(body) != 24 or not hmac.compare_digest(mac, self._mac(scope, body)):
            raise CursorInvalid
        return int.from_bytes(body[:8], "big"), UUID(bytes=body[8:])

    def _mac(self, scope: str, body: bytes) -> bytes:
        return hmac.digest(self._key, scope.encode() + b"\x00" + body, hashlib.sha256)[:16]


async def _cursor_of(request: Request) -> Cursor:
    return request.app.state.platform.cursor  # type: ignore[no-any-return]


CursorDep = Annotated[Cursor, Depends(_cursor_of)]
