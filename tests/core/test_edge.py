"""What every answer carries, and requests whose head cannot be taken as it is."""

import json

import httpx
import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from tests.conftest import Api, OpenInstance
from tests.world import World

HEALTH = "/api/v1/health"
APP = "https://app.example.com"


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.parametrize("path", [HEALTH, "/nowhere", "/api/v1/auth/me", f"{HEALTH}/%00"])
async def test_every_answer_carries_the_security_headers(api: Api, path: str) -> None:
    headers = (await api().get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-site"
    assert len(headers["x-request-id"]) == 36
    assert "server" not in headers


async def test_transport_security_is_asked_for_where_there_is_any(open_other: OpenInstance) -> None:
    plain, secure = await open_other(), await open_other(public_url="https://yard.example.com")
    assert "strict-transport-security" not in (await plain.client().get(HEALTH)).headers
    header = (await secure.client().get(HEALTH)).headers["strict-transport-security"]
    assert header.startswith("max-age=31536000")


async def test_a_refusal_has_one_shape_and_names_its_request(api: Api) -> None:
    answer = await api().get("/api/v1/nowhere")
    assert _code(answer) == (404, "RESOURCE_NOT_FOUND")
    assert answer.json().keys() == {"error"}
    assert answer.json()["error"].keys() == {"code", "message", "details"}
    assert answer.json()["error"]["details"]["request_id"] == answer.headers["x-request-id"]


async def test_a_client_may_ask_for_problem_details(api: Api) -> None:
    answer = await api().get("/api/v1/auth/me", headers={"Accept": "application/problem+json"})
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["status"], body["title"]) == (401, "Auth required")
    assert body["type"] == "urn:taskyard:problem:auth-required"
    assert body["instance"] == f"urn:uuid:{answer.headers['x-request-id']}"
    assert body["detail"] == body["error"]["message"]
    assert "Accept" in answer.headers["vary"]


async def test_a_401_says_how_to_sign_in(api: Api) -> None:
    nobody = await api().get("/api/v1/auth/me")
    assert nobody.headers["www-authenticate"] == 'Bearer realm="taskyard"'
    wrong = await api().get("/api/v1/auth/me", headers={"Authorization": "Bearer x"})
    assert wrong.headers["www-authenticate"].endswith('error="invalid_token"')


async def test_two_authorization_headers_are_refused(api: Api, world: World) -> None:
    token = ("Authorization", f"Bearer {(await world.account()).token}")
    answer = await api().get("/api/v1/auth/me", headers=[token, token])
    assert _code(answer) == (400, "BAD_REQUEST")


async def test_headers_beyond_the_limit_are_refused(api: Api) -> None:
    answer = await api().get(HEALTH, headers={"X-Long": "x" * 100_000})
    assert _code(answer) == (431, "HEADERS_TOO_LARGE")
    token = await api().get("/api/v1/auth/me", headers={"Authorization": f"Bearer {'x' * 100_000}"})
    assert _code(token) == (431, "HEADERS_TOO_LARGE")


@pytest.mark.parametrize(
    "path", [f"{HEALTH}/%00", "/%00", f"/{'x' * 9_000}", f"{HEALTH}?q={'x' * 9_000}"]
)
async def test_an_address_that_cannot_be_meant_is_refused(api: Api, path: str) -> None:
    assert _code(await api().get(path)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/projects/",
        "/api/v1//projects",
        "//api/v1/projects",
        "/api/v1/projects/..%2fauth%2fme",
        "/api/v1/projects;x=1",
        "/API/V1/projects",
        "/api/v1/health/",
        "/api/v1/projects/x/y/z",
        "/app/..%2f..%2fpyproject.toml",
        "/app/%2e%2e/%2e%2e/etc/passwd.txt",
        f"/app/{'x' * 300}.js",
        "/app/.hidden/x.js",
        "/app/assets/none.js",
    ],
)
async def test_an_odd_path_leads_nowhere_and_redirects_nowhere(
    api: Api, world: World, path: str
) -> None:
    client = api(as_=await world.account())
    answer = await client.send(
        client.build_request("GET", httpx.URL(f"http://taskyard.test{path}"))
    )
    assert answer.status_code == 404, answer.text
    assert "location" not in answer.headers


@pytest.mark.parametrize("method", ["TRACE", "DELETE", "PUT", "BREW"])
async def test_another_method_is_told_which_there_are(api: Api, method: str) -> None:
    answer = await api().request(method, HEALTH)
    assert _code(answer) == (405, "METHOD_NOT_ALLOWED")
    assert answer.headers["allow"] == "GET"
    several = await api().request(method if method != "DELETE" else "PUT", "/api/v1/profile")
    assert several.headers["allow"] == "GET, PATCH"
    assert "GET, PATCH" in several.json()["error"]["message"]


@pytest.mark.parametrize(
    ("status", "answered"), [(400, "BAD_REQUEST"), (418, "BAD_REQUEST"), (503, "INTERNAL_ERROR")]
)
async def test_what_the_framework_refuses_is_told_in_our_words(
    open_other: OpenInstance, status: int, answered: str
) -> None:
    async def refuses(_: Request) -> Response:
        raise HTTPException(status, "its own words")

    other = await open_other()
    other.app.router.routes.append(Route("/refuses", refuses))
    answer = await other.client().get("/refuses")
    assert answer.json()["error"]["code"] == answered
    assert ("its own words" in answer.text) is (answered == "BAD_REQUEST")


async def _breaks(_: Request) -> Response:
    raise ZeroDivisionError("a secret of ours")


async def _breaks_midway(_: Request) -> Response:
    async def parts() -> object:
        yield b"begun"
        raise ZeroDivisionError("too late")

    return StreamingResponse(parts())  # type: ignore[arg-type]


async def test_a_failure_of_ours_tells_no_more_than_its_request_id(
    open_other: OpenInstance,
) -> None:
    other = await open_other(cors_origins=[APP])
    other.app.router.routes.append(Route("/breaks", _breaks))
    answer = await other.client().get("/breaks", headers={"Origin": APP})
    assert _code(answer) == (500, "INTERNAL_ERROR")
    details = answer.json()["error"]["details"]
    assert details == {"request_id": answer.headers["x-request-id"]}
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["access-control-allow-origin"] == APP
    assert "secret" not in answer.text


async def test_a_failure_after_the_first_byte_breaks_the_answer_off(
    open_other: OpenInstance,
) -> None:
    other = await open_other()
    other.app.router.routes.append(Route("/breaks", _breaks_midway))
    answer = await other.client().get("/breaks")
    assert (answer.status_code, answer.content) == (200, b"begun")


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", f"{APP}.evil.io", "http://app.example.com", f"{APP}:444", ""],
)
async def test_other_origins_get_no_permission(open_other: OpenInstance, origin: str) -> None:
    other = await open_other(cors_origins=[APP])
    for method, path in (("GET", HEALTH), ("OPTIONS", HEALTH)):
        headers = {"Origin": origin, "Access-Control-Request-Method": "GET"}
        answer = await other.client().request(method, path, headers=headers)
        assert "access-control-allow-origin" not in answer.headers


async def test_a_listed_origin_may_call_and_read_our_headers(open_other: OpenInstance) -> None:
    client = (await open_other(cors_origins=[APP])).client()
    asked = await client.options(
        "/api/v1/projects",
        headers={
            "Origin": APP,
            "Access-Control-Request-Method": "PATCH",
            "Access-Control-Request-Headers": "authorization, if-match, content-type",
        },
    )
    assert asked.status_code == 200
    assert asked.headers["access-control-allow-origin"] == APP
    assert asked.headers["access-control-max-age"] == "600"
    refused = await client.get("/api/v1/auth/me", headers={"Origin": APP, "X-Long": "x" * 9_000})
    assert refused.status_code == 431
    assert refused.headers["access-control-allow-origin"] == APP
    exposed = refused.headers["access-control-expose-headers"]
    assert {"ETag", "Retry-After", "X-Request-Id"} <= set(exposed.split(", "))


async def test_a_header_that_is_no_host_breaks_nothing(api: Api) -> None:
    for host in ("[", "[::1", "a b", "x" * 300, "localhost:abc", "@"):
        answer = await api().post(
            "/api/v1/auth/login",
            json={"email": "a@example.com", "password": "wrong"},
            headers={"Host": host, "X-Taskyard-Client": "web", "Origin": f"http://{host}"},
        )
        assert answer.status_code in {401, 403}, (host, answer.text)


async def test_the_root_speaks_to_browsers_and_to_clients(api: Api) -> None:
    browser = await api().get("/", headers={"Accept": "text/html"})
    assert (browser.status_code, browser.headers["location"]) == (307, "/app/")
    client = await api().get("/")
    assert json.loads(client.text)["name"] == "Taskyard"
    assert (await api().get("/app")).headers["location"] == "/app/"
