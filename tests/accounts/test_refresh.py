"""A refresh token works once; its second use ends the session, and that is kept."""

import asyncio
from collections import Counter
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select, update

from taskyard.accounts.models import RefreshToken, Session, User
from taskyard.core.uow import unit_of_work
from taskyard.entry.wiring import chores
from taskyard.kit.clock import now
from tests.conftest import Api
from tests.world import World

HERE = "/api/v1/auth/refresh"


async def _refresh(api: Api, token: str) -> httpx.Response:
    return await api().post(HERE, json={"refresh_token": token})


async def _works(api: Api, access_token: str) -> bool:
    headers = {"Authorization": f"Bearer {access_token}"}
    return (await api().get("/api/v1/auth/me", headers=headers)).status_code == 200


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def test_a_refresh_token_is_traded_for_new_ones(api: Api, world: World) -> None:
    account = await world.account()
    token, seen = account.refresh_token, {account.refresh_token}
    for _ in range(5):
        data = (await _refresh(api, token)).json()["data"]
        token = data["refresh_token"]
        assert data["session_id"] == str(account.session_id)
        assert await _works(api, data["access_token"])
        assert token.startswith("tyr_")
        seen.add(token)
    assert len(seen) == 6


async def test_the_second_use_ends_the_whole_session(api: Api, world: World) -> None:
    account = await world.account()
    thief = (await _refresh(api, account.refresh_token)).json()["data"]
    assert _code(await _refresh(api, account.refresh_token)) == (401, "AUTH_REFRESH_REUSED")
    assert _code(await _refresh(api, thief["refresh_token"])) == (401, "AUTH_REFRESH_INVALID")
    assert not await _works(api, thief["access_token"])
    assert not await _works(api, account.token)
    async with world.platform.database.session() as db:
        session = await db.get(Session, account.session_id)
    assert session is not None
    assert session.ended_at is not None, "kept although the caller was refused"
    assert session.end_reason == "refresh_reused"


async def test_the_reuse_of_one_session_leaves_the_others_alone(api: Api, world: World) -> None:
    account, other = await world.account(), await world.account()
    second = await world.sign_in(account)
    await _refresh(api, account.refresh_token)
    await _refresh(api, account.refresh_token)
    assert await _works(api, second.token)
    assert (await _refresh(api, second.refresh_token)).status_code == 200
    assert await _works(api, other.token)


async def test_of_twenty_at_once_exactly_one_is_answered(api: Api, world: World) -> None:
    account = await world.account()
    answers = await asyncio.gather(*(_refresh(api, account.refresh_token) for _ in range(20)))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 401: 19}
    codes = Counter(_code(answer)[1] for answer in answers if answer.status_code == 401)
    assert codes == {"AUTH_REFRESH_REUSED": 1, "AUTH_REFRESH_INVALID": 18}
    assert not await _works(api, account.token)
    events = (
        await api(as_=await world.sign_in(account)).get("/api/v1/auth/security-events")
    ).json()
    ended = [event for event in events["items"] if event["name"] == "session.ended"]
    assert [event["details"]["reason"] for event in ended] == ["refresh_reused"]


async def test_a_token_nobody_was_given_is_refused(api: Api, world: World) -> None:
    account = await world.account()
    for token in ("x", "tyr_" + "A" * 43, account.token[:500], account.refresh_token + "x"):
        assert _code(await _refresh(api, token)) == (401, "AUTH_REFRESH_INVALID")
    assert (await _refresh(api, account.refresh_token)).status_code == 200


async def test_an_idle_session_cannot_be_refreshed(api: Api, world: World) -> None:
    account = await world.account()
    async with unit_of_work(world.platform.database) as uow:
        of_session = RefreshToken.session_id == account.session_id
        past = now() - timedelta(seconds=1)
        await uow.db.execute(update(RefreshToken).where(of_session).values(expires_at=past))
    assert _code(await _refresh(api, account.refresh_token)) == (401, "AUTH_REFRESH_INVALID")


async def test_use_does_not_move_a_sessions_absolute_end(api: Api, world: World) -> None:
    account = await world.account()
    soon = now() + timedelta(hours=1)
    async with unit_of_work(world.platform.database) as uow:
        mine = Session.id == account.session_id
        await uow.db.execute(update(Session).where(mine).values(expires_at=soon))
    token = (await _refresh(api, account.refresh_token)).json()["data"]["refresh_token"]
    async with unit_of_work(world.platform.database) as uow:
        unused = RefreshToken.session_id == account.session_id, RefreshToken.used_at.is_(None)
        newest = await uow.db.scalar(select(RefreshToken.expires_at).where(*unused))
        assert newest == soon
        past = now() - timedelta(seconds=1)
        await uow.db.execute(update(Session).where(mine).values(expires_at=past))
    assert _code(await _refresh(api, token)) == (401, "AUTH_REFRESH_INVALID")
    assert not await _works(api, account.token)


async def test_a_deactivated_account_cannot_refresh(api: Api, world: World) -> None:
    account = await world.account()
    async with unit_of_work(world.platform.database) as uow:
        await uow.db.execute(update(User).where(User.id == account.id).values(is_active=False))
    assert _code(await _refresh(api, account.refresh_token)) == (401, "AUTH_REFRESH_INVALID")
    assert not await _works(api, account.token)


async def test_another_sites_page_cannot_refresh(api: Api, world: World) -> None:
    account = await world.account()
    answer = await api().post(
        HERE,
        json={"refresh_token": account.refresh_token},
        headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    )
    assert _code(answer) == (403, "CSRF_FAILED")


async def _tidy(world: World) -> None:
    """Do what the elected process does every hour."""
    [chore] = [chore for chore in chores() if chore.name == "sessions"]
    await chore.do(world.platform)


async def _kept(world: World, session_id: UUID | None) -> tuple[int, bool]:
    """Return how many tokens of a session there are, and whether it is there itself."""
    async with world.platform.database.session() as db:
        query = select(func.count()).where(RefreshToken.session_id == session_id)
        row = await db.scalar(select(Session.id).where(Session.id == session_id))
        return await db.scalar(query) or 0, row is not None


@pytest.mark.parametrize(
    ("column", "ago"), [("ended_at", 8), ("expires_at", 8), ("last_seen_at", 14 + 8)]
)
async def test_a_session_long_over_is_forgotten(
    api: Api, world: World, column: str, ago: int
) -> None:
    over, lately = await world.account(), await world.account()
    for account, days in ((over, ago), (lately, ago - 2)):
        await _refresh(api, account.refresh_token)
        then = {column: now() - timedelta(days=days)}
        async with unit_of_work(world.platform.database) as uow:
            mine = Session.id == account.session_id
            await uow.db.execute(update(Session).where(mine).values(then))
    await _tidy(world)
    assert await _kept(world, over.session_id) == (0, False)
    assert await _kept(world, lately.session_id) == (2, True)


async def test_a_used_token_is_known_for_as_long_as_its_session_lives(
    api: Api, world: World
) -> None:
    account = await world.account()
    data = (await _refresh(api, account.refresh_token)).json()["data"]
    async with unit_of_work(world.platform.database) as uow:
        used = RefreshToken.session_id == account.session_id, RefreshToken.used_at.is_not(None)
        long_ago = now() - timedelta(days=30)
        values = {"used_at": long_ago, "expires_at": long_ago}
        await uow.db.execute(update(RefreshToken).where(*used).values(values))
    await _tidy(world)
    assert _code(await _refresh(api, account.refresh_token)) == (401, "AUTH_REFRESH_REUSED")
    assert not await _works(api, data["access_token"])
