"""From what happened to who is written to, and to whom not."""

import re
from datetime import timedelta
from email.message import EmailMessage
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text, update

from taskyard.accounts.access import Accounts
from taskyard.accounts.errors import RefreshReused
from taskyard.accounts.events import PasswordChanged
from taskyard.accounts.models import User
from taskyard.accounts.service import signing_in
from taskyard.accounts.types import Device
from taskyard.core.spine import Told
from taskyard.core.uow import unit_of_work
from taskyard.jobs import service as jobs
from taskyard.jobs.schemas import JobCreate
from taskyard.kit.clock import now
from taskyard.kit.ids import uuid7
from taskyard.notifications.listeners import Letters
from tests.notifications.conftest import Yard
from tests.world import Account
from tests.world.accounts import PASSWORD
from tests.world.post import Delivered

NEW = "another quiet yard"
HERE = "127.0.0.1"


async def _sign_in(yard: Yard, account: Account, *, device: str, address: str) -> None:
    async with unit_of_work(yard.platform.database) as uow:
        user = await uow.db.get_one(User, account.id)
        await signing_in.start_session(uow, user, Device(address, device), browser=False)


async def _subjects(yard: Yard, account: Account) -> list[str]:
    await yard.settled()
    return [email.subject for email in await yard.letters_to(account)]


def _link(letter: Delivered) -> str:
    found = re.search(r"https://yard\.example\.com/app/\S+", letter.text)
    assert found is not None
    assert found[0] in letter.html
    return found[0]


async def _register(yard: Yard) -> tuple[str, httpx.AsyncClient]:
    email = f"{uuid7().hex}@example.com"
    client = yard.instance.client()
    body = {"email": email, "password": PASSWORD, "display_name": "Visit https://evil.example"}
    assert (await client.post("/api/v1/auth/register", json=body)).status_code == 201
    return email, client


async def test_a_forgotten_password_from_asking_to_signing_in(yard: Yard) -> None:
    account = await yard.account(verified=False)
    client = yard.instance.client()
    forgot = await client.post(
        "/api/v1/auth/password/forgot", json={"email": account.email.upper()}
    )
    assert forgot.status_code == 202
    (letter,) = await yard.post.wait(account.email)
    assert letter.message["Subject"] == "Set a new password"
    assert f"From: {HERE}" in letter.words
    page, _, token = _link(letter).partition("#")
    assert page == "https://yard.example.com/app/reset-password"
    body = {"token": token, "password": NEW}
    assert (await client.post("/api/v1/auth/password/reset", json=body)).status_code == 200
    letters = await yard.post.wait(account.email, count=2)
    assert letters[1].message["Subject"] == "Your password was set by a link"
    assert "One session was ended" in letters[1].words
    assert token not in letters[1].text
    signed_in = {"email": account.email, "password": NEW}
    assert (await client.post("/api/v1/auth/login", json=signed_in)).status_code == 200
    async with yard.platform.database.session() as db:
        kept = await db.scalar(
            text("SELECT string_agg(variables::text, '') FROM emails WHERE user_id = :id"),
            {"id": account.id},
        )
    assert token not in kept


async def test_nobody_else_is_written_to(yard: Yard) -> None:
    client = yard.instance.client()
    unknown = f"{uuid7().hex}@example.com"
    gone = await yard.account()
    async with unit_of_work(yard.platform.database) as uow:
        await uow.db.execute(update(User).where(User.id == gone.id).values(is_active=False))
    for email in (unknown, gone.email):
        answer = await client.post("/api/v1/auth/password/forgot", json={"email": email})
        assert answer.status_code == 202
    await yard.settled()
    assert yard.post.to(unknown) == []
    assert await yard.letters_to(gone) == []


async def test_the_letter_goes_to_the_address_that_is_kept(yard: Yard) -> None:
    account = await yard.account()
    name = uuid7().hex
    kept = {"email": f"Maya.{name}@bücher.example"}
    key = f"maya.{name}@xn--bcher-kva.example"
    async with unit_of_work(yard.platform.database) as uow:
        changing = update(User).where(User.id == account.id)
        await uow.db.execute(changing.values(**kept, email_key=key))
    typed = f"MAYA.{name}@BÜCHER.example"
    client = yard.instance.client()
    answer = await client.post("/api/v1/auth/password/forgot", json={"email": typed})
    assert answer.status_code == 202
    (letter,) = await yard.post.wait(f"Maya.{name}@xn--bcher-kva.example")
    assert letter.message["To"] == f"Maya.{name}@xn--bcher-kva.example"


async def test_a_new_account_is_welcomed_and_confirms_its_address(yard: Yard) -> None:
    email, client = await _register(yard)
    (letter,) = await yard.post.wait(email)
    assert letter.message["Subject"] == "Welcome to Taskyard"
    # Whoever registers somebody else's address writes nothing into the letter to them.
    assert "evil" not in letter.raw.decode() + letter.text + letter.html
    token = _link(letter).partition("#")[2]
    answer = await client.post("/api/v1/auth/email/verify", json={"token": token})
    assert answer.json() == {"data": {"email": email}}


async def test_another_link_to_confirm_an_address(yard: Yard) -> None:
    account = await yard.account(verified=False)
    client = yard.instance.client(Authorization=f"Bearer {account.token}")
    assert (await client.post("/api/v1/auth/email/verification")).status_code == 202
    (letter,) = await yard.post.wait(account.email)
    assert letter.message["Subject"] == "Confirm your address"


async def test_a_sign_in_from_where_nobody_was_seen_is_told(yard: Yard) -> None:
    account = await yard.account()
    assert await _subjects(yard, account) == [], "the first session belongs to signing up"
    await _sign_in(yard, account, device="tests", address=HERE)
    assert await _subjects(yard, account) == [], "both were seen before"
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
    await _sign_in(yard, account, device=firefox, address=HERE)
    (letter,) = await yard.post.wait(account.email)
    assert letter.message["Subject"] == "New sign-in to your account"
    assert "Device: Firefox on Linux" in letter.words
    assert f"From: {HERE}" in letter.words
    await _sign_in(yard, account, device=firefox.replace("130", "131"), address=HERE)
    assert len(await _subjects(yard, account)) == 1, "an update is no other device"
    await _sign_in(yard, account, device="tests", address="2001:db8:1:2::7")
    assert len(await _subjects(yard, account)) == 2
    await _sign_in(yard, account, device=firefox, address="2001:db8:1:2:ffff::9")
    assert len(await _subjects(yard, account)) == 2, "the same subscriber"


async def test_a_changed_password_is_told(yard: Yard) -> None:
    account = await yard.account(verified=False)
    await yard.world.sign_in(account)
    client = yard.instance.client(Authorization=f"Bearer {account.token}")
    body = {"current_password": PASSWORD, "new_password": NEW}
    assert (await client.post("/api/v1/auth/password", json=body)).status_code == 200
    (letter,) = await yard.post.wait(account.email)
    assert letter.message["Subject"] == "Your password was changed"
    assert "The other session was ended." in letter.words
    assert letter.message["List-Unsubscribe"] is None
    assert "cannot be switched off" in letter.html


async def test_a_session_ended_for_a_token_used_twice_is_told(yard: Yard) -> None:
    account = await yard.account()
    accounts = yard.platform.authenticator
    assert isinstance(accounts, Accounts)
    client = yard.instance.client()
    body = {"refresh_token": account.refresh_token}
    assert (await client.post("/api/v1/auth/refresh", json=body)).status_code == 200
    again = await client.post("/api/v1/auth/refresh", json=body)
    assert again.json()["error"]["code"] == RefreshReused.code
    (letter,) = await yard.post.wait(account.email)
    assert letter.message["Subject"] == "A session was ended for your safety"
    other = await yard.world.sign_in(account)
    signed_in = yard.instance.client(Authorization=f"Bearer {other.token}")
    await signed_in.post("/api/v1/auth/logout")
    assert len(await _subjects(yard, account)) == 1, "signing out is no news"


async def _choose(yard: Yard, account: Account, **wanted: bool) -> None:
    client = yard.instance.client(Authorization=f"Bearer {account.token}")
    answer = await client.patch("/api/v1/notifications/settings", json={"categories": wanted})
    assert answer.status_code == 200, answer.text


async def _run(yard: Yard, account: Account, *, long: bool = False, **drill: object) -> UUID:
    """Have somebody's drill done; a long one looks as if asked for an hour ago."""
    actor = await yard.world.actor(account)
    async with unit_of_work(yard.platform.database) as uow:
        access = await jobs.enqueue(
            uow,
            actor,
            JobCreate(kind="drill", parameters=dict(drill), project_id=None, task_id=None),
        )
        if long:
            await uow.db.execute(
                text("UPDATE jobs SET created_at = now() - interval '1 hour' WHERE id = :id"),
                {"id": access.job_id},
            )
    await yard.ended(access.job_id)
    return access.job_id


async def test_a_failed_run_is_told_unless_its_owner_chose_otherwise(yard: Yard) -> None:
    account = await yard.account()
    job_id = await _run(yard, account, then="refuse")
    (letter,) = await yard.post.wait(account.email)
    assert letter.message["Subject"] == "Drill of 2 steps failed"
    assert "The drill was told to refuse this." in letter.words
    assert _link(letter) == f"https://yard.example.com/app/runs/{job_id}"
    await _choose(yard, account, job_failed=False)
    await _run(yard, account, then="refuse")
    assert len(await _subjects(yard, account)) == 1


async def test_a_run_that_took_its_time_is_told_to_who_wants_it(yard: Yard) -> None:
    account = await yard.account()
    await _run(yard, account, long=True)
    assert await _subjects(yard, account) == [], "nobody asked for it"
    await _choose(yard, account, job_completed=True)
    await _run(yard, account)
    assert await _subjects(yard, account) == [], "it was quick"
    await _run(yard, account, long=True)
    (letter,) = await yard.post.wait(account.email)
    assert letter.message["Subject"] == "Drill of 2 steps is done"


async def test_an_unconfirmed_address_gets_nothing_but_safety(yard: Yard) -> None:
    account = await yard.account(verified=False)
    await _run(yard, account, then="refuse")
    assert await _subjects(yard, account) == []


async def test_whoever_left_a_project_is_not_told_of_its_runs(yard: Yard) -> None:
    owner, member = await yard.account(), await yard.account()
    project = await yard.world.project(owner=owner, name=f"Secret {uuid7().hex}")
    await yard.world.member(project, account=member)
    actor = await yard.world.actor(member)
    async with unit_of_work(yard.platform.database) as uow:
        body = JobCreate(
            kind="drill",
            parameters={"then": "refuse", "pause": 0.4},
            project_id=project.id,
            task_id=None,
        )
        access = await jobs.enqueue(uow, actor, body)
        await uow.db.execute(text("DELETE FROM memberships WHERE user_id = :id"), {"id": member.id})
    await yard.ended(access.job_id)
    assert await _subjects(yard, member) == []


async def test_a_letter_tells_how_to_end_such_letters(yard: Yard) -> None:
    account = await yard.account()
    await _run(yard, account, then="refuse")
    (letter,) = await yard.post.wait(account.email)
    message: EmailMessage = letter.message
    address = message["List-Unsubscribe"].strip("<>").removeprefix("https://yard.example.com")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    client = yard.instance.client()
    shown = await client.get(address)
    assert shown.status_code == 303
    assert shown.headers["location"] in letter.text
    await _run(yard, account, then="refuse")
    await yard.post.wait(account.email, count=2)
    ended = await client.post(address, data={"List-Unsubscribe": "One-Click"})
    assert ended.json() == {"data": {"category": "job_failed", "title": "A run failed"}}
    await _run(yard, account, then="refuse")
    assert len(await _subjects(yard, account)) == 2


async def test_what_happened_long_ago_is_no_news(yard: Yard) -> None:
    account = await yard.account()
    listener = Letters(yard.instance.settings)
    for hours in (7, 5):
        event = Told(
            id=uuid7(),
            xid=1,
            name=PasswordChanged.name,
            at=now() - timedelta(hours=hours),
            subject_id=account.id,
            actor_id=account.id,
            project_id=None,
            payload={"sessions_ended": 0},
        )
        async with unit_of_work(yard.platform.database) as uow:
            await listener.handle(uow.db, event)
    assert len(await yard.letters_to(account)) == 1


@pytest.mark.parametrize("lacks", ["smtp_url", "mail_from"])
async def test_without_a_mail_server_nothing_is_written(yard: Yard, lacks: str) -> None:
    account = await yard.account()
    listener = Letters(yard.instance.settings.model_copy(update={lacks: None}))
    event = Told(
        id=uuid7(),
        xid=1,
        name=PasswordChanged.name,
        at=now(),
        subject_id=account.id,
        actor_id=account.id,
        project_id=None,
        payload={"sessions_ended": 0},
    )
    async with unit_of_work(yard.platform.database) as uow:
        await listener.handle(uow.db, event)
    assert await yard.letters_to(account) == []
