"""Figures of API calls: whose, of when, and what they say."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.dialects import postgresql

from taskyard.analytics import repository
from taskyard.analytics.errors import TooManyCalls
from taskyard.analytics.recorder import Call, Recorder
from taskyard.analytics.repository import Window
from taskyard.core.partitions import first_id
from taskyard.core.platform import Platform
from taskyard.kit.clock import now
from taskyard.kit.ids import uuid7
from tests.conftest import Api, CountStatements, OpenInstance
from tests.world import Account, World

HERE = "/api/v1/analytics/api-calls"
JOBS, LOGIN = "/api/v1/jobs", "/api/v1/auth/login"
NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=2)
WHEN = {
    "since": (NOON - timedelta(days=1)).isoformat(),
    "until": (NOON + timedelta(days=1)).isoformat(),
}


def _call(user_id: UUID, at: datetime, endpoint: str, status: int, took: float) -> Call:
    row_id = UUID(int=first_id(at).int | uuid7().int & (1 << 76) - 1)
    return Call(str(row_id), at.timestamp(), str(user_id), endpoint, "GET", status, took)


async def record(platform: Platform, calls: list[Call]) -> None:
    """Have calls recorded that were made some time ago."""
    recorder = Recorder(platform.database)
    for one in calls:
        recorder.note(one)
    assert await recorder.flush() == len(calls)


@pytest.fixture
async def maya(world: World, platform: Platform) -> Account:
    """Somebody who asked for jobs 100 times, 1 to 100 ms each, and signed in badly once."""
    someone = await world.account()
    calls = [
        _call(someone.id, NOON + timedelta(minutes=n), JOBS, 500 if n > 98 else 200, n)
        for n in range(1, 101)
    ]
    await record(platform, [*calls, _call(someone.id, NOON, LOGIN, 401, 250)])
    return someone


async def _asked(client: httpx.AsyncClient, **query: object) -> dict[str, Any]:
    answer = await client.get(HERE, params={**WHEN, **{k: str(v) for k, v in query.items()}})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_each_endpoint_has_its_figures(api: Api, maya: Account) -> None:
    body = await _asked(api(as_=maya))
    jobs, login = body["items"]
    assert jobs == {
        "endpoint": JOBS,
        "method": "GET",
        "calls": 100,
        "errors": 2,
        "mean_ms": 50.5,
        "p50_ms": 50.5,
        "p95_ms": 95.05,
        "series": None,
    }
    assert (login["endpoint"], login["calls"], login["errors"]) == (LOGIN, 1, 1)
    assert (login["mean_ms"], login["p50_ms"], login["p95_ms"]) == (250, 250, 250)
    assert (body["total"], body["page"], body["page_size"]) == (2, 1, 20)
    overall = body["overall"]
    assert (overall["calls"], overall["errors"], overall["p50_ms"]) == (101, 3, 51)
    assert overall["mean_ms"] == pytest.approx(52.48, abs=0.01)


async def test_a_series_has_the_hours_in_which_something_was_asked(api: Api, maya: Account) -> None:
    body = await _asked(api(as_=maya), bucket="hour")
    jobs, login = body["items"]
    hours = [datetime.fromisoformat(one["at"]) for one in jobs["series"]]
    assert hours == [NOON, NOON + timedelta(hours=1)]
    assert [one["calls"] for one in jobs["series"]] == [59, 41]
    assert [one["errors"] for one in jobs["series"]] == [0, 2]
    assert [one["p50_ms"] for one in jobs["series"]] == [30, 80]
    assert [one["calls"] for one in login["series"]] == [1]
    assert [one["calls"] for one in body["overall"]["series"]] == [60, 41]
    [day] = (await _asked(api(as_=maya), bucket="day"))["items"][0]["series"]
    assert datetime.fromisoformat(day["at"]) == NOON.replace(hour=0)
    assert day["calls"] == 100


async def test_since_is_in_and_until_is_not(api: Api, maya: Account) -> None:
    client = api(as_=maya)
    tenth = NOON + timedelta(minutes=10)
    part = {"since": tenth, "until": tenth + timedelta(minutes=5)}
    assert (await _asked(client, **part))["items"][0]["calls"] == 5
    elsewhere = await _asked(client, since=tenth.astimezone(), until=tenth + timedelta(minutes=5))
    assert elsewhere["items"][0]["calls"] == 5


async def test_lists_are_paged_and_ordered(api: Api, maya: Account) -> None:
    client = api(as_=maya)
    orders = {
        order: [one["endpoint"] for one in (await _asked(client, sort=order))["items"]]
        for order in ("-calls", "-errors", "-p95_ms", "endpoint")
    }
    assert orders == {
        "-calls": [JOBS, LOGIN],
        "-errors": [JOBS, LOGIN],
        "-p95_ms": [LOGIN, JOBS],
        "endpoint": [LOGIN, JOBS],
    }
    second = await _asked(client, page=2, page_size=1, bucket="day")
    assert [one["endpoint"] for one in second["items"]] == [LOGIN]
    assert second["total"] == 2
    assert (await _asked(client, page=3, page_size=1))["items"] == []


async def test_who_asked_nothing_sees_nothing(api: Api, world: World) -> None:
    body = await _asked(api(as_=await world.account()), bucket="hour")
    assert (body["items"], body["total"]) == ([], 0)
    assert body["overall"] == {
        "calls": 0,
        "errors": 0,
        "mean_ms": None,
        "p50_ms": None,
        "p95_ms": None,
        "series": [],
    }


async def test_by_default_the_last_week_is_told(api: Api, maya: Account, app: FastAPI) -> None:
    client = api(as_=maya)
    await client.get("/api/v1/auth/me")
    await app.state.recorder.flush()
    body = (await client.get(HERE)).json()
    found = {one["endpoint"]: one["calls"] for one in body["items"]}
    assert found[JOBS] == 100
    assert found["/api/v1/auth/me"] == 1
    since, until = (datetime.fromisoformat(body[name]) for name in ("since", "until"))
    assert until - since == timedelta(days=7)
    assert abs(until - now()) < timedelta(minutes=1)


async def test_nobody_sees_anothers_calls_but_administrators(
    api: Api, world: World, maya: Account
) -> None:
    other = api(as_=await world.account())
    assert (await _asked(other))["items"] == []
    for user in (maya.id, "all"):
        refused = await other.get(HERE, params={**WHEN, "user": str(user)})
        assert refused.status_code == 403
        assert refused.json()["error"]["code"] == "AUTH_FORBIDDEN"
        export = await other.get(f"{HERE}/export", params={**WHEN, "user": str(user)})
        assert export.status_code == 403
    assert (await _asked(api(as_=maya), user=maya.id))["total"] == 2
    admin = api(as_=await world.account(role="admin"))
    assert (await _asked(admin))["items"] == []
    assert (await _asked(admin, user=maya.id))["items"][0]["calls"] == 100
    everyones = await _asked(admin, user="all")
    assert everyones["overall"]["calls"] >= 101


@pytest.mark.parametrize(
    "query",
    [
        {"since": "2026-11-02T00:00:00Z", "until": "2026-11-01T00:00:00Z"},
        {"since": "2026-11-02T00:00:00Z", "until": "2026-11-02T00:00:00Z"},
        {"since": "2026-01-01T00:00:00Z", "until": "2026-11-01T00:00:00Z"},
        {"since": "2026-10-01T00:00:00Z", "until": "2026-10-20T00:00:00Z", "bucket": "hour"},
        {"since": "2026-11-02T00:00:00"},
        {"since": "0001-01-01T00:00:00Z"},
        {"until": "0001-01-01T00:00:00Z"},
        {"until": "9999-12-31T23:59:59Z", "since": "9999-12-31T00:00:00-20:00"},
        {"since": "yesterday"},
        {"bucket": "week"},
        {"user": "you"},
        {"sort": "calls"},
        {"page": "0"},
        {"of": "x"},
    ],
)
async def test_a_time_that_cannot_be_meant_is_refused(
    api: Api, world: World, query: dict[str, str]
) -> None:
    answer = await api(as_=await world.account()).get(HERE, params=query)
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"]["details"]["fields"]


async def test_a_table_has_a_line_for_each_endpoint(api: Api, maya: Account) -> None:
    answer = await api(as_=maya).get(f"{HERE}/export", params=WHEN)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="api-calls.csv"' in answer.headers["content-disposition"]
    assert list(csv.reader(io.StringIO(answer.text))) == [
        ["method", "endpoint", "calls", "errors", "mean_ms", "p50_ms", "p95_ms"],
        ["GET", JOBS, "100", "2", "50.5", "50.5", "95.05"],
        ["GET", LOGIN, "1", "1", "250.0", "250.0", "250.0"],
    ]


async def test_figures_take_three_statements_beside_the_session(
    api: Api, maya: Account, statements: CountStatements
) -> None:
    client = api(as_=maya)
    for query, most in (({}, 3), ({"bucket": "day"}, 5)):
        with statements() as sent:
            await client.get(HERE, params={**WHEN, **query})
        assert len(sent) == most, sent


async def test_other_months_are_left_out_and_ones_own_calls_found_by_index(
    platform: Platform, maya: Account
) -> None:
    async with platform.database.session() as db:
        window = Window(NOON, NOON + timedelta(hours=1), maya.id)
        query = repository.figures_query(window).compile(
            dialect=postgresql.dialect(),  # type: ignore[no-untyped-call]
            compile_kwargs={"literal_binds": True},
        )
        await db.execute(text("SET LOCAL enable_seqscan = off"))
        plan = "\n".join(await db.scalars(text(f"EXPLAIN {query}")))
    assert "user_id_id_idx" in plan
    month = f"api_calls_{NOON:%Y_%m}"
    tables = {word for word in plan.split() if word.startswith("api_calls_20")}
    assert {name[: len(month)] for name in tables} == {month}


async def test_too_many_calls_for_one_answer_are_refused_in_words(
    open_other: OpenInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = await open_other(empty=True)
    someone = await other.world.account()
    async with other.platform.database.session() as db:
        await db.execute(
            text(
                "INSERT INTO api_calls SELECT gen_random_uuid(), now(), :user, '/x/' || n % 50,"
                " 'GET', 200, random() * 100 FROM generate_series(1, 50_000) n"
            ),
            {"user": someone.id},
        )
        await db.commit()
        monkeypatch.setattr(repository, "_ROOM", text("SET LOCAL statement_timeout = 5"))
        window = Window(datetime(1990, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC), None)
        with pytest.raises(TooManyCalls):
            await repository.figures(db, window)
