"""What is counted for whom, over HTTP: each rate, every answer's headers, forged addresses.

The instance here has small numbers; everything else about it is as it is.
"""

import asyncio
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack
from typing import Annotated, Any

import httpx
import pytest
from fastapi import FastAPI
from redis.asyncio import Redis
from websockets.exceptions import InvalidStatus

from taskyard.core import throttle
from taskyard.core.access import public
from taskyard.core.routing import Router
from taskyard.core.settings import Settings
from taskyard.kit.ids import uuid7
from tests.conftest import Api, OpenInstance
from tests.contract.responses import METHODS
from tests.core.live_client import following, serving
from tests.core.log_lines import capture
from tests.files.serving import server
from tests.world import World
from tests.world.accounts import PASSWORD
from tests.world.instances import Instance, open_instance

RATES = {
    "user": (3, 5, 7),
    "session": 6,
    "ip": 5,
    "ip_invalid": 3,
    "login": 50,
    "login_email": 2,
    "register": 2,
    "refresh": 2,
    "analysis_create": (2, 2, 3),
    "ws": 2,
}
HEALTH, ME, SETUP = "/api/v1/health", "/api/v1/auth/me", "/api/v1/auth/setup"
LOGIN, REFRESH, REGISTER = "/api/v1/auth/login", "/api/v1/auth/refresh", "/api/v1/auth/register"
WEB = {"X-Taskyard-Client": "web", "Sec-Fetch-Site": "same-origin"}
Ask = Callable[[], Awaitable[httpx.Response]]


@pytest.fixture(scope="module")
async def counting(settings: Settings) -> AsyncIterator[Instance]:
    """In place of the suite's: `limited` makes clients of this one."""
    changes = {"rate_limits": "on", "rates": RATES}
    async with open_instance(settings, changes, empty=False) as instance:
        yield instance


async def _statuses(ask: Ask, times: int) -> list[int]:
    return [(await ask()).status_code for _ in range(times)]


def _refusal(answer: httpx.Response) -> tuple[str, int]:
    assert answer.status_code == 429, answer.text
    error = answer.json()["error"]
    assert error["code"] == "RATE_LIMIT_EXCEEDED"
    details = error["details"]
    assert details["retry_after"] >= 1
    assert answer.headers["retry-after"] == str(details["retry_after"])
    assert answer.headers["x-ratelimit-limit"] == str(details["limit"])
    assert answer.headers["x-ratelimit-remaining"] == "0"
    return details["bucket"], details["limit"]


def _remaining(answer: httpx.Response) -> dict[str, int]:
    """Return what is left in each rate that the request was counted in."""
    found = re.findall(r'"(\w+)";r=(\d+);t=\d+', answer.headers["ratelimit"])
    return {name: int(left) for name, left in found}


class TestWhoIsCounted:
    """One general rate for each request, by who calls."""

    @pytest.mark.parametrize(("tier", "most"), [("free", 3), ("pro", 5), ("premium", 7)])
    async def test_an_account_by_its_tier_wherever_it_calls_from(
        self, limited: Api, world: World, tier: Any, most: int
    ) -> None:
        account = await world.account(tier=tier)
        answers = [await limited(as_=account).get(ME) for _ in range(most + 1)]
        assert [answer.status_code for answer in answers] == [200] * most + [429]
        assert _refusal(answers[-1]) == ("user", most)

    async def test_of_many_at_once_exactly_as_many(self, limited: Api, world: World) -> None:
        account = await world.account(tier="premium")
        answers = await asyncio.gather(*(limited(as_=account).get(ME) for _ in range(60)))
        assert Counter(answer.status_code for answer in answers) == {200: 7, 429: 53}

    async def test_the_web_app_by_its_session(self, limited: Api, world: World) -> None:
        account = await world.account(tier="free")
        for _ in range(2):
            browser = limited()
            body = {"email": account.email, "password": PASSWORD}
            assert (await browser.post(LOGIN, json=body, headers=WEB)).status_code == 200
            statuses = [(await browser.get(ME)).status_code for _ in range(7)]
            assert statuses == [200] * 6 + [429]
            assert _refusal(await browser.get(ME)) == ("session", 6)
        assert (await limited(as_=account).get(ME)).status_code == 200

    async def test_who_has_no_credential_by_address(self, limited: Api) -> None:
        stranger = limited()
        assert await _statuses(lambda: stranger.get(SETUP), 5) == [200] * 5
        assert _refusal(await stranger.get(SETUP)) == ("ip", 5)
        assert _refusal(await stranger.get(ME)) == ("ip", 5)
        assert (await limited().get(SETUP)).status_code == 200

    async def test_who_shares_an_address_is_not_held_up(self, limited: Api, world: World) -> None:
        stranger = limited(address="192.0.2.1")
        assert 429 in await _statuses(lambda: stranger.get(SETUP), 6)
        account = await world.account(tier="premium")
        assert (await limited(as_=account, address="192.0.2.1").get(ME)).status_code == 200

    async def test_an_ipv6_subscriber_by_the_whole_network(self, limited: Api) -> None:
        rotating = (limited(address=f"2001:db8:1:1::{n:x}") for n in range(1, 8))
        statuses = [(await client.get(SETUP)).status_code for client in rotating]
        assert statuses == [200] * 5 + [429] * 2
        assert (await limited(address="2001:db8:1:2::1").get(SETUP)).status_code == 200

    async def test_one_address_by_both_its_spellings(self, limited: Api) -> None:
        spellings = ("192.0.2.9", "::ffff:192.0.2.9") * 3
        answers = [await limited(address=address).get(SETUP) for address in spellings]
        assert _refusal(answers[-1]) == ("ip", 5)

    async def test_a_bad_credential_is_counted_against_its_address(
        self, limited: Api, world: World
    ) -> None:
        liar = limited(address="192.0.2.3", authorization="Bearer nonsense")
        assert await _statuses(lambda: liar.get(ME), 3) == [401] * 3
        assert _refusal(await liar.get(ME)) == ("ip_invalid", 3)
        account = await world.account(tier="premium")
        assert (await limited(as_=account, address="192.0.2.3").get(ME)).status_code == 200

    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [("GET", "/api/v1/none", 404), ("GET", "/.env", 404), ("PUT", SETUP, 405)],
    )
    async def test_trying_addresses_out_is_counted(
        self, limited: Api, method: str, path: str, status: int
    ) -> None:
        prober = limited()
        assert await _statuses(lambda: prober.request(method, path), 3) == [status] * 3
        assert _refusal(await prober.request(method, path)) == ("ip_invalid", 3)

    @pytest.mark.parametrize(
        "ask",
        [
            {"method": "POST", "url": LOGIN, "content": b"{"},
            {"method": "POST", "url": LOGIN, "content": b"x", "headers": {"content-type": "a/b"}},
            {"method": "GET", "url": f"{SETUP}?colour=red"},
            {"method": "GET", "url": SETUP, "headers": {"x-long": "x" * 9_000}},
            {"method": "POST", "url": LOGIN, "headers": {"sec-fetch-site": "cross-site"}},
            {"method": "GET", "url": "/openapi.json"},
            {"method": "GET", "url": "/"},
        ],
        ids=["no JSON", "no media type of ours", "query", "headers", "forged", "document", "root"],
    )
    async def test_whatever_is_asked_is_counted_once(
        self, limited: Api, ask: dict[str, Any]
    ) -> None:
        stranger = limited(**{"content-type": "application/json"})
        statuses = await _statuses(lambda: stranger.request(**ask), 6)
        assert 429 not in statuses[:5], statuses
        assert statuses[5] == 429, statuses

    async def test_health_and_the_web_apps_files_are_not(self, limited: Api) -> None:
        monitor = limited()
        for path in (HEALTH, f"{HEALTH}/detailed", "/app/", "/app/none.js"):
            answers = [await monitor.get(path) for _ in range(8)]
            assert {answer.status_code for answer in answers} <= {200, 404, 503}
            assert "ratelimit" not in answers[0].headers

    async def test_nothing_is_counted_where_limits_are_off(self, api: Api, world: World) -> None:
        account = await world.account(tier="free")
        answers = [await api(as_=account).get(ME) for _ in range(70)]
        assert {answer.status_code for answer in answers} == {200}
        assert not [name for name in answers[0].headers if "ratelimit" in name]


class TestHeaders:
    """What an answer says of the rates."""

    async def test_every_answer_says_what_is_left(self, limited: Api, world: World) -> None:
        client = limited(as_=await world.account(tier="premium"))
        seen = []
        for path, status in ((ME, 200), (f"/api/v1/projects/{uuid7()}", 404), ("/api/v1/x", 404)):
            answer = await client.get(path)
            assert answer.status_code == status
            assert {"x-ratelimit-limit", "ratelimit-policy"} <= answer.headers.keys()
            seen.append(answer.headers["x-ratelimit-remaining"])
        assert seen == ["6", "5", "2"]

    async def test_they_are_written_as_the_draft_and_as_others_write_them(
        self, limited: Api, world: World
    ) -> None:
        account = await world.account(tier="free")
        path = f"/api/v1/projects/{uuid7()}/analyses"
        headers = (await limited(as_=account).post(path, json={})).headers
        assert headers["ratelimit-policy"] == '"user";q=3;w=60, "analysis_create";q=2;w=60'
        assert headers["ratelimit"] == '"user";r=2;t=60, "analysis_create";r=1;t=60'
        # The tightest is the one with the least share left.
        assert (headers["x-ratelimit-limit"], headers["x-ratelimit-remaining"]) == ("2", "1")
        assert 55 <= int(headers["x-ratelimit-reset"]) - time.time() <= 61

    async def test_other_origins_can_read_them(self, counting: Instance) -> None:
        [cors] = [m for m in counting.app.user_middleware if "expose_headers" in m.kwargs]
        listed: Any = cors.kwargs["expose_headers"]
        exposed = {name.lower() for name in listed}
        assert {"ratelimit", "ratelimit-policy", "retry-after", "x-ratelimit-reset"} <= exposed
        assert {"idempotency-replayed", "x-idempotency-replayed"} <= exposed

    def test_the_document_says_so_of_every_counted_operation(self, app: FastAPI) -> None:
        walked = 0
        for path, item in app.openapi()["paths"].items():
            for method in METHODS & item.keys():
                counted = item[method]["x-rate-limit-bucket"] != "none"
                assert counted is not path.startswith("/api/v1/health")
                assert ("429" in item[method]["responses"]) is counted
                for status, response in item[method]["responses"].items():
                    if status.startswith("2") or status == "429":
                        said = {"RateLimit", "X-RateLimit-Reset"} <= response.get(
                            "headers", {}
                        ).keys()
                        assert said is counted, (path, method, status)
                walked += counted
        assert walked > 35


class TestOwnRates:
    """The rates that routes declare."""

    async def test_a_refusal_by_one_rate_consumes_nothing_of_another(
        self, limited: Api, world: World
    ) -> None:
        client = limited(as_=await world.account(tier="premium"))
        path = f"/api/v1/projects/{uuid7()}/analyses"
        assert await _statuses(lambda: client.post(path, json={}), 3) == [404] * 3
        for _ in range(5):
            assert _refusal(await client.post(path, json={})) == ("analysis_create", 3)
        assert _remaining(await client.get(ME)) == {"user": 3}

    async def test_a_kind_of_job_has_one_rate_however_it_is_asked_for(
        self, limited: Api, world: World
    ) -> None:
        owner = await world.account(tier="pro")
        project = await world.project(owner=owner)
        client = limited(as_=owner)
        at = f"/api/v1/projects/{project.id}"
        # Wrong in what only the kind itself can tell.
        wrong = {"kind": "analysis", "parameters": {"colour": "red"}}
        asks: list[tuple[str, dict[str, Any]]] = [
            ("/api/v1/jobs", wrong | {"project_id": str(project.id)}),
            (f"{at}/jobs", wrong),
            (f"{at}/analyses", {"colour": "red"}),
        ]
        assert (await client.post(asks[0][0], json=asks[0][1])).status_code == 422
        assert (await client.post(asks[2][0], json=asks[2][1])).status_code == 422
        for path, body in asks:
            assert _refusal(await client.post(path, json=body)) == ("analysis_create", 2)
        assert _remaining(await client.get(ME)) == {"user": 2}

    async def test_of_strangers_by_address(self, limited: Api) -> None:
        crowd = limited()
        assert await _statuses(lambda: crowd.post(REGISTER, json={}), 2) == [422] * 2
        assert _refusal(await crowd.post(REGISTER, json={})) == ("register", 2)
        assert (await limited().post(REGISTER, json={})).status_code == 422

    async def test_signing_in_by_account_name(self, limited: Api, world: World) -> None:
        body = {"email": (await world.account()).email, "password": "wrong password"}
        assert [(await limited().post(LOGIN, json=body)).status_code for _ in range(2)] == [401] * 2
        client = limited()
        answer = await client.post(LOGIN, json=body)
        assert answer.json()["error"]["code"] == "LOGIN_ATTEMPTS_EXCEEDED"
        details = answer.json()["error"]["details"]
        assert (details["bucket"], details["limit"]) == ("login_email", 2)
        assert details["retry_after"] > 3_500
        assert answer.headers["x-ratelimit-limit"] == "2"
        other = {"email": "somebody@example.com", "password": "wrong password"}
        left = _remaining(await client.post(LOGIN, json=other))
        assert (left["ip"], left["login"]) == (4, 49), "the refused attempt was counted nowhere"

    async def test_refreshing_by_session(self, limited: Api, world: World) -> None:
        account = await world.account()
        token = account.refresh_token
        for _ in range(2):
            answer = await limited().post(REFRESH, json={"refresh_token": token})
            token = answer.json()["data"]["refresh_token"]
        assert _refusal(await limited().post(REFRESH, json={"refresh_token": token})) == (
            "refresh",
            2,
        )
        assert (await limited(as_=account).get(ME)).status_code == 200, "the session lives on"

    async def test_opening_sockets(self, counting: Instance, world: World) -> None:
        account = await world.account(tier="premium")
        async with serving(counting.app) as at:
            for _ in range(2):
                async with following(at, account):
                    pass
            with pytest.raises(InvalidStatus) as refused:
                async with following(at, account):
                    pass
        response = refused.value.response
        assert response.status_code == 429
        assert int(response.headers["retry-after"]) >= 1
        assert response.headers["x-ratelimit-limit"] == "2"

    def test_a_route_cannot_declare_a_rate_that_is_not_in_the_table(self) -> None:
        router = Router(prefix="/api/v1/test", tags=["test"])
        with pytest.raises(TypeError, match="has no rate 'lunch'"):
            router.get("/lunch", bucket="lunch")(_lunch)
        assert router.routes == []


async def _lunch(_: Annotated[None, public()]) -> None: ...


class TestAddresses:
    """Row 39: nobody gets a new window by saying that they are somebody else."""

    async def test_a_forged_address_changes_nothing(self, limited: Api) -> None:
        liar = limited()
        forged = [
            await liar.get(SETUP, headers={"X-Forwarded-For": f"198.51.100.{n}"}) for n in range(6)
        ]
        assert [answer.status_code for answer in forged] == [200] * 5 + [429]

    async def test_behind_a_proxy_the_last_hop_it_saw_counts(
        self, open_other: OpenInstance
    ) -> None:
        other = await open_other(
            rate_limits="on", rates=RATES, trusted_proxies=["127.0.0.1", "10.0.0.0/8"]
        )
        client, me = other.client(), f"203.0.113.{uuid7().int % 250}"
        for n in range(5):
            headers = {"X-Forwarded-For": f"198.51.100.{n}, {me}, 10.0.0.{n}"}
            assert (await client.get(SETUP, headers=headers)).status_code == 200
        two_lines = [("X-Forwarded-For", "198.51.100.9"), ("X-Forwarded-For", f"{me}:4711")]
        assert (await client.get(SETUP, headers=two_lines)).status_code == 429
        theirs = {"X-Forwarded-For": f"{me}, 198.51.100.7"}
        assert (await client.get(SETUP, headers=theirs)).status_code == 200


class TestTogether:
    """Several processes, and no Valkey."""

    async def test_two_processes_share_one_window(self, settings: Settings, world: World) -> None:
        account = await world.account(tier="free")
        counted = settings.model_copy(update={"rate_limits": "on"})
        with ExitStack() as stack:
            urls = [stack.enter_context(server(counted))[0] for _ in range(2)]
            bearer = {"Authorization": f"Bearer {account.token}"}
            async with httpx.AsyncClient(headers=bearer, timeout=60) as client:
                for url in urls:
                    assert (await client.get(f"{url}{HEALTH}")).status_code == 200
                asked = [client.get(f"{urls[n % 2]}{ME}") for n in range(100)]
                answers = await asyncio.gather(*asked)
        assert Counter(answer.status_code for answer in answers) == {200: 60, 429: 40}

    async def test_without_valkey_the_api_serves_and_sign_in_stays_limited(
        self, open_other: OpenInstance, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        said = capture(monkeypatch, throttle)
        account = await world.account(tier="free")
        other = await open_other(rate_limits="on", rates=RATES, redis_url="redis://127.0.0.1:1")
        client = other.client(authorization=f"Bearer {account.token}")
        assert await _statuses(lambda: client.get(ME), 20) == [200] * 20
        body = {"email": account.email, "password": "wrong password"}
        assert await _statuses(lambda: client.post(LOGIN, json=body), 4) == [401, 401, 429, 429]
        warnings = [line for line in said if line["event"] == "rate_limits_suspended"]
        assert len(warnings) == 1

    async def test_who_comes_once_is_forgotten(self, limited: Api, settings: Settings) -> None:
        for n in range(40):
            body = {"email": f"{uuid7().hex}{n}@example.com", "password": "wrong password"}
            assert (await limited().post(LOGIN, json=body)).status_code == 401
        assert settings.redis_url is not None
        async with Redis.from_url(settings.redis_url) as valkey:
            slots = [slot async for slot in valkey.scan_iter(match="ty:rl:*", count=1000)]
            lives = [await valkey.ttl(slot) for slot in slots]
        assert len(slots) > 100
        assert all(0 <= life <= 3_601 or life == -2 for life in lives)
