"""A repeat does nothing again, whoever sends it how often: rows 19 and 20 of the attack table."""

import asyncio
from collections import Counter
from typing import Annotated
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI, Request
from sqlalchemy import func, select, text, update

from taskyard.accounts.models import User
from taskyard.core.access import Actor, Permission, permit_briefly, public, signed_in
from taskyard.core.idempotency import LIFE, IdempotencyRecord
from taskyard.core.platform import Platform
from taskyard.core.routing import Router
from taskyard.core.schemas import Item, Out
from taskyard.core.uow import UowDep, unit_of_work
from taskyard.entry.wiring import chores
from taskyard.jobs.models import Job
from taskyard.kit.clock import now
from taskyard.kit.ids import uuid7
from taskyard.projects.models import Project
from tests.conftest import Api, OpenInstance
from tests.world import Account, World
from tests.world.instances import Instance

HERE = "/api/v1/projects"
REPLAYED = ("idempotency-replayed", "x-idempotency-replayed")


def _key(value: str | None = None) -> dict[str, str]:
    return {"Idempotency-Key": value or uuid7().hex}


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def _name() -> str:
    return f"Yard {uuid7().hex[-12:]}"


async def _named(platform: Platform, name: str) -> int:
    async with unit_of_work(platform.database) as uow:
        return await uow.db.scalar(select(func.count()).where(Project.name == name)) or 0


@pytest.fixture
async def maya(world: World) -> Account:
    return await world.account()


@pytest.fixture
def client(api: Api, maya: Account) -> httpx.AsyncClient:
    return api(as_=maya)


class TestRepeats:
    """The same request with the same key."""

    async def test_a_repeat_gets_the_first_answer(
        self, client: httpx.AsyncClient, platform: Platform
    ) -> None:
        body, key = {"name": _name()}, _key()
        first = await client.post(HERE, json=body, headers=key)
        again = await client.post(HERE, json=body, headers=key)
        assert first.status_code == again.status_code == 201
        assert first.content == again.content
        for name in ("location", "etag", "content-type"):
            assert first.headers[name] == again.headers[name]
        assert [again.headers[name] for name in REPLAYED] == ["true", "true"]
        assert not set(REPLAYED) & first.headers.keys()
        assert await _named(platform, body["name"]) == 1

    @pytest.mark.parametrize("given", ["Idempotency-Key", "X-Idempotency-Key"])
    async def test_both_names_of_the_header_mean_the_same(
        self, client: httpx.AsyncClient, given: str
    ) -> None:
        body, key = {"name": _name()}, uuid7().hex
        first = await client.post(HERE, json=body, headers={given: key})
        for headers in ({"Idempotency-Key": f'"{key}"'}, {"X-Idempotency-Key": key}):
            assert (await client.post(HERE, json=body, headers=headers)).content == first.content
        both = {"Idempotency-Key": key, "X-Idempotency-Key": f'"{key}"'}
        assert (await client.post(HERE, json=body, headers=both)).content == first.content

    async def test_a_hundred_at_once_make_one_project(
        self, api: Api, maya: Account, platform: Platform
    ) -> None:
        body, key = {"name": _name()}, _key()
        clients = [api(as_=maya) for _ in range(100)]
        answers = await asyncio.gather(*(c.post(HERE, json=body, headers=key) for c in clients))
        counts = Counter(answer.status_code for answer in answers)
        assert counts.keys() <= {201, 409}
        made = [answer for answer in answers if answer.status_code == 201]
        assert len({answer.json()["data"]["id"] for answer in made}) == 1
        assert [answer for answer in made if not set(REPLAYED) & answer.headers.keys()] == made[:1]
        for answer in answers:
            if answer.status_code == 409:
                assert _code(answer) == (409, "IDEMPOTENCY_IN_PROGRESS")
                assert answer.headers["retry-after"] == "1"
        assert await _named(platform, body["name"]) == 1
        assert (await api(as_=maya).post(HERE, json=body, headers=key)).content == made[0].content

    async def test_a_hundred_at_once_start_one_analysis(
        self, api: Api, maya: Account, platform: Platform
    ) -> None:
        sample = (await api(as_=maya).post(f"{HERE}/sample")).json()["data"]
        path, key = f"{HERE}/{sample['id']}/analyses", _key()
        clients = [api(as_=maya) for _ in range(100)]
        answers = await asyncio.gather(*(c.post(path, json={}, headers=key) for c in clients))
        assert Counter(answer.status_code for answer in answers).keys() <= {202, 409}
        made = {a.headers["location"] for a in answers if a.status_code == 202}
        assert len(made) == 1
        async with unit_of_work(platform.database) as uow:
            jobs = select(func.count()).where(Job.project_id == UUID(sample["id"]))
            assert await uow.db.scalar(jobs) == 1

    async def test_a_change_is_repeated_too(self, client: httpx.AsyncClient) -> None:
        at = (await client.post(HERE, json={"name": _name()})).headers["location"]
        change, headers = {"description": "A quiet one"}, _key() | {"If-Match": '"1"'}
        first = await client.patch(at, json=change, headers=headers)
        again = await client.patch(at, json=change, headers=headers)
        assert (first.status_code, again.status_code) == (200, 200), "the version did not move on"
        assert first.headers["etag"] == again.headers["etag"] == '"2"'


class TestKeys:
    """What a key belongs to, and what is no key."""

    @pytest.mark.parametrize(
        "key",
        [b"", b"x" * 256, b'"' + b"x" * 256 + b'"', "🔑".encode(), b"a b", b"a\nb", b'"a', b'a"b"'],
        ids=["empty", "long", "long, quoted", "emoji", "blank", "line", "half quoted", "quotes"],
    )
    async def test_what_is_no_key_is_refused(self, client: httpx.AsyncClient, key: bytes) -> None:
        name = _name()
        answer = await client.post(HERE, json={"name": name}, headers=[(b"idempotency-key", key)])
        assert _code(answer) == (400, "IDEMPOTENCY_KEY_INVALID")
        assert (await client.post(HERE, json={"name": name})).status_code == 201

    @pytest.mark.parametrize(
        "key",
        ["x", "x" * 255, '"' + "x" * 255 + '"', "!#$%&'()*+,-./:;<=>?@"],
        ids=["short", "long", "long, quoted", "signs"],
    )
    async def test_whatever_can_be_seen_is_a_key(self, client: httpx.AsyncClient, key: str) -> None:
        body = {"name": _name()}
        answers = [await client.post(HERE, json=body, headers=_key(key)) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [201, 201]

    async def test_two_keys_that_differ_are_refused(self, client: httpx.AsyncClient) -> None:
        for headers in (
            [("Idempotency-Key", "a"), ("X-Idempotency-Key", "b")],
            [("Idempotency-Key", "a"), ("Idempotency-Key", "b")],
        ):
            answer = await client.post(HERE, json={"name": _name()}, headers=headers)
            assert _code(answer) == (400, "IDEMPOTENCY_KEY_INVALID")
            assert "two that differ" in answer.text

    async def test_another_body_is_refused(
        self, client: httpx.AsyncClient, platform: Platform
    ) -> None:
        key, other = _key(), _name()
        assert (await client.post(HERE, json={"name": _name()}, headers=key)).status_code == 201
        answer = await client.post(HERE, json={"name": other}, headers=key)
        assert _code(answer) == (422, "IDEMPOTENCY_KEY_REUSED")
        assert await _named(platform, other) == 0

    async def test_another_query_is_another_request(self, api: Api, maya: Account) -> None:
        client = api(as_=maya)
        sample = (await client.post(f"{HERE}/sample")).json()["data"]
        job = (await client.post(f"{HERE}/{sample['id']}/analyses", json={})).json()["data"]
        at, key = f"/api/v1/jobs/{job['id']}", _key()
        await client.delete(at)
        # A worker of another test may have begun it.
        while (await client.get(at)).json()["data"]["status"] != "cancelled":  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        assert (await client.post(f"{at}/retry", headers=key)).status_code == 200
        replayed = await client.post(f"{at}/retry?from_start=false", headers=key)
        assert replayed.headers["idempotency-replayed"] == "true"
        answer = await client.post(f"{at}/retry?from_start=true", headers=key)
        assert _code(answer) == (422, "IDEMPOTENCY_KEY_REUSED")

    async def test_spelling_and_defaults_make_no_other_body(
        self, client: httpx.AsyncClient
    ) -> None:
        name, key = _name(), _key() | {"Content-Type": "application/json"}
        spellings = (
            f'{{"name": "{name}"}}',
            f'{{ "description" : "", "name":"  {name} " }}',
            f'{{"key": null, "name": "\\u0059{name[1:]}"}}',
        )
        answers = [await client.post(HERE, content=c, headers=key) for c in spellings]
        assert [answer.status_code for answer in answers] == [201, 201, 201]
        assert len({answer.content for answer in answers}) == 1

    async def test_another_caller_has_keys_of_their_own(
        self, api: Api, client: httpx.AsyncClient, world: World
    ) -> None:
        body, key = {"name": _name()}, _key()
        mine = await client.post(HERE, json=body, headers=key)
        theirs = await api(as_=await world.account()).post(HERE, json=body, headers=key)
        assert (mine.status_code, theirs.status_code) == (201, 201)
        assert mine.json()["data"]["id"] != theirs.json()["data"]["id"]

    async def test_another_session_of_the_same_caller_has_the_same(
        self, api: Api, client: httpx.AsyncClient, maya: Account
    ) -> None:
        body, key = {"name": _name()}, _key()
        first = await client.post(HERE, json=body, headers=key)
        token = await api().post("/api/v1/auth/refresh", json={"refresh_token": maya.refresh_token})
        bearer = {"Authorization": f"Bearer {token.json()['data']['access_token']}"}
        again = await api().post(HERE, json=body, headers=key | bearer)
        assert again.content == first.content

    async def test_another_operation_or_place_has_keys_of_its_own(
        self, client: httpx.AsyncClient
    ) -> None:
        key = _key()
        one = (await client.post(HERE, json={"name": _name()}, headers=key)).headers["location"]
        two = (await client.post(HERE, json={"name": _name()})).headers["location"]
        for at in (one, two):
            changed = await client.patch(at, json={"description": "new"}, headers=key)
            assert changed.headers["etag"] == '"2"'
            assert "idempotency-replayed" not in changed.headers

    async def test_after_a_day_a_key_is_new(
        self, client: httpx.AsyncClient, platform: Platform
    ) -> None:
        key = _key()
        first = await client.post(HERE, json={"name": _name()}, headers=key)
        async with unit_of_work(platform.database) as uow:
            left = await uow.db.scalar(select(func.max(IdempotencyRecord.expires_at) - func.now()))
            assert left is not None
            assert 86_300 < left.total_seconds() <= 86_400
            await uow.db.execute(update(IdempotencyRecord).values(expires_at=func.now()))
        second = await client.post(HERE, json={"name": _name()}, headers=key)
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.headers["location"] != second.headers["location"]

    async def test_a_key_is_ignored_where_nothing_is_promised(
        self, client: httpx.AsyncClient
    ) -> None:
        for _ in range(2):
            answer = await client.get(HERE, headers=_key("a b"))
            assert answer.status_code == 200
            assert "idempotency-replayed" not in answer.headers


class TestWhatIsKept:
    """Good answers alone, with the work they tell of, and for whoever may still see it."""

    async def test_a_refusal_is_not_kept(
        self, client: httpx.AsyncClient, platform: Platform
    ) -> None:
        body, key = {"name": _name()}, _key()
        taken = (await client.post(HERE, json=body)).headers["location"]
        assert (await client.post(HERE, json=body, headers=key)).status_code == 409
        await client.patch(taken, json={"name": _name()})
        assert (await client.post(HERE, json=body, headers=key)).status_code == 201
        assert await _named(platform, body["name"]) == 1

    async def test_work_and_memory_are_one_transaction(self, open_other: OpenInstance) -> None:
        other = await open_other(empty=True)
        account = await other.world.account()
        client = other.client(authorization=f"Bearer {account.token}")
        body, key = {"name": _name()}, _key()
        await _execute(
            other,
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'no'; END $$",
            "CREATE TRIGGER refuse BEFORE INSERT ON idempotency_keys EXECUTE FUNCTION refuse()",
        )
        assert (await client.post(HERE, json=body, headers=key)).status_code == 500
        assert await _named(other.platform, body["name"]) == 0
        await _execute(other, "DROP TRIGGER refuse ON idempotency_keys")
        assert (await client.post(HERE, json=body, headers=key)).status_code == 201

    async def test_who_may_no_longer_see_it_gets_no_replay(
        self, api: Api, client: httpx.AsyncClient
    ) -> None:
        at = (await client.post(HERE, json={"name": _name()})).headers["location"]
        key = _key()
        assert (await client.patch(at, json={"description": "x"}, headers=key)).status_code == 200
        assert (await api().patch(at, json={"description": "x"}, headers=key)).status_code == 401
        await client.delete(at)
        gone = await client.patch(at, json={"description": "x"}, headers=key)
        assert _code(gone) == (404, "PROJECT_NOT_FOUND")

    async def test_key_and_caller_cannot_be_read_from_what_is_kept(
        self, client: httpx.AsyncClient, maya: Account, platform: Platform
    ) -> None:
        key = f"order-{uuid7().hex}"
        made = await client.post(HERE, json={"name": _name()}, headers=_key(key))
        async with unit_of_work(platform.database) as uow:
            rows = await uow.db.execute(text("SELECT * FROM idempotency_keys"))
            kept = [str(row) for row in rows if made.headers["location"] in str(row)]
        assert len(kept) == 1
        assert key not in kept[0]
        assert str(maya.id) not in kept[0]

    async def test_numbers_of_any_length_can_be_told_apart(self, client: httpx.AsyncClient) -> None:
        body = {"kind": "analysis", "parameters": {"colour": 99_999_999_999_999_999_999}}
        answer = await client.post("/api/v1/jobs", json=body, headers=_key())
        assert _code(answer) == (422, "PROJECT_REQUIRED")

    async def test_the_elected_process_forgets_what_is_over(
        self, client: httpx.AsyncClient, platform: Platform
    ) -> None:
        await client.post(HERE, json={"name": _name()}, headers=_key())
        async with unit_of_work(platform.database) as uow:
            await uow.db.execute(
                update(IdempotencyRecord).values(expires_at=text("now() - interval '1 second'"))
            )
        [chore] = [chore for chore in chores() if chore.name == "idempotency"]
        assert chore.every.total_seconds() <= 3600
        await chore.do(platform)
        async with unit_of_work(platform.database) as uow:
            assert await uow.db.scalar(select(func.count(IdempotencyRecord.id))) == 0


async def _execute(other: Instance, *statements: str) -> None:
    async with other.platform.database.engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))


class TestRates:
    """A replay is no work: it costs a request, never one of the route's own rate."""

    async def test_a_replay_costs_nothing_of_the_routes_own_rate(
        self, open_other: OpenInstance
    ) -> None:
        other = await open_other(rate_limits="on", rates={"analysis_create": 2, "user": 20})
        client = other.client(authorization=f"Bearer {(await other.world.account()).token}")
        sample = (await client.post(f"{HERE}/sample")).json()["data"]
        path, key = f"{HERE}/{sample['id']}/analyses", _key()
        first = await client.post(path, json={}, headers=key)
        assert '"user";r=18;t=60, "analysis_create";r=1;t=60' in first.headers["ratelimit"]
        replayed = [await client.post(path, json={}, headers=key) for _ in range(3)]
        assert {answer.content for answer in replayed} == {first.content}
        assert (await client.post(path, json={})).status_code == 202
        refused = [await client.post(path, json={}, headers=_key()) for _ in range(3)]
        assert {_code(answer) for answer in refused} == {(429, "RATE_LIMIT_EXCEEDED")}
        assert {answer.json()["error"]["details"]["bucket"] for answer in refused} == {
            "analysis_create"
        }
        # Two uploads and starts, three replays: what was refused was counted nowhere.
        last = await client.post(path, json={}, headers=key)
        assert last.headers["ratelimit"].startswith('"user";r=13;')

    async def test_no_more_requests_no_more_replays(self, open_other: OpenInstance) -> None:
        other = await open_other(rate_limits="on", rates={"user": 2})
        client = other.client(authorization=f"Bearer {(await other.world.account()).token}")
        body, key = {"name": _name()}, _key()
        statuses = [(await client.post(HERE, json=body, headers=key)).status_code for _ in "abc"]
        assert statuses == [201, 201, 429]


class Made(Out):
    """Something with a secret."""

    id: UUID
    secret: str | None


class TestDeclaring:
    """`idempotent=True` is all a route says."""

    async def test_a_secret_that_is_shown_once_is_never_kept(
        self, open_other: OpenInstance
    ) -> None:
        router = Router(prefix="/api/v1/test", tags=["test"])

        @router.post("/keys", status_code=201, idempotent=True, shown_once=("secret",))
        async def make_key(_: Annotated[Actor, signed_in()], __: UowDep) -> Item[Made]:
            return Item(data=Made(id=uuid7(), secret="s" + uuid7().hex))

        other = await open_other()
        other.app.router.routes.extend(router.routes)
        account = await other.world.account()
        client, key = other.client(authorization=f"Bearer {account.token}"), _key()
        first = (await client.post("/api/v1/test/keys", headers=key)).json()["data"]
        again = (await client.post("/api/v1/test/keys", headers=key)).json()["data"]
        assert first["secret"] is not None
        assert again == {"id": first["id"], "secret": None}
        async with unit_of_work(other.platform.database) as uow:
            bodies = (await uow.db.scalars(select(IdempotencyRecord.body))).all()
        assert not any(first["secret"].encode() in body for body in bodies)

    async def test_who_was_overtaken_unseen_undoes_its_work(self, open_other: OpenInstance) -> None:
        """The one question looks before it locks: in between another may be done."""
        router, other = Router(prefix="/api/v1/test", tags=["test"]), await open_other()

        @router.post("/races", status_code=201, idempotent=True)
        async def race(actor: Annotated[Actor, signed_in()], request: Request, uow: UowDep) -> None:
            await uow.db.execute(update(User).where(User.id == actor.user_id).values(username=name))
            async with unit_of_work(other.platform.database) as faster:
                faster.db.add(
                    IdempotencyRecord(
                        id=request.scope["taskyard.idempotency"].id,
                        fingerprint=b"",
                        status=201,
                        headers={},
                        body=b"",
                        expires_at=now() + LIFE,
                    )
                )

        other.app.router.routes.extend(router.routes)
        account, name = await other.world.account(), f"racer-{uuid7().hex[-12:]}"
        client = other.client(authorization=f"Bearer {account.token}")
        answer = await client.post("/api/v1/test/races", headers=_key())
        assert _code(answer) == (409, "IDEMPOTENCY_IN_PROGRESS")
        async with unit_of_work(other.platform.database) as uow:
            assert await uow.db.scalar(select(User.username).where(User.id == account.id)) != name

    def test_a_route_that_could_not_keep_the_promise_is_refused(self) -> None:
        router = Router(prefix="/api/v1/test", tags=["test"])

        async def for_all(_: Annotated[None, public()], __: UowDep) -> None: ...

        async def elsewhere(
            _: Annotated[Actor, permit_briefly(Permission.PROJECT_CREATE)],
        ) -> None: ...

        for endpoint in (for_all, elsewhere):
            with pytest.raises(TypeError, match="cannot be idempotent"):
                router.post("/things", idempotent=True)(endpoint)

    def test_the_document_tells_of_it(self, app: FastAPI) -> None:
        operation = app.openapi()["paths"][HERE]["post"]
        assert "Idempotency-Key" in [parameter["name"] for parameter in operation["parameters"]]
        assert "Idempotency-Replayed" in operation["responses"]["201"]["headers"]
        codes = operation["responses"]["409"]["content"]["application/json"]["examples"]
        assert "IDEMPOTENCY_IN_PROGRESS" in codes
