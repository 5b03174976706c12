"""Making an account: one per address, however the address is written."""

import asyncio
from collections import Counter

import httpx
import pytest

from taskyard.accounts.access import Accounts
from taskyard.accounts.errors import EmailTaken, UsernameTaken
from taskyard.accounts.passwords import Passwords
from taskyard.accounts.schemas import Register
from taskyard.accounts.service import registering
from taskyard.core.spine import events_of
from taskyard.core.uow import unit_of_work
from taskyard.kit.ids import uuid7
from tests.conftest import Api, OpenInstance
from tests.world import World
from tests.world.instances import until_blocking

HERE = "/api/v1/auth/register"
PASSWORD = "a long quiet sentence"


def _name() -> str:
    return f"r{uuid7().hex[-12:]}"


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def test_a_new_account_can_sign_in(api: Api, world: World) -> None:
    name = _name()
    body = {"email": f"{name}@example.com", "password": PASSWORD, "display_name": "Maya M"}
    answer = await api().post(HERE, json=body)
    assert answer.status_code == 201
    user = answer.json()["data"]["user"]
    assert (user["email"], user["username"], user["display_name"], user["role"]) == (
        f"{name}@example.com",
        name,
        "Maya M",
        "user",
    )
    assert "password" not in answer.text.replace("permissions", "")
    signed_in = await api().post(
        "/api/v1/auth/login", json={"email": body["email"], "password": PASSWORD}
    )
    assert signed_in.status_code == 200
    async with world.platform.database.session() as db:
        [event] = await events_of(db, user["id"])
    assert (event.name, event.payload) == (
        "account.registered.v1",
        {"username": name, "role": "user"},
    )


async def test_an_address_has_one_account_however_it_is_written(api: Api) -> None:
    name = _name()
    first = await api().post(HERE, json={"email": f"{name}@Example.COM", "password": PASSWORD})
    assert first.status_code == 201
    for same in (f"{name}@example.com", f"{name.upper()}@EXAMPLE.com", f" {name}@example.com "):
        answer = await api().post(HERE, json={"email": same, "password": PASSWORD})
        assert _code(answer) == (409, "EMAIL_ALREADY_REGISTERED"), same


async def test_a_domain_is_the_same_in_letters_and_in_punycode(api: Api) -> None:
    name = _name()
    first = await api().post(HERE, json={"email": f"{name}@bücher.example", "password": PASSWORD})
    assert first.status_code == 201
    for same in (f"{name}@xn--bcher-kva.example", f"{name}@BÜCHER.example"):
        answer = await api().post(HERE, json={"email": same, "password": PASSWORD})
        assert _code(answer) == (409, "EMAIL_ALREADY_REGISTERED"), same


async def test_a_plus_tag_is_another_address(api: Api) -> None:
    name = _name()
    for tag in ("", "+yard", "+other"):
        body = {"email": f"{name}{tag}@example.com", "password": PASSWORD}
        assert (await api().post(HERE, json=body)).status_code == 201


@pytest.mark.parametrize(
    "email",
    [
        "mаya@example.com",  # a Cyrillic а
        "ſam@example.com",
        "ﬁn@example.com",
        "mäya@example.com",
        "maya",
        "maya@",
        "@example.com",
        "maya@@example.com",
        "maya@example",
        "maya@exa mple.com",
        "maya@-example.com",
        ".maya@example.com",
        "maya..m@example.com",
        '"maya m"@example.com',
        "maya@[127.0.0.1]",
        f"{'m' * 65}@example.com",
        f"maya@{'e' * 300}.com",
        "maya@example.com\nbcc: x@y.com",
    ],
)
async def test_an_address_that_is_none_is_refused(api: Api, email: str) -> None:
    answer = await api().post(HERE, json={"email": email, "password": PASSWORD})
    assert _code(answer) == (422, "VALIDATION_ERROR")
    assert {f["field"] for f in answer.json()["error"]["details"]["fields"]} == {"body.email"}


async def test_the_username_comes_from_the_address_and_is_made_unique(api: Api) -> None:
    name = _name()
    made = []
    for domain in ("a.example", "b.example", "c.example"):
        body = {"email": f"{name}@{domain}", "password": PASSWORD}
        made.append((await api().post(HERE, json=body)).json()["data"]["user"]["username"])
    assert made == [name, f"{name}-2", f"{name}-3"]


async def test_people_who_register_the_same_name_at_once_all_get_in(api: Api) -> None:
    """None of them asked for the username, so none is told that it is taken."""
    name = _name()
    answers = await asyncio.gather(
        *(
            api().post(HERE, json={"email": f"{name}@x{n}.example", "password": PASSWORD})
            for n in range(8)
        )
    )
    assert [answer.status_code for answer in answers] == [201] * 8
    usernames = {answer.json()["data"]["user"]["username"] for answer in answers}
    assert len(usernames) == 8


@pytest.mark.parametrize(
    ("first", "second", "outcome"),
    [
        ({"username": None}, {"username": None}, None),
        ({"username": "same"}, {"username": "same"}, UsernameTaken),
        ({"email": "same"}, {"email": "same"}, EmailTaken),
        # The username stands in the way first, the address at the second try.
        ({"email": "same", "username": None}, {"email": "same", "username": None}, EmailTaken),
    ],
)
async def test_of_two_in_the_same_moment_the_constraint_decides(
    world: World, first: dict[str, str], second: dict[str, str], outcome: type[Exception] | None
) -> None:
    """The second looks before the first commits, and writes before it knows."""
    database, name = world.platform.database, _name()

    async def prepared(domain: str, wanted: dict[str, str]) -> registering.NewAccount:
        same = "email" in wanted
        body = Register(
            email=f"{name}@{'same' if same else domain}.example",
            password=PASSWORD,
            display_name=None,
            username=f"{name}-wanted" if wanted.get("username") else None,
        )
        return await registering.prepare(world.platform.settings, _passwords(world), body)

    early, late = await prepared("a", first), await prepared("b", second)

    async def add_late() -> str:
        async with unit_of_work(database) as uow:
            return (await registering.add_account(uow, late)).username

    async with unit_of_work(database) as uow:
        made = await registering.add_account(uow, early)
        waiting = asyncio.create_task(add_late())
        await until_blocking(uow.db)
    if outcome is None:
        assert (await waiting).startswith(f"{made.username}-")
    else:
        with pytest.raises(outcome):
            await waiting


def _passwords(world: World) -> Passwords:
    accounts = world.platform.authenticator
    assert isinstance(accounts, Accounts)
    return accounts.passwords


async def test_of_eight_registrations_of_one_address_one_is_made(api: Api) -> None:
    body = {"email": f"username-{_name()}@example.com", "password": PASSWORD}
    answers = await asyncio.gather(*(api().post(HERE, json=body) for _ in range(8)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 7}
    refused = {answer.json()["error"]["code"] for answer in answers if answer.status_code == 409}
    assert refused == {"EMAIL_ALREADY_REGISTERED"}


async def test_a_wanted_username_is_kept_as_written_and_unique_in_any_case(api: Api) -> None:
    name = _name()
    body = {"email": f"{name}@example.com", "password": PASSWORD, "username": name.capitalize()}
    made = await api().post(HERE, json=body)
    assert made.json()["data"]["user"]["username"] == name.capitalize()
    again = {"email": f"{name}2@example.com", "password": PASSWORD, "username": name.upper()}
    assert _code(await api().post(HERE, json=again)) == (409, "USERNAME_TAKEN")


async def test_of_eight_who_want_one_username_one_gets_it(api: Api) -> None:
    name = _name()
    answers = await asyncio.gather(
        *(
            api().post(
                HERE,
                json={"email": f"{name}{n}@example.com", "password": PASSWORD, "username": name},
            )
            for n in range(8)
        )
    )
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 7}
    refused = {answer.json()["error"]["code"] for answer in answers if answer.status_code == 409}
    assert refused == {"USERNAME_TAKEN"}


@pytest.mark.parametrize("username", ["a", "-ab", "a b", "a@b", "ünï", "a" * 41, "a/b", "а" * 3])
async def test_a_username_is_plain(api: Api, username: str) -> None:
    body = {"email": f"{_name()}@example.com", "password": PASSWORD, "username": username}
    assert _code(await api().post(HERE, json=body)) == (422, "VALIDATION_ERROR")


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "\x1b[31m", "\x7f", "x" * 121, "\u0301" * 200])
async def test_a_display_name_is_one_visible_line(api: Api, name: str) -> None:
    body = {"email": f"{_name()}@example.com", "password": PASSWORD, "display_name": name}
    assert _code(await api().post(HERE, json=body)) == (422, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "{{7*7}}", "\u202eayaM", "😀", "Zoë"]
)
async def test_any_other_display_name_is_kept_literally(api: Api, name: str) -> None:
    body = {"email": f"{_name()}@example.com", "password": PASSWORD, "display_name": name}
    answer = await api().post(HERE, json=body)
    assert answer.json()["data"]["user"]["display_name"] == name


@pytest.mark.parametrize("registration", ["closed", "invite"])
async def test_where_registration_is_not_open_nobody_registers(
    open_other: OpenInstance, registration: str
) -> None:
    client = (await open_other(registration=registration)).client()
    body = {"email": f"{_name()}@example.com", "password": PASSWORD}
    assert _code(await client.post(HERE, json=body)) == (403, "REGISTRATION_CLOSED")
    state = (await client.get("/api/v1/auth/setup")).json()["data"]
    assert state["registration"] == registration


async def test_many_who_register_at_once_starve_nobody(
    open_other: OpenInstance, world: World
) -> None:
    """Hashing waits its turn without holding a connection, so that others are served meanwhile."""
    other = await open_other(password_hasher="bcrypt", database_pool=2)
    account = await world.account()
    crowd = [
        asyncio.create_task(
            other.client().post(
                HERE, json={"email": f"{_name()}@example.com", "password": PASSWORD}
            )
        )
        for _ in range(5)
    ]
    await asyncio.sleep(0)
    me = other.client(Authorization=f"Bearer {account.token}")
    while not all(task.done() for task in crowd):
        async with asyncio.timeout(1):
            assert (await me.get("/api/v1/auth/me")).status_code == 200
        await asyncio.sleep(0.05)
    assert [task.result().status_code for task in crowd] == [201] * 5
