"""A request finds the same route by the index as by trying them all, and as fast."""

import inspect
import re
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Message

from taskyard.core.routing import IndexedRouter, path_of
from tests.conftest import Api, OpenInstance
from tests.contract.responses import operations
from tests.world import World

METHODS = ("GET", "DELETE")
ID = "019b0000-0000-7000-8000-000000000000"


def _paths(app: FastAPI) -> Iterator[str]:
    """Yield each path of the document, and what lies close beside it."""
    for operation in operations(app.openapi()):
        path = re.sub("{[^}]*}", ID, operation.path)
        yield from (path, f"{path}/", f"{path}/x", path.upper(), path.replace(ID, ".."))
    yield from ("/", "/app", "/app/", "/app/projects/x", "/app/a/b/c.js", "/openapi.json", "/none")


@pytest.mark.slow
async def test_the_index_answers_as_the_plain_loop_does(open_other: OpenInstance) -> None:
    indexed, plain = await open_other(), await open_other()
    plain.app.router.__class__ = APIRouter
    plain.app.router.middleware_stack = plain.app.router.app
    plain.app.router.default = plain.app.router.not_found
    paths = sorted(set(_paths(indexed.app)))
    assert len(paths) > 60
    # Their last segment is no id.
    known = {operation.path for operation in operations(indexed.app.openapi())}
    written_out = {re.sub("{[^}]*}", ID, path) for path in known if not path.endswith("}")}
    clients = indexed.client(), plain.client()
    for path in paths:
        for method in METHODS:
            ours, theirs = [await client.request(method, path) for client in clients]
            if ours.status_code == 405 and theirs.status_code != 405:
                # The loop takes a path that is written out for an id of its neighbour's.
                assert path in written_out
                continue
            assert _told(ours) == _told(theirs), (method, path)
            # Starlette names the methods of the first route alone; ours names them all.
            assert _allowed(theirs) <= _allowed(ours), (method, path)


async def test_head_is_answered_as_get_without_its_content(api: Api, world: World) -> None:
    ana = await world.account()
    project = await world.project(owner=ana)
    for path in ("/api/v1/projects", f"/api/v1/projects/{project.id}", "/api/v1/health"):
        got, head = [await api(as_=ana).request(method, path) for method in ("GET", "HEAD")]
        assert (head.status_code, head.content) == (200, b"")
        for name in ("content-type", "content-length", "etag"):
            assert head.headers.get(name) == got.headers.get(name), (path, name)
    assert (await api().head("/api/v1/projects")).status_code == 401
    assert (await api(as_=ana).head("/api/v1/auth/login")).status_code == 405


def _told(answer: httpx.Response) -> tuple[int, str | None]:
    is_refusal = answer.status_code >= 400 and answer.content
    code = answer.json()["error"]["code"] if is_refusal and "json" in answer.headers[TYPE] else None
    return answer.status_code, code


TYPE = "content-type"


def _allowed(answer: httpx.Response) -> set[str]:
    return set(filter(None, answer.headers.get("allow", "").split(", ")))


async def _answer(_: Request) -> Response:
    return PlainTextResponse("here")


def _router(kind: type[APIRouter], count: int) -> APIRouter:
    router = APIRouter(redirect_slashes=False)
    router.__class__ = kind
    names = [f"thing{number}" for number in range(count)]
    router.routes.extend(Route(f"/api/v1/{name}/{{id}}/parts", _answer) for name in names)
    return router


async def _seconds(router: APIRouter, number: int, repeat: int = 60) -> float:
    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        assert message.get("status", 200) == 200

    began = time.perf_counter()
    for _ in range(repeat):
        scope: dict[str, Any] = {
            "type": "http",
            "method": "GET",
            "path": f"/api/v1/thing{number}/7/parts",
            "headers": [],
            "query_string": b"",
        }
        await router.app(scope, receive, send)
    return time.perf_counter() - began


async def _ratio(router: APIRouter, last: int) -> float:
    """Return how many times as long the last route takes as the first, measured A B A B.

    The best of each: others on the machine only ever make one slower.
    """
    await _seconds(router, 0)
    pairs = [(await _seconds(router, last), await _seconds(router, 0)) for _ in range(9)]
    return min(late for late, _ in pairs) / min(early for _, early in pairs)


async def test_the_last_of_400_routes_costs_what_the_first_does() -> None:
    assert await _ratio(_router(IndexedRouter, 400), 399) < 1.5


async def test_the_plain_loop_does_not_manage_that() -> None:
    """The twin of the test above: were it to fail, the index would no longer be needed."""
    assert await _ratio(_router(APIRouter, 400), 399) > 2


def test_the_template_and_not_the_path_is_counted_and_logged() -> None:
    assert path_of({"route": Route("/a/{id}", _answer)}) == "/a/{id}"
    assert path_of({}) == "unmatched"


def test_every_operation_is_in_the_index(app: FastAPI) -> None:
    assert isinstance(app.router, IndexedRouter)
    known = operations(app.openapi())
    assert len(known) > 20
    for operation in known:
        found = [path_of({"route": route}) for route in app.router._candidates(operation.path)]
        assert operation.path in found
        assert len(found) < 6, "only other methods share its place"


def test_nothing_is_asked_of_a_thread(app: FastAPI) -> None:
    """A dependency that is a plain function costs a thread's turn, twice the work of most."""
    applications = [app, *(spoken for _, spoken in app.state.dialects)]
    routes = [
        one for each in applications for one in each.router.routes if hasattr(one, "dependant")
    ]
    assert len(routes) > 100
    assert [call for route in routes for call in _calls(route) if not _is_async(call)] == []


def _calls(route: Any) -> Iterator[Any]:
    todo = list(route.dependant.dependencies)
    while todo:
        dependant = todo.pop()
        todo += dependant.dependencies
        yield dependant.call


def _is_async(call: Any) -> bool:
    function = call if inspect.isfunction(call) else call.__call__
    return inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)
