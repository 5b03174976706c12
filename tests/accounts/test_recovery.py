"""Getting back in by a link: once, for an hour, and without telling who has an account."""

import asyncio
import statistics
import time
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import select, text, update
from starlette.requests import HTTPConnection

from taskyard.accounts.access import Accounts
from taskyard.accounts.errors import InvalidCredentials
from taskyard.accounts.events import NOBODY
from taskyard.accounts.models import OneTimeLink, User
from taskyard.accounts.repository import forget_links
from taskyard.accounts.schemas import Login
from taskyard.accounts.service import links, recovering, signing_in
from taskyard.accounts.service.links import Purpose
from taskyard.accounts.tokens import link_secret, secret_hash
from taskyard.accounts.types import Device
from taskyard.core.admission import Admission
from taskyard.core.settings import Settings
from taskyard.core.spine import EventRow
from taskyard.core.uow import unit_of_work
from taskyard.kit.clock import now
from taskyard.kit.ids import uuid7
from tests.conftest import Api
from tests.world import Account, World
from tests.world.accounts import PASSWORD
from tests.world.instances import Instance, open_instance, sent_statements, until_blocking

FORGOT = "/api/v1/auth/password/forgot"
CHECK = "/api/v1/auth/password/reset/check"
RESET = "/api/v1/auth/password/reset"
VERIFY = "/api/v1/auth/email/verify"
NEW = "another quiet yard"
#: Nobody listens there: what is asked for is noted, whether or not it can be sent.
MAIL = {"smtp_url": SecretStr("smtp://127.0.0.1:9"), "mail_from": "yard@example.com"}


@pytest.fixture(scope="module")
async def mailing(settings: Settings) -> AsyncIterator[Instance]:
    """An instance that sends e-mail."""
    async with open_instance(settings, MAIL, empty=False) as instance:
        yield instance


@pytest.fixture(scope="module")
async def strict(settings: Settings) -> AsyncIterator[Instance]:
    """One that sends e-mail and counts requests."""
    changes = {**MAIL, "rate_limits": "on"}
    async with open_instance(settings, changes, empty=False) as instance:
        yield instance


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def _token(world: World, account: Account, purpose: Purpose = Purpose.PASSWORD_RESET) -> str:
    settings = world.platform.settings
    async with unit_of_work(world.platform.database) as uow:
        link = await links.make(uow, settings, account.id, purpose)
    return link_secret(settings, link.id)


async def _asked(world: World, subject_id: UUID) -> list[EventRow]:
    async with world.platform.database.session() as db:
        query = select(EventRow).where(
            EventRow.subject_id == subject_id,
            EventRow.name == "account.password_reset_asked.v1",
        )
        return list(await db.scalars(query.order_by(EventRow.id)))


async def _signs_in(api: Api, account: Account, password: str) -> bool:
    body = {"email": account.email, "password": password}
    return (await api().post("/api/v1/auth/login", json=body)).status_code == 200


async def _user(world: World, account: Account) -> User:
    async with world.platform.database.session() as db:
        return await db.get_one(User, account.id)


async def test_asking_is_noted_for_whom_it_concerns(mailing: Instance) -> None:
    account = await mailing.world.account()
    for email in (account.email, account.email.upper(), f" {account.email} "):
        answer = await mailing.client().post(FORGOT, json={"email": email})
        assert answer.status_code == 202
        assert answer.json() == {"data": {"expires_in": 3600}}
    asked = await _asked(mailing.world, account.id)
    assert [row.payload for row in asked] == [{"address": "127.0.0.1"}] * 3


@pytest.mark.parametrize("look_alike", ["ſam", "sаm", "ｓam", "sam\u200b", "ﬁsam"])
async def test_no_look_alike_reaches_another_account(mailing: Instance, look_alike: str) -> None:
    account = await mailing.world.account()
    async with unit_of_work(mailing.platform.database) as uow:
        host = f"{uuid7().hex}.example"
        changed = {"email": f"sam@{host}", "email_key": f"sam@{host}"}
        await uow.db.execute(update(User).where(User.id == account.id).values(changed))
    answer = await mailing.client().post(FORGOT, json={"email": f"{look_alike}@{host}"})
    assert _code(answer) == (422, "VALIDATION_ERROR")
    assert await _asked(mailing.world, account.id) == []


async def test_the_answer_tells_nothing(mailing: Instance) -> None:
    account = await mailing.world.account()
    client = mailing.client()
    known = await client.post(FORGOT, json={"email": account.email})
    unknown = await client.post(FORGOT, json={"email": f"{uuid7().hex}@example.com"})
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())
    assert known.headers.keys() == unknown.headers.keys()


async def test_the_time_tells_nothing(mailing: Instance) -> None:
    account = await mailing.world.account()
    client = mailing.client()
    took: dict[bool, list[float]] = {True: [], False: []}
    for number in range(160):
        known = number % 2 == 0
        email = account.email if known else f"{uuid7().hex}@example.com"
        began = time.perf_counter()
        await client.post(FORGOT, json={"email": email})
        took[known].append(time.perf_counter() - began)
    medians = {known: statistics.median(times) for known, times in took.items()}
    assert 0.7 < medians[True] / medians[False] < 1.4


async def test_both_cost_the_same_statements(mailing: Instance) -> None:
    account = await mailing.world.account()
    sent = []
    for email in (account.email, f"{uuid7().hex}@example.com"):
        with sent_statements(mailing.platform.database) as statements:
            await mailing.client().post(FORGOT, json={"email": email})
        sent.append(statements)
    assert sent[0] == sent[1]
    assert len(sent[0]) == 2


async def test_without_mail_it_says_what_else_there_is(api: Api, world: World) -> None:
    account = await world.account()
    for email in (account.email, "nobody@example.com"):
        answer = await api().post(FORGOT, json={"email": email})
        assert _code(answer) == (503, "PASSWORD_RESET_UNAVAILABLE")
        assert "taskyard admin reset-link" in answer.text
    assert await _asked(world, account.id) == []


async def test_one_address_is_asked_for_three_times_an_hour(strict: Instance) -> None:
    account = await strict.world.account()
    for email in (account.email, f"{uuid7().hex}@example.com"):
        client = strict.client()
        got = [await client.post(FORGOT, json={"email": email}) for _ in range(4)]
        assert [answer.status_code for answer in got] == [202, 202, 202, 429]
        assert got[3].json()["error"]["details"]["bucket"] == "password_forgot_email"
        shouted = await client.post(FORGOT, json={"email": email.upper()})
        assert shouted.status_code == 429
    assert len(await _asked(strict.world, account.id)) == 3


async def test_a_link_sets_a_new_password_once(api: Api, world: World) -> None:
    account = await world.account()
    token = await _token(world, account)
    seen = (await api().post(CHECK, json={"token": token})).json()["data"]
    assert seen["email"] == account.email
    answer = await api().post(RESET, json={"token": token, "password": NEW})
    assert answer.json() == {"data": {"sessions_ended": 1}}
    assert await _signs_in(api, account, NEW)
    assert not await _signs_in(api, account, PASSWORD)
    for path, body in ((CHECK, {}), (RESET, {"password": NEW})):
        again = await api().post(path, json={"token": token, **body})
        assert _code(again) == (410, "PASSWORD_LINK_INVALID")


async def test_every_session_ends_at_once(api: Api, world: World) -> None:
    account = await world.account()
    browser = await world.sign_in(account, browser=True)
    token = await _token(world, account)
    answer = await api().post(RESET, json={"token": token, "password": NEW})
    assert answer.json()["data"]["sessions_ended"] == 2
    assert _code(await api(as_=account).get("/api/v1/auth/me")) == (401, "AUTH_SESSION_REVOKED")
    refreshed = await api().post(
        "/api/v1/auth/refresh", json={"refresh_token": account.refresh_token}
    )
    assert _code(refreshed) == (401, "AUTH_REFRESH_INVALID")
    cookie = api(
        Cookie=f"taskyard_session={browser.refresh_token}", **{"Sec-Fetch-Site": "same-origin"}
    )
    assert (await cookie.get("/api/v1/auth/me")).status_code == 401


async def test_of_ten_at_once_one_wins(api: Api, world: World) -> None:
    account = await world.account()
    token = await _token(world, account)
    passwords = [f"a quiet yard number {number}" for number in range(10)]
    answers = await asyncio.gather(
        *(api().post(RESET, json={"token": token, "password": word}) for word in passwords)
    )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 410: 9}
    won = passwords[[answer.status_code for answer in answers].index(200)]
    assert [await _signs_in(api, account, word) for word in passwords] == [
        word == won for word in passwords
    ]


async def test_of_two_links_at_once_one_wins_and_nobody_waits_in_a_circle(
    api: Api, world: World
) -> None:
    for _ in range(5):
        account = await world.account()
        tokens = [await _token(world, account) for _ in range(4)]
        answers = await asyncio.gather(
            *(api().post(RESET, json={"token": token, "password": NEW}) for token in tokens)
        )
        assert Counter(answer.status_code for answer in answers) == {200: 1, 410: 3}


async def test_using_a_link_voids_the_others(api: Api, world: World) -> None:
    account, other = await world.account(), await world.account()
    first, second = await _token(world, account), await _token(world, account)
    theirs = await _token(world, other)
    assert (await api().post(RESET, json={"token": second, "password": NEW})).status_code == 200
    assert (await api().post(CHECK, json={"token": first})).status_code == 410
    assert (await api().post(CHECK, json={"token": theirs})).status_code == 200


async def test_a_changed_password_voids_the_links(api: Api, world: World) -> None:
    account = await world.account()
    by_mail = await _token(world, account)
    by_hand = await _token(world, account, Purpose.PASSWORD_RESET_BY_HAND)
    to_verify = await _token(world, account, Purpose.EMAIL_VERIFICATION)
    body = {"current_password": PASSWORD, "new_password": NEW}
    changed = await api(as_=account).post("/api/v1/auth/password", json=body)
    assert changed.status_code == 200
    for token in (by_mail, by_hand):
        answer = await api().post(RESET, json={"token": token, "password": "a third quiet yard"})
        assert _code(answer) == (410, "PASSWORD_LINK_INVALID")
    assert await _signs_in(api, account, NEW)
    assert (await api().post(VERIFY, json={"token": to_verify})).status_code == 200


async def test_a_link_lasts_an_hour(api: Api, world: World) -> None:
    account = await world.account()
    token = await _token(world, account)
    async with unit_of_work(world.platform.database) as uow:
        await uow.db.execute(
            update(OneTimeLink)
            .where(OneTimeLink.user_id == account.id)
            .values(expires_at=text("now() - interval '1 second'"))
        )
        link = await links.make(uow, world.platform.settings, account.id, Purpose.PASSWORD_RESET)
        assert timedelta(minutes=59) < link.expires_at - now() <= timedelta(hours=1)
    answer = await api().post(RESET, json={"token": token, "password": NEW})
    assert _code(answer) == (410, "PASSWORD_LINK_INVALID")
    assert await _signs_in(api, account, PASSWORD)


@pytest.mark.parametrize("password", ["short", "password123", "a" * 129])
async def test_a_weak_password_leaves_the_link_good(api: Api, world: World, password: str) -> None:
    account = await world.account()
    token = await _token(world, account)
    answer = await api().post(RESET, json={"token": token, "password": password})
    assert _code(answer) == (422, "PASSWORD_TOO_WEAK")
    answer = await api().post(RESET, json={"token": token, "password": account.email})
    assert _code(answer) == (422, "PASSWORD_TOO_WEAK")
    assert (await api().post(RESET, json={"token": token, "password": NEW})).status_code == 200


@pytest.mark.parametrize("token", ["x", "tyl_" + "A" * 43, "ſ" * 60, "tyl_'; DROP TABLE users --"])
async def test_what_is_no_link_is_refused(api: Api, token: str) -> None:
    for path, body in ((CHECK, {}), (RESET, {"password": NEW}), (VERIFY, {})):
        assert (await api().post(path, json={"token": token, **body})).status_code == 410


async def test_a_link_does_what_it_is_for_and_no_more(api: Api, world: World) -> None:
    account = await world.account()
    verifying = await _token(world, account, Purpose.EMAIL_VERIFICATION)
    resetting = await _token(world, account)
    answer = await api().post(RESET, json={"token": verifying, "password": NEW})
    assert _code(answer) == (410, "PASSWORD_LINK_INVALID")
    answer = await api().post(VERIFY, json={"token": resetting})
    assert _code(answer) == (410, "EMAIL_LINK_INVALID")
    assert await _signs_in(api, account, PASSWORD)


async def test_a_deactivated_account_stays_out(api: Api, world: World) -> None:
    account = await world.account()
    token = await _token(world, account)
    async with unit_of_work(world.platform.database) as uow:
        await uow.db.execute(update(User).where(User.id == account.id).values(is_active=False))
    answer = await api().post(RESET, json={"token": token, "password": NEW})
    assert _code(answer) == (410, "PASSWORD_LINK_INVALID")


async def test_an_account_that_is_deactivated_meanwhile_stays_out(api: Api, world: World) -> None:
    account = await world.account()
    token = await _token(world, account)
    async with unit_of_work(world.platform.database) as uow:
        await uow.db.execute(update(User).where(User.id == account.id).values(is_active=False))
        body = {"token": token, "password": NEW}
        trying = asyncio.create_task(api().post(RESET, json=body))
        await until_blocking(uow.db)
    assert _code(await trying) == (410, "PASSWORD_LINK_INVALID")
    assert (await _user(world, account)).password_hash != NEW


async def test_a_link_that_is_used_meanwhile_is_used_up(api: Api, world: World) -> None:
    token = await _token(world, await world.account())
    async with unit_of_work(world.platform.database) as uow:
        assert await links.use(uow, token, Purpose.PASSWORD_RESET) is not None
        trying = asyncio.create_task(api().post(RESET, json={"token": token, "password": NEW}))
        await until_blocking(uow.db)
    assert _code(await trying) == (410, "PASSWORD_LINK_INVALID")


async def test_the_database_does_not_hold_the_secret(api: Api, world: World) -> None:
    account = await world.account()
    token = await _token(world, account)
    async with world.platform.database.session() as db:
        query = select(OneTimeLink).where(OneTimeLink.user_id == account.id)
        link = (await db.scalars(query)).one()
    assert link.token_hash == secret_hash(token)
    assert len(token) > 40
    other = world.platform.settings.model_copy(update={"secret_key": SecretStr("x" * 40)})
    assert link_secret(other, link.id) != token
    await api().post(RESET, json={"token": token, "password": NEW})


async def test_what_happened_is_told(api: Api, world: World) -> None:
    account = await world.account()
    token = await _token(world, account)
    await api(address="192.0.2.7").post(RESET, json={"token": token, "password": NEW})
    here = await world.sign_in(account)
    page = (await api(as_=here).get("/api/v1/auth/security-events")).json()
    told = [(item["name"], item["details"]) for item in page["items"][1:4]]
    assert told == [
        ("account.password_reset", {"address": "192.0.2.7", "sessions_ended": 1}),
        ("session.ended", {"reason": "password_reset"}),
        ("account.email_verified", {}),
    ]
    assert token not in str(page)


async def test_nobody_signs_in_meanwhile_by_the_old_password(api: Api, world: World) -> None:
    account = await world.account()
    platform = world.platform
    accounts = platform.authenticator
    assert isinstance(accounts, Accounts)
    device = Device("127.0.0.1", "tests")

    request = HTTPConnection({"type": "http", "headers": []})
    admission = Admission(request, platform.throttle)
    body = Login(email=account.email, username=None, password=PASSWORD)
    user = await signing_in.check_credentials(
        platform.database, admission, accounts.passwords, body, device
    )
    token = await _token(world, account)
    assert (await api().post(RESET, json={"token": token, "password": NEW})).status_code == 200
    with pytest.raises(InvalidCredentials):
        async with unit_of_work(platform.database) as uow:
            await signing_in.start_session(uow, user, device, browser=False)


async def test_who_failed_too_often_may_sign_in_after_a_reset(strict: Instance) -> None:
    account = await strict.world.account()
    client = strict.client()
    login = "/api/v1/auth/login"
    for _ in range(10):
        await client.post(login, json={"email": account.email, "password": "wrong one"})
    body = {"email": account.email, "password": NEW}
    assert (await client.post(login, json=body)).status_code == 429
    token = await _token(strict.world, account)
    assert (await client.post(RESET, json={"token": token, "password": NEW})).status_code == 200
    assert (await client.post(login, json=body)).status_code == 200


async def test_an_operator_makes_a_link_for_either_name(api: Api, world: World) -> None:
    account = await world.account()
    settings = world.platform.settings
    token = ""
    for login in (account.email, account.username.upper()):
        async with unit_of_work(world.platform.database) as uow:
            made = await recovering.make_reset_link(uow, settings, login)
        assert made is not None
        user, address = made
        page, _, token = address.partition("#")
        assert (user.id, page) == (account.id, "http://127.0.0.1:8000/app/reset-password")
        assert (await api().post(CHECK, json={"token": token})).status_code == 200
    assert (await api().post(RESET, json={"token": token, "password": NEW})).status_code == 200
    # It came by no e-mail, so it shows nothing about the address.
    assert (await _user(world, account)).email_verified_at is None
    async with unit_of_work(world.platform.database) as uow:
        assert await recovering.make_reset_link(uow, settings, "nobody@example.com") is None
        assert await recovering.make_reset_link(uow, settings, "nobody-at-all") is None


async def test_an_address_is_confirmed_once(api: Api, world: World) -> None:
    account = await world.account()
    me = api(as_=account)
    assert (await me.get("/api/v1/auth/me")).json()["data"]["email_verified"] is False
    token = await _token(world, account, Purpose.EMAIL_VERIFICATION)
    answer = await api().post(VERIFY, json={"token": token})
    assert answer.json() == {"data": {"email": account.email}}
    assert (await me.get("/api/v1/auth/me")).json()["data"]["email_verified"] is True
    again = await api().post(VERIFY, json={"token": token})
    assert _code(again) == (410, "EMAIL_LINK_INVALID")
    since = (await _user(world, account)).email_verified_at
    reset = await _token(world, account)
    assert (await api().post(RESET, json={"token": reset, "password": NEW})).status_code == 200
    assert (await _user(world, account)).email_verified_at == since


async def test_asking_to_confirm_an_address(mailing: Instance, api: Api) -> None:
    account = await mailing.world.account()
    client = mailing.client(Authorization=f"Bearer {account.token}")
    here = "/api/v1/auth/email/verification"
    answer = await client.post(here)
    assert (answer.status_code, answer.json()) == (202, {"data": {"expires_in": 259_200}})
    assert _code(await api(as_=account).post(here)) == (503, "MAIL_NOT_CONFIGURED")
    token = await _token(mailing.world, account, Purpose.EMAIL_VERIFICATION)
    await api().post(VERIFY, json={"token": token})
    assert _code(await client.post(here)) == (409, "EMAIL_ALREADY_VERIFIED")


async def test_old_links_are_forgotten(world: World) -> None:
    account = await world.account()
    await _token(world, account)
    await _token(world, account)
    async with unit_of_work(world.platform.database) as uow:
        newest = select(OneTimeLink).where(OneTimeLink.user_id == account.id)
        link = (await uow.db.scalars(newest.order_by(OneTimeLink.id).limit(1))).one()
        link.expires_at = now() - timedelta(days=8)
        await uow.db.flush()
        await forget_links(uow.db, older_than=timedelta(days=7))
        assert len((await uow.db.scalars(newest)).all()) == 1


def test_nobody_is_nobody() -> None:
    assert NOBODY.int == 0
