"""Who may call is in the signature; a route that says nothing is refused where it is declared."""

from collections.abc import Iterator, Sequence
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI
from starlette.requests import HTTPConnection

from taskyard.core.access import (
    ROLE_PERMISSIONS,
    Access,
    Actor,
    AuthForbidden,
    CsrfFailed,
    Permission,
    PublicAccess,
    access_of,
    check_same_site,
    permit,
    public,
    signed_in,
)
from taskyard.core.addresses import client_address, site_of
from taskyard.core.routing import Router
from taskyard.core.settings import Settings
from taskyard.entry.asgi import create_app
from taskyard.kit.ids import uuid7
from tests.conftest import Api
from tests.world import World

METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture
def router() -> Router:
    return Router(prefix="/api/v1/test", tags=["test"])


@pytest.mark.parametrize("method", METHODS)
def test_a_route_that_does_not_say_who_may_call_is_refused(router: Router, method: str) -> None:
    async def open_door() -> None: ...

    with pytest.raises(TypeError, match=r"open_door does not say who may call it"):
        getattr(router, method)("/door")(open_door)
    assert router.routes == []


def test_an_ordinary_dependency_is_no_declaration(router: Router) -> None:
    def look() -> int:
        return 1

    async def open_door(_: Annotated[int, Depends(look)], plain: int = 0) -> None: ...

    with pytest.raises(TypeError):
        router.get("/door")(open_door)


def test_each_way_to_declare_is_found() -> None:
    async def a(actor: Annotated[Actor, permit(Permission.JOB_READ)]) -> None: ...
    async def b(actor: Annotated[Actor, signed_in()]) -> None: ...
    async def c(_: Annotated[Actor | None, public()]) -> None: ...

    found = [access_of(endpoint) for endpoint in (a, b, c)]
    assert [type(access) for access in found] == [Access, Access, PublicAccess]
    assert [access.text for access in found if access] == [
        "needs `job:read`",
        "any signed-in account",
        "public",
    ]


def test_a_viewer_account_reads_and_an_admin_may_everything() -> None:
    assert {p.value.partition(":")[2] for p in ROLE_PERMISSIONS["viewer"]} == {"read"}
    assert ROLE_PERMISSIONS["admin"] == frozenset(Permission)
    assert Permission.ADMIN not in ROLE_PERMISSIONS["user"]


def test_a_missing_permission_is_named() -> None:
    actor = Actor(uuid7(), "maya", "maya@example.com", "viewer", "free", None, frozenset())
    assert not actor.is_admin
    with pytest.raises(AuthForbidden, match="needs the permission project:create"):
        actor.require(Permission.PROJECT_CREATE)


def _connection(app: FastAPI, method: str, *headers: tuple[str, str]) -> HTTPConnection:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    scope = {"type": "http", "method": method, "headers": raw, "app": app, "path": "/"}
    if method == "WS":
        scope = {"type": "websocket", "headers": raw, "app": app, "path": "/"}
    return HTTPConnection(scope)


HOST = ("host", "yard.test:8000")
OWN = ("origin", "http://yard.test:8000")
SAME = ("sec-fetch-site", "same-origin")
CROSS = ("sec-fetch-site", "cross-site")
LISTED = ("origin", "https://app.example.com")
STRANGERS = (
    "https://evil.example",
    "null",
    "http://yard.test",
    "http://yard.test:8000.evil.example",
    "http://[",
    "https://app.example.com.evil.io",
    "",
)


@pytest.fixture(scope="module")
def listed(settings: Settings) -> FastAPI:
    """An application behind a proxy that also serves another origin; it need not be started."""
    origins = {"cors_origins": ["https://app.example.com"], "public_url": "https://yard.io"}
    return create_app(settings.model_copy(update=origins))


def _sites() -> Iterator[tuple[Sequence[tuple[str, str]], bool]]:
    yield [SAME], True
    yield [("sec-fetch-site", "none")], True
    yield [OWN], True
    yield [LISTED], True
    yield [("origin", "https://yard.io")], True
    yield [CROSS, LISTED], True
    yield [], False
    yield [CROSS], False
    yield [("sec-fetch-site", "same-site")], False
    yield [("sec-fetch-site", "")], False
    for origin in STRANGERS:
        yield [("origin", origin)], False
        yield [CROSS, ("origin", origin)], False


@pytest.mark.parametrize(("headers", "welcome"), _sites(), ids=str)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "WS"])
def test_a_browser_session_writes_from_our_own_pages_only(
    listed: FastAPI, method: str, headers: Sequence[tuple[str, str]], welcome: bool
) -> None:
    connection = _connection(listed, method, HOST, *headers)
    if welcome:
        check_same_site(connection, cookie=True)
    else:
        with pytest.raises(CsrfFailed):
            check_same_site(connection, cookie=True)


def test_who_is_no_browser_needs_no_origin_without_a_cookie(listed: FastAPI) -> None:
    check_same_site(_connection(listed, "POST", HOST))
    with pytest.raises(CsrfFailed):
        check_same_site(_connection(listed, "POST", HOST, CROSS))


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading_is_safe_from_anywhere(listed: FastAPI, method: str) -> None:
    check_same_site(_connection(listed, method, HOST, CROSS), cookie=True)


@pytest.fixture(scope="module")
def behind(settings: Settings) -> FastAPI:
    proxies = ["10.0.0.0/8", "192.0.2.7", "2001:db8::/32"]
    return create_app(settings.model_copy(update={"trusted_proxies": proxies}))


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.5", "", "203.0.113.5"),
        ("203.0.113.5", "198.51.100.1", "203.0.113.5"),
        ("10.1.2.3", "198.51.100.1", "198.51.100.1"),
        ("10.1.2.3", "1.1.1.1, 198.51.100.1", "198.51.100.1"),
        ("10.1.2.3", "1.1.1.1, 198.51.100.1, 192.0.2.7", "198.51.100.1"),
        ("192.0.2.7", "10.9.9.9", "192.0.2.7"),
        ("10.1.2.3", "", "10.1.2.3"),
        ("10.1.2.3", " , ,", "10.1.2.3"),
        ("10.1.2.3", "unknown", "unknown"),
        ("a socket", "198.51.100.1", "a socket"),
        ("2001:db8::1", "2001:500::1", "2001:500::1"),
        ("::ffff:10.1.2.3", "198.51.100.1", "198.51.100.1"),
        ("10.1.2.3", "198.51.100.1:4711", "198.51.100.1"),
        ("10.1.2.3", "[2001:500::1]:443", "2001:500::1"),
        ("10.1.2.3", "[2001:500::1]", "2001:500::1"),
    ],
)
def test_the_callers_address_is_the_last_hop_that_is_no_proxy_of_ours(
    behind: FastAPI, peer: str, forwarded: str, address: str
) -> None:
    connection = _connection(behind, "GET", ("x-forwarded-for", forwarded))
    connection.scope["client"] = (peer, 1)
    assert client_address(connection) == address


def test_a_line_the_proxy_added_counts_more_than_the_one_that_came(behind: FastAPI) -> None:
    lines = [("x-forwarded-for", "198.51.100.1"), ("x-forwarded-for", "198.51.100.2")]
    connection = _connection(behind, "GET", *lines)
    connection.scope["client"] = ("10.1.2.3", 1)
    assert client_address(connection) == "198.51.100.2"


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("a socket", "a socket"),
    ],
)
def test_an_ipv6_subscriber_is_a_network(address: str, site: str) -> None:
    assert site_of(address) == site


def test_nobodys_forwarded_address_is_believed_by_default(app: FastAPI) -> None:
    connection = _connection(app, "GET", ("x-forwarded-for", "198.51.100.1"))
    connection.scope["client"] = ("127.0.0.1", 1)
    assert client_address(connection) == "127.0.0.1"


async def test_headers_that_name_a_user_or_method_are_not_believed(api: Api, world: World) -> None:
    viewer = await world.account(role="viewer")
    forged = {
        "X-User-Id": str(viewer.id),
        "X-Forwarded-User": "admin",
        "X-HTTP-Method-Override": "DELETE",
        "X-Original-URL": "/api/v1/health",
    }
    assert (await api().get("/api/v1/auth/me", headers=forged)).status_code == 401
    answer = await api(as_=viewer).post("/api/v1/projects", json={"name": "x"}, headers=forged)
    assert (answer.status_code, answer.json()["error"]["details"]["permission"]) == (
        403,
        "project:create",
    )
