"""An access token is taken only as we made it (RFC 8725)."""

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import jwt
import pytest
from fastapi import FastAPI
from starlette.requests import HTTPConnection

from taskyard.accounts.access import Accounts
from taskyard.core import keys
from taskyard.core.access import recognise
from taskyard.core.problems import BadRequest
from taskyard.core.settings import Settings
from taskyard.core.uow import unit_of_work
from taskyard.kit.ids import uuid7
from tests.conftest import Api
from tests.world import Account, World

ME = "/api/v1/auth/me"
Forge = Callable[..., str]


async def _ask(api: Api, token: str) -> tuple[int, str]:
    answer = await api().get(ME, headers={"Authorization": f"Bearer {token}"})
    return answer.status_code, answer.json().get("error", {}).get("code", "")


@pytest.fixture
async def account(world: World) -> Account:
    return await world.account()


@pytest.fixture
def forge(settings: Settings, account: Account) -> Forge:
    """Sign a token with the right key: its claims as ours, but for what is given."""

    def sign(headers: dict[str, Any] | None = None, /, **claims: Any) -> str:
        now = int(time.time())
        good = {
            "iss": "taskyard",
            "aud": "taskyard",
            "sub": str(account.id),
            "sid": str(account.session_id),
            "jti": str(uuid7()),
            "iat": now,
            "exp": now + 900,
        }
        body = {name: value for name, value in (good | claims).items() if value is not ...}
        key = keys.derive(settings, "access-token")
        return _encode(headers or {"typ": "at+jwt", "alg": "HS256"}, body, key)

    return sign


def _encode(headers: dict[str, Any], claims: dict[str, Any], key: bytes) -> str:
    """Sign by hand: the library itself refuses to make some of these."""
    import hashlib
    import hmac

    parts = ".".join(_part(json.dumps(part).encode()) for part in (headers, claims))
    return f"{parts}.{_part(hmac.digest(key, parts.encode(), hashlib.sha256))}"


def _part(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


async def test_a_token_as_we_make_it_is_taken(api: Api, forge: Forge) -> None:
    assert (await _ask(api, forge()))[0] == 200


async def test_what_a_token_says(account: Account) -> None:
    claims = jwt.decode(account.token, options={"verify_signature": False})
    assert claims["sub"] == str(account.id)
    assert claims["username"] == account.username
    assert claims["role"] == "user"
    assert "project:create" in claims["permissions"]
    assert claims["exp"] - claims["iat"] == 900
    assert jwt.get_unverified_header(account.token) == {"alg": "HS256", "typ": "at+jwt"}


WRONG: dict[str, dict[str, Any]] = {
    "sub is an integer": {"sub": 1},
    "sub is no id": {"sub": "maya"},
    "sub is another's": {"sub": str(uuid7())},
    "sid is an integer": {"sid": 7},
    "sid is a list": {"sid": ["x"]},
    "sid is missing": {"sid": ...},
    "sid is nobody's": {"sid": str(uuid7())},
    "aud of another purpose": {"aud": "mail"},
    "aud is missing": {"aud": ...},
    "iss of another": {"iss": "evil"},
    "iss is missing": {"iss": ...},
    "jti is missing": {"jti": ...},
    "iat is missing": {"iat": ...},
    "iat in the future": {"iat": int(time.time()) + 3_600, "exp": int(time.time()) + 4_000},
    "iat is text": {"iat": "now"},
    "nbf in the future": {"nbf": int(time.time()) + 3_600},
    "exp is missing": {"exp": ...},
    "exp beyond all bounds": {"exp": 10**400},
    "exp is infinite": {"exp": float("inf")},
    "exp is not a number": {"exp": float("nan")},
    "exp is text": {"exp": "soon"},
    "exp is digits in text": {"exp": str(int(time.time()) + 900)},
    "lives for a year": {"exp": int(time.time()) + 365 * 86_400},
    "ends before it begins": {"iat": int(time.time()), "exp": int(time.time()) - 1},
}


@pytest.mark.parametrize("claims", WRONG.values(), ids=WRONG)
async def test_a_signed_token_with_a_wrong_claim_is_refused(
    api: Api, forge: Forge, claims: dict[str, Any]
) -> None:
    status, code = await _ask(api, forge(**claims))
    assert status == 401
    assert code in {"AUTH_TOKEN_INVALID", "AUTH_TOKEN_EXPIRED", "AUTH_SESSION_REVOKED"}


async def test_one_that_has_expired_says_so(api: Api, forge: Forge) -> None:
    old = int(time.time()) - 1_000
    assert await _ask(api, forge(iat=old, exp=old + 900)) == (401, "AUTH_TOKEN_EXPIRED")


HEADERS: dict[str, dict[str, Any]] = {
    "alg none": {"typ": "at+jwt", "alg": "none"},
    "alg None": {"typ": "at+jwt", "alg": "None"},
    "alg HS512": {"typ": "at+jwt", "alg": "HS512"},
    "alg RS256": {"typ": "at+jwt", "alg": "RS256"},
    "alg missing": {"typ": "at+jwt"},
    "alg is a list": {"typ": "at+jwt", "alg": ["HS256"]},
    "typ of a mail token": {"typ": "mail+jwt", "alg": "HS256"},
    "typ JWT": {"typ": "JWT", "alg": "HS256"},
    "typ missing": {"alg": "HS256"},
    "typ is an object": {"typ": {}, "alg": "HS256"},
    "kid is an object": {"typ": "at+jwt", "alg": "HS256", "kid": {}},
    "crit unknown": {"typ": "at+jwt", "alg": "HS256", "crit": ["x"], "x": 1},
}


@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS)
async def test_a_token_with_a_wrong_head_is_refused(
    api: Api, forge: Forge, headers: dict[str, Any]
) -> None:
    assert await _ask(api, forge(headers)) == (401, "AUTH_TOKEN_INVALID")


@pytest.mark.parametrize(
    "extra",
    [
        {"kid": "../../dev/null"},
        {"kid": "' or 1=1 --"},
        {"jku": "http://127.0.0.1:9/jwks"},
        {"x5u": "http://127.0.0.1:9/x"},
        {"jwk": {"kty": "oct", "k": "AAAA"}},
    ],
    ids=str,
)
async def test_a_key_named_in_the_head_is_not_looked_at(
    api: Api, forge: Forge, extra: dict[str, Any]
) -> None:
    headers = {"typ": "at+jwt", "alg": "HS256", **extra}
    assert (await _ask(api, forge(headers)))[0] == 200, "ours, whatever the head adds"
    _, body, _ = forge(headers).split(".")
    other = _encode(headers, json.loads(base64.urlsafe_b64decode(body + "==")), b"\x00" * 32)
    assert await _ask(api, other) == (401, "AUTH_TOKEN_INVALID")


async def test_every_part_is_under_the_signature(api: Api, account: Account) -> None:
    head, body, mac = account.token.split(".")
    admin = jwt.decode(account.token, options={"verify_signature": False}) | {"role": "admin"}
    forged = _part(json.dumps(admin).encode())
    for token in (f"{head}.{forged}.{mac}", f"{head}.{body}.", f"{head}.{body}", f"{head}..{mac}"):
        assert await _ask(api, token) == (401, "AUTH_TOKEN_INVALID")


@pytest.mark.parametrize("purpose", ["cursor", "password", "files"])
async def test_a_key_of_another_purpose_does_not_sign(
    api: Api, forge: Forge, settings: Settings, purpose: str
) -> None:
    head, body, _ = forge().split(".")
    headers, claims = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in (head, body))
    token = _encode(headers, claims, keys.derive(settings, purpose))
    assert await _ask(api, token) == (401, "AUTH_TOKEN_INVALID")


NONSENSE = {
    "a word": "x",
    "dots": "...",
    "a nested head": _part(b"[" * 2_900) + ".e30.eA",
    "a nested body": _part(b'{"alg":"HS256","typ":"at+jwt"}') + "." + _part(b"[" * 2_800) + ".eA",
    "a head that is a list": _part(b"[]") + ".e30.eA",
    "a head that is null": _part(b"null") + ".e30.eA",
    "a head that is not UTF-8": _part(b"\xff\xfe") + ".e30.eA",
    "huge digits": _part(b'{"alg":' + b"9" * 2_500 + b"}") + ".e30.eA",
    "letters beyond ASCII": "é.é.é",
    "longer than any of ours": "x" * 5_000,
    "a session's secret": "tys_" + "A" * 43,
}


@pytest.mark.parametrize("token", NONSENSE.values(), ids=NONSENSE)
async def test_nonsense_is_refused_without_a_failure(api: Api, token: str) -> None:
    headers = [(b"authorization", b"Bearer " + token.encode("latin-1"))]
    answer = await api().get(ME, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "AUTH_TOKEN_INVALID")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic bWF5YTpw", "Token x", "bearer"])
async def test_another_scheme_is_refused(api: Api, header: str) -> None:
    answer = await api().get(ME, headers={"Authorization": header})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "AUTH_TOKEN_INVALID")


async def test_the_scheme_is_written_in_any_case(api: Api, account: Account) -> None:
    for scheme in ("bearer", "BEARER"):
        answer = await api().get(ME, headers={"Authorization": f"{scheme} {account.token}"})
        assert answer.status_code == 200


async def test_a_token_in_the_address_is_not_looked_at(api: Api, account: Account) -> None:
    for name in ("token", "access_token"):
        answer: httpx.Response = await api().get(ME, params={name: account.token})
        assert answer.status_code in {401, 422}
        assert account.token not in answer.text


async def test_a_socket_with_two_credentials_is_refused(app: FastAPI, account: Account) -> None:
    """Of a request the edge refuses them; a socket comes straight here."""
    header = (b"authorization", f"Bearer {account.token}".encode())
    scope = {"type": "websocket", "path": "/", "headers": [header, header], "app": app}
    async with unit_of_work(app.state.platform.database) as uow:
        with pytest.raises(BadRequest):
            await recognise(HTTPConnection(scope), uow)
        scope["headers"] = [header]
        actor = await recognise(HTTPConnection(scope), uow)
    assert actor is not None
    assert actor.user_id == account.id


async def test_of_very_many_the_first_are_forgotten_and_read_anew(
    settings: Settings, app: FastAPI, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("taskyard.accounts.tokens._REMEMBERED", 1)
    monkeypatch.setattr("taskyard.accounts.access._REMEMBERED", 1)
    accounts = Accounts(settings)
    people = [await world.account() for _ in range(3)]
    for one in (*people, people[0]):
        header = (b"authorization", f"Bearer {one.token}".encode())
        connection = HTTPConnection({"type": "http", "headers": [header], "app": app})
        shown = accounts.shown(connection)
        assert shown is not None
        async with unit_of_work(app.state.platform.database) as uow:
            actor = await accounts.recognise(connection, uow)
        assert actor is not None
        assert actor.user_id == one.id
        assert accounts.lately(shown) == actor
    assert len(accounts._lately) == len(accounts.tokens._read) == 1
