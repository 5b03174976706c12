"""Which passwords are taken, and how they are kept."""

import asyncio
import time

import httpx
import pytest
from pydantic import SecretStr

from taskyard.accounts import repository
from taskyard.accounts.errors import PasswordTooWeak
from taskyard.accounts.passwords import Passwords, check_password
from taskyard.core.settings import Settings
from taskyard.core.uow import unit_of_work
from taskyard.kit.ids import uuid7
from tests.conftest import Api, OpenInstance
from tests.world.instances import Instance, until_blocking

LONG = "x" * 72


def _body(password: str, **more: str) -> dict[str, str]:
    return {"email": f"w{uuid7().hex[-12:]}@example.com", "password": password, **more}


async def _register(api: Api, password: str, **more: str) -> httpx.Response:
    return await api().post("/api/v1/auth/register", json=_body(password, **more))


@pytest.mark.parametrize(
    "password",
    [
        "correct horse",
        "12 chars ok!",
        LONG + "yz",
        ("ab cdefg" * 16)[:128],
        "пароль надёжный",
        "🐴🔋📎🐎 emoji",
        " leading and trailing ",
        "quiet\u00a0yard dusk",
    ],
)
async def test_a_good_password_is_taken_and_signs_in(api: Api, password: str) -> None:
    body = _body(password)
    assert (await api().post("/api/v1/auth/register", json=body)).status_code == 201
    for given, status in ((password, 200), (password + " ", 401), (password[:-1], 401)):
        login = {"email": body["email"], "password": given}
        assert (await api().post("/api/v1/auth/login", json=login)).status_code == status, given


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("seven77", "at least 8 characters"),
        ("x" * 120 + "abcdefghi", "at most 128 characters"),
        ("a" * 1000, "at most 128 characters"),
        ("          ", "blank"),
        ("tab\tinside it", "control characters"),
        ("new\nline inside", "control characters"),
        ("password123", "first an attacker tries"),
        ("PASSWORD123", "first an attacker tries"),
        ("12345678", "first an attacker tries"),
        ("aaaaaaaaaaaa", "first an attacker tries"),
        ("abababababab", "first an attacker tries"),
        ("TaskYard", "your name or address"),
    ],
)
async def test_a_weak_password_is_refused_with_the_reason(
    api: Api, password: str, reason: str
) -> None:
    answer = await _register(api, password)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "PASSWORD_TOO_WEAK")
    assert reason in answer.json()["error"]["message"]
    assert password not in answer.text


async def test_a_password_that_is_your_own_name_is_refused(api: Api) -> None:
    name = f"n{uuid7().hex[-12:]}"
    for own in (name, f"{name}@example.com", "Maya Maier", "maya-the-third"):
        body = {
            "email": f"{name}@example.com",
            "password": own.upper(),
            "display_name": "Maya Maier",
            "username": "maya-the-third",
        }
        answer = await api().post("/api/v1/auth/register", json=body)
        assert answer.json()["error"]["code"] == "PASSWORD_TOO_WEAK", own


async def test_a_nul_never_reaches_the_rules(api: Api) -> None:
    answer = await _register(api, "nul\x00 inside it")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "MALFORMED_JSON")
    with pytest.raises(PasswordTooWeak):
        check_password("nul\x00 inside it", min_length=8)


async def test_an_operator_may_ask_for_longer_ones(open_other: OpenInstance) -> None:
    client = (await open_other(password_min_length=15)).client()
    answer = await client.post("/api/v1/auth/register", json=_body("fourteen chars"))
    assert "at least 15 characters" in answer.json()["error"]["message"]


@pytest.fixture(params=["bcrypt", "argon2id"])
def passwords(request: pytest.FixtureRequest, settings: Settings) -> Passwords:
    return Passwords(settings.model_copy(update={"password_hasher": request.param}))


async def test_characters_after_the_72nd_byte_matter(passwords: Passwords) -> None:
    kept = await passwords.hash(LONG + "1")
    assert await passwords.verify(LONG + "1", kept) == (True, None)
    assert await passwords.verify(LONG + "2", kept) == (False, None)


async def test_a_hash_is_worthless_without_the_instances_secret(
    passwords: Passwords, settings: Settings
) -> None:
    kept = await passwords.hash("a long quiet sentence")
    stolen = settings.model_copy(update={"secret_key": SecretStr("another")})
    assert (await Passwords(stolen).verify("a long quiet sentence", kept))[0] is False
    assert "quiet" not in kept


async def test_bcrypt_is_the_default_at_cost_twelve() -> None:
    kept = await Passwords(Settings()).hash("a long quiet sentence")
    assert kept.startswith("$2b$12$")


async def test_argon2_costs_what_owasp_asks_at_least(
    settings: Settings, argon2_cost: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in zip(("ARGON2_PASSES", "ARGON2_KIB"), argon2_cost, strict=True):
        monkeypatch.setattr(f"taskyard.accounts.passwords.{name}", value)
    passwords = Passwords(settings.model_copy(update={"password_hasher": "argon2id"}))
    kept = await passwords.hash("a long quiet sentence")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await passwords.verify("a long quiet sentence", kept) == (True, None)


async def test_hashing_does_not_stall_the_loop(settings: Settings) -> None:
    passwords = Passwords(settings.model_copy(update={"password_hasher": "bcrypt"}))
    hashing = asyncio.gather(*(passwords.hash(f"password {n}") for n in range(2)))
    pauses: list[float] = []
    while not hashing.done():
        began = time.perf_counter()
        await asyncio.sleep(0.001)
        pauses.append(time.perf_counter() - began)
    assert len(pauses) > 20, "others ran while two hashes took most of a second"


async def _kept(other: Instance, email: str) -> str:
    async with other.platform.database.session() as db:
        user = await repository.user_by_login(db, email_key=email, username=None)
    assert user is not None
    return user.password_hash


async def test_an_outdated_hash_is_renewed_at_the_next_sign_in(open_other: OpenInstance) -> None:
    old = await open_other(password_hasher="bcrypt")
    new = await open_other(password_hasher="argon2id")
    body = _body("a long quiet sentence")
    assert (await old.client().post("/api/v1/auth/register", json=body)).status_code == 201
    assert (await _kept(old, body["email"])).startswith("$2b$")
    assert (await new.client().post("/api/v1/auth/login", json=body)).status_code == 200
    assert (await _kept(new, body["email"])).startswith("$argon2id$")
    assert (await new.client().post("/api/v1/auth/login", json=body)).status_code == 200


async def test_a_renewed_hash_does_not_undo_a_password_changed_meanwhile(
    open_other: OpenInstance,
) -> None:
    old = await open_other(password_hasher="bcrypt")
    new = await open_other(password_hasher="argon2id")
    body = _body("a long quiet sentence")
    await old.client().post("/api/v1/auth/register", json=body)
    async with unit_of_work(new.platform.database) as uow:
        user = await repository.user_by_login(uow.db, email_key=body["email"], username=None)
        assert user is not None
        user.password_hash = "changed meanwhile"
        await uow.db.flush()
        signing_in = asyncio.create_task(new.client().post("/api/v1/auth/login", json=body))
        await until_blocking(uow.db)
    # The old password is no longer one.
    assert (await signing_in).status_code == 401
    assert await _kept(new, body["email"]) == "changed meanwhile"
