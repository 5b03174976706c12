"""From recorded calls to figures people read."""

import csv
import io
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Row

from taskyard.analytics import repository
from taskyard.analytics.repository import Window
from taskyard.analytics.schemas import (
    ApiCallPage,
    ApiCallQuery,
    ApiCallWindow,
    CallBucket,
    CallSeries,
    EndpointCalls,
)
from taskyard.core.access import Actor, Permission
from taskyard.core.problems import ValidationFailed
from taskyard.core.uow import Uow
from taskyard.kit.clock import now

_USUAL: Final = timedelta(days=7)
#: What one question may look at, so that its answer comes in time.
_LONGEST: Final = timedelta(days=92)
_LONGEST_BY_HOUR: Final = timedelta(days=14)
_FIGURES: Final = ("calls", "errors", "mean_ms", "p50_ms", "p95_ms")
_Key = tuple[str, str] | None


async def calls(uow: Uow, actor: Actor, query: ApiCallQuery) -> ApiCallPage:
    """Return a page of endpoints with their figures. Raises AuthForbidden, ValidationFailed."""
    query.check_tier(actor.tier)
    window = _window(actor, query, longest=_LONGEST_BY_HOUR if query.bucket == "hour" else _LONGEST)
    overall, endpoints = await _figures(uow, window, query.sort)
    shown = endpoints[query.offset : query.offset + query.page_size]
    if query.bucket is not None:
        names = [(one.endpoint, one.method) for one in shown]
        rows = await repository.series(uow.db, window, query.bucket, names)
        found = _by_name(rows)
        overall.series = found[None]
        for one in shown:
            one.series = found[one.endpoint, one.method]
    return ApiCallPage(
        items=shown,
        total=len(endpoints),
        page=query.page,
        page_size=query.page_size,
        since=window.since,
        until=window.until,
        bucket=query.bucket,
        overall=overall,
    )


async def table(uow: Uow, actor: Actor, query: ApiCallWindow) -> str:
    """Return every endpoint with its figures as CSV (RFC 4180). Raises as `calls` does."""
    window = _window(actor, query, longest=_LONGEST)
    _, endpoints = await _figures(uow, window, query.sort)
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(("method", "endpoint", *_FIGURES))
    for one in endpoints:
        writer.writerow((one.method, one.endpoint, *(getattr(one, name) for name in _FIGURES)))
    return file.getvalue()


def _window(actor: Actor, query: ApiCallWindow, *, longest: timedelta) -> Window:
    until = query.until or now()
    since = query.since or until - _USUAL
    if not timedelta(0) < until - since <= longest:
        message = f"Ask for a time that begins before `until`, by {longest.days} days at most"
        raise ValidationFailed(
            fields=[{"field": "query.since", "type": "window", "message": message}]
        )
    user = actor.user_id if query.user == "me" else query.user
    if user != actor.user_id:
        actor.require(Permission.ADMIN)
    return Window(since, until, None if user == "all" else user)


async def _figures(uow: Uow, window: Window, sort: str) -> tuple[CallSeries, list[EndpointCalls]]:
    """Return the figures of all calls, and those of each endpoint in the order of `sort`."""
    overall: CallSeries | None = None
    endpoints: list[EndpointCalls] = []
    for row in await repository.figures(uow.db, window):
        if row.endpoint is None:
            overall = CallSeries(**_read(row), series=None)
        else:
            named = {"endpoint": row.endpoint, "method": row.method}
            endpoints.append(EndpointCalls(**named, **_read(row), series=None))
    endpoints.sort(key=lambda one: (one.endpoint, one.method))
    if sort.startswith("-"):
        endpoints.sort(key=lambda one: getattr(one, sort[1:]), reverse=True)
    assert overall is not None  # the empty grouping set has a row of its own
    return overall, endpoints


def _by_name(rows: Sequence[Row[Any]]) -> dict[_Key, list[CallBucket]]:
    found: dict[_Key, list[CallBucket]] = defaultdict(list)
    for row in rows:
        key = None if row.endpoint is None else (row.endpoint, row.method)
        found[key].append(CallBucket(at=row.at, **_read(row)))
    return found


def _read(row: Row[Any]) -> dict[str, Any]:
    p50, p95 = row.percentiles or (None, None)
    times = {"mean_ms": row.mean, "p50_ms": p50, "p95_ms": p95}
    rounded = {name: None if ms is None else round(ms, 2) for name, ms in times.items()}
    return {"calls": row.calls, "errors": row.errors, **rounded}
