"""Whose turn it is: the choice alone, on a database whose relay has no broker to send to."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import CursorResult, text

from taskyard.core.limits import TIERS
from taskyard.core.platform import Platform
from taskyard.core.queue import Hint, Hints
from taskyard.core.settings import Settings
from taskyard.core.uow import unit_of_work
from taskyard.jobs import kinds
from taskyard.jobs.engine import dispatch, states
from taskyard.jobs.engine.dispatch import QUEUES
from taskyard.jobs.engine.relay import Relay
from taskyard.jobs.engine.states import Claim, Hand
from taskyard.kit.ids import uuid7
from tests.conftest import OpenInstance


class Yard:
    """Jobs and workers put there by hand."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    async def do(self, sql: str, **values: Any) -> list[Any]:
        """Run a statement; return its rows."""
        async with unit_of_work(self.platform.database) as uow:
            done = await uow.db.execute(text(sql), values)
            return list(done.all()) if isinstance(done, CursorResult) and done.returns_rows else []

    async def owner(self) -> UUID:
        """Make an account."""
        owner = uuid7()
        await self.do(
            "INSERT INTO users (id, email, email_key, username, display_name, password_hash)"
            " VALUES (:id, :name, :name, :name, :name, '')",
            id=owner,
            name=owner.hex,
        )
        return owner

    async def workers(self, slots: int) -> None:
        """Let so many places be there, and no others."""
        await self.do("DELETE FROM workers")
        await self.do(
            "INSERT INTO workers (id, host, node, pid, pid_started, slots)"
            " VALUES (:id, 'elsewhere', 'elsewhere', 1, 1, :slots)",
            id=uuid7(),
            slots=slots,
        )

    async def queue(
        self, owner: UUID | None, count: int, *, tier: str = "premium", age: float = 0
    ) -> list[UUID]:
        """Queue jobs, `age` seconds ago."""
        ids = [uuid7() for _ in range(count)]
        for part in range(0, count, 5000):
            await self.do(
                "INSERT INTO jobs (id, owner_id, kind, title, parameters, state, queue, tier,"
                " priority, created_at)"
                " SELECT id, :owner, 'drill', 't', '{}', 'queued', :queue, :tier, :priority,"
                " clock_timestamp() - make_interval(secs => :age)"
                " FROM unnest(CAST(:ids AS uuid[])) id",
                ids=ids[part : part + 5000],
                owner=owner,
                queue="work" if owner else "system",
                tier=tier if owner else None,
                priority=TIERS[tier].queue_priority,
                age=age,
            )
        return ids

    async def choose(self) -> list[UUID]:
        """Return what would be sent now."""
        async with self.platform.database.session() as db:
            return [hint.job_id for hint in await dispatch.choose(db)]

    async def send(self) -> list[UUID]:
        """Choose, and note it as sent."""
        chosen = await self.choose()
        await self.do(
            "UPDATE jobs SET dispatched_at = clock_timestamp() WHERE id = ANY(:ids)", ids=chosen
        )
        return chosen

    async def claim(self, ids: list[UUID]) -> None:
        """Let jobs run, one after another."""
        for one in ids:
            await self.do(
                "UPDATE jobs SET state = 'running', started_at = clock_timestamp(),"
                " lease_until = 'infinity', lease_worker = (SELECT id FROM workers LIMIT 1)"
                " WHERE id = :id",
                id=one,
            )

    async def finish(self, ids: list[UUID]) -> None:
        """Let jobs end."""
        await self.do(
            "UPDATE jobs SET state = 'completed', lease_until = NULL WHERE id = ANY(:ids)", ids=ids
        )

    async def owners_of(self, ids: list[UUID]) -> Counter[UUID]:
        """Return how many of these jobs each owner has."""
        rows = await self.do("SELECT owner_id FROM jobs WHERE id = ANY(:ids)", ids=ids)
        return Counter(row.owner_id for row in rows)


@pytest.fixture
async def yard(open_other: OpenInstance, monkeypatch: pytest.MonkeyPatch) -> Yard:
    """A database of its own, with an instance that has no broker and keeps no place free."""
    monkeypatch.setattr(kinds, "has_system_work", lambda: False)
    return Yard((await open_other(empty=True, redis_url=None)).platform)


async def test_nothing_is_sent_while_nobody_works(yard: Yard) -> None:
    await yard.queue(await yard.owner(), 3)
    assert await yard.choose() == []
    await yard.workers(2)
    await yard.do("UPDATE workers SET seen_at = now() - interval '1 minute'")
    assert await yard.choose() == [], "a silent worker counts for nothing"
    await yard.do("UPDATE workers SET seen_at = now(), stopping_at = now()")
    assert await yard.choose() == [], "one that is being stopped neither"


async def test_a_persons_jobs_go_in_their_order(yard: Yard) -> None:
    await yard.workers(10)
    owner = await yard.owner()
    jobs = await yard.queue(owner, 8)
    assert await yard.send() == jobs[:5], "up to the tier's number at once"
    assert await yard.send() == []
    await yard.claim(jobs[:5])
    assert await yard.send() == []
    await yard.finish(jobs[:2])
    assert await yard.send() == jobs[5:7]


@pytest.mark.parametrize(("tier", "cap"), [("free", 1), ("pro", 3), ("premium", 5)])
async def test_each_tier_has_its_number_at_once(yard: Yard, tier: str, cap: int) -> None:
    await yard.workers(10)
    jobs = await yard.queue(await yard.owner(), 10, tier=tier)
    assert await yard.choose() == jobs[:cap]


async def test_few_hints_are_out(yard: Yard) -> None:
    await yard.workers(2)
    for _ in range(5):
        await yard.queue(await yard.owner(), 3)
    assert len(await yard.send()) == 4, "twice the places"
    assert await yard.send() == []


async def test_one_who_queues_a_thousand_does_not_keep_others_waiting(yard: Yard) -> None:
    await yard.workers(2)
    many, few = await yard.owner(), await yard.owner()
    await yard.queue(many, 1000)
    first = await yard.send()
    await yard.claim(first[:2])
    mine = await yard.queue(few, 5)
    await yard.finish(first[:1])
    await yard.claim(first[2:3])
    assert mine[0] in await yard.send(), "first of the next to be sent"


async def test_equals_take_turns(yard: Yard) -> None:
    await yard.workers(1)
    owners = [await yard.owner() for _ in range(5)]
    for owner in owners:
        await yard.queue(owner, 20)
    served: Counter[UUID] = Counter()
    for _ in range(25):
        sent = await yard.send()
        served += await yard.owners_of(sent)
        await yard.claim(sent)
        await yard.finish(sent)
    assert set(served.values()) == {10}, served


async def test_a_higher_tier_goes_first_and_a_lower_is_not_starved(yard: Yard) -> None:
    await yard.workers(1)
    free, premium = await yard.owner(), await yard.owner()
    await yard.queue(free, 50, tier="free")
    await yard.queue(premium, 200)
    first = await yard.send()
    assert set(await yard.owners_of(first)) == {premium}
    await yard.claim(first)
    # The free account's first job waits; every minute of waiting moves it up.
    await yard.do(
        "UPDATE jobs SET created_at = created_at - interval '6 minutes' WHERE owner_id = :free",
        free=free,
    )
    await yard.finish(first)
    assert free in await yard.owners_of(await yard.send())


async def test_even_among_many_of_a_higher_tier_a_lower_one_gets_its_turn(yard: Yard) -> None:
    await yard.workers(1)
    free = await yard.owner()
    await yard.queue(free, 1, tier="free", age=1200)
    for _ in range(30):
        await yard.queue(await yard.owner(), 5, age=1200)
    turns = 0
    # The old backlog of the higher tier goes first, each once; then the one that waits.
    while free not in await yard.owners_of(sent := await yard.send()):
        await yard.claim(sent)
        await yard.finish(sent)
        turns += 1
        assert turns < 20, "starved"


async def test_where_a_place_is_kept_no_hint_is_out_that_it_would_refuse(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kinds, "has_system_work", lambda: True)
    await yard.workers(2)
    for _ in range(4):
        await yard.queue(await yard.owner(), 1)
    first = await yard.send()
    assert len(first) == 2, "as many as are free"
    assert await yard.send() == []
    await yard.claim(first)
    assert await yard.send() == [], "all places are taken"
    errand = (await yard.queue(None, 1))[0]
    assert await yard.send() == [errand], "which the platform's own work does not mind"
    await yard.finish(first[:1])
    assert len(await yard.send()) == 1


async def test_a_hint_that_is_refused_at_once_is_sent_again(settings: Settings, yard: Yard) -> None:
    """Its answer is there before anything else could be written about it."""
    await yard.workers(1)
    [job_id] = await yard.queue(await yard.owner(), 1)
    database = yard.platform.database

    class Quick(Hints):
        async def send(self, hints: Sequence[Hint]) -> None:
            by = Claim(uuid7(), str(uuid7()), timedelta(minutes=1), slots=0)
            async with unit_of_work(database) as uow:
                await uow.db.run_sync(
                    lambda db: states.claim(
                        Hand(db, uow.emit), hints[0].job_id, by, lambda _: timedelta(1)
                    )
                )

    relay = Relay(yard.platform, [], [])
    relay._hints = Quick(settings)
    async with database.session() as db:
        await relay._send(db)
    assert await yard.choose() == [job_id]
    await asyncio.to_thread(relay._hints.close)


async def test_the_platforms_own_work_has_its_own_window(yard: Yard) -> None:
    await yard.workers(1)
    await yard.queue(await yard.owner(), 5)
    errands = await yard.queue(None, 5)
    async with yard.platform.database.session() as db:
        hints = await dispatch.choose(db)
    assert [hint.job_id for hint in hints[:2]] == errands[:2], "and goes first"
    assert [hint.queue for hint in hints] == [QUEUES["system"]] * 2 + [QUEUES["work"]] * 2


async def test_the_choice_is_quick_in_a_crowd(yard: Yard) -> None:
    """A smaller crowd than the one measured for docs/jobs.md, and a wider limit."""
    await yard.workers(4)
    owners = [await yard.owner() for _ in range(200)]
    for owner, count in [(owners[0], 15_000), *((owner, 50) for owner in owners[1:])]:
        await yard.queue(owner, count)
    await yard.do("ANALYZE jobs")
    took = []
    for _ in range(30):
        begun = time.perf_counter()
        chosen = await yard.choose()
        took.append(time.perf_counter() - begun)
        assert len(chosen) == 8
    assert sorted(took)[15] < 0.1
