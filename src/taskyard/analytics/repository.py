"""Every query of analytics. Figures are made by the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    text,
    tuple_,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.analytics.errors import TooManyCalls
from taskyard.analytics.models import ApiCall
from taskyard.core.partitions import first_id

#: Buckets begin with the hour or the day of UTC.
_ORIGIN: Final = datetime(2001, 1, 1, tzinfo=UTC)
_WIDTH: Final = {"hour": timedelta(hours=1), "day": timedelta(days=1)}
_BUCKET: Final = func.date_bin(bindparam("width"), ApiCall.at, _ORIGIN).label("at")
#: A million durations fit; in the usual 4 MB they would be sorted on disk, three times as slow.
_ROOM: Final = text("SET LOCAL work_mem = '64MB'")
#: SQLSTATE of a statement that was ended for its time (query_canceled).
_TOO_LONG: Final = "57014"
_FIGURES: Final = (
    func.count().label("calls"),
    func.count().filter(ApiCall.status >= 400).label("errors"),
    func.avg(ApiCall.duration).label("mean"),
    # Both at once: the durations are sorted once.
    func.percentile_cont(literal_column("CAST('{0.5,0.95}' AS float8[])"))
    .within_group(ApiCall.duration)
    .label("percentiles"),
)


@dataclass(frozen=True, slots=True)
class Window:
    """Calls from `since` on and before `until`, of one account or of all."""

    since: datetime
    until: datetime
    user_id: UUID | None

    @property
    def where(self) -> list[ColumnElement[bool]]:
        """The range of ids, by which months are left out, and whose."""
        found = [ApiCall.id >= first_id(self.since), ApiCall.id < first_id(self.until)]
        return found if self.user_id is None else [*found, ApiCall.user_id == self.user_id]


async def figures(db: AsyncSession, window: Window) -> Sequence[Row[Any]]:
    """Return the figures of each endpoint and method; the row without an endpoint is of all."""
    return await _asked(db, figures_query(window))


def figures_query(window: Window) -> Select[Any]:
    """Select what `figures` returns."""
    names = ApiCall.endpoint, ApiCall.method
    query = select(*names, *_FIGURES).where(*window.where)
    return query.group_by(func.grouping_sets(tuple_(*names), tuple_()))


async def series(
    db: AsyncSession, window: Window, bucket: str, of: Sequence[tuple[str, str]]
) -> Sequence[Row[Any]]:
    """Return the figures by time, in its order: of each of `of`, and without endpoint of all."""
    names = ApiCall.endpoint, ApiCall.method
    query = select(*names, _BUCKET, *_FIGURES).where(*window.where)
    sets = func.grouping_sets(tuple_(*names, _BUCKET), tuple_(_BUCKET))
    wanted = or_(func.grouping(ApiCall.endpoint) == 1, tuple_(*names).in_(of))
    rows = query.group_by(sets).having(wanted).order_by("at")
    return await _asked(db, rows, width=_WIDTH[bucket])


async def _asked(db: AsyncSession, query: Select[Any], **given: object) -> Sequence[Row[Any]]:
    """Return what a query finds, sorted in memory. Raises TooManyCalls where it takes too long."""
    await db.execute(_ROOM)
    try:
        found: Sequence[Row[Any]] = (await db.execute(query, given)).all()
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == _TOO_LONG:
            raise TooManyCalls from None
        raise
    return found
