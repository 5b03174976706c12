"""How a request finds its route."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from fastapi import APIRouter, FastAPI
from starlette.convertors import PathConvertor
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Message, Receive, Scope, Send

from taskyard.core.admission import admission_of

_HEAD_ONLY: Final = "taskyard.head_only"


def wants_content(connection: HTTPConnection) -> bool:
    """Say whether what a GET handler gives is sent, and not only its head, as for HEAD."""
    return _HEAD_ONLY not in connection.scope


@dataclass(slots=True)
class _Place:
    """Where a path has led so far; what is written out goes before what may be anything."""

    written: "dict[str, _Place]" = field(default_factory=dict)
    anything: "_Place | None" = None
    routes: list[Route] = field(default_factory=list)

    def add(self, route: Route) -> None:
        """Have a route found by its template."""
        place = self
        for segment in route.path_format.split("/"):
            if "{" in segment:
                place.anything = place.anything or _Place()
                place = place.anything
            else:
                place = place.written.setdefault(segment, _Place())
        place.routes.append(route)

    def find(self, segments: Sequence[str], at: int = 0) -> list[Route]:
        """Return the routes of the template that fits."""
        if at == len(segments):
            return self.routes
        segment = segments[at]
        ahead = self.written.get(segment)
        if ahead is not None and (found := ahead.find(segments, at + 1)):
            return found
        return self.anything.find(segments, at + 1) if self.anything and segment else []


class IndexedRouter(APIRouter):
    """Follows a path segment by segment to its routes, instead of trying every one.

    FastAPI tries them one after another: measured, the last of 200 costs 257 µs more than the
    first. What the index does not know (404, sockets, mounts) falls back to that loop. A path that
    is written out is not also an id: `PATCH …/tasks/import` names no task.
    """

    _index: _Place | None = None

    def _candidates(self, path: str) -> list[Route]:
        if self._index is None:
            self._index = _indexed(self.routes)
        return self._index.find(path.split("/"))

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request by the first route that fits wholly."""
        allowed: set[str] = set()
        if scope["type"] == "http":
            method = scope["method"]
            for route in self._candidates(own_path(scope)):
                if route.methods is not None and method not in route.methods:
                    allowed |= route.methods
                    continue
                match, child = route.matches(scope)
                if match is Match.FULL:
                    scope["router"] = self
                    scope["route"] = route
                    scope.update(child)
                    await route.handle(scope, receive, send)
                    return
            if method == "HEAD" and "GET" in allowed:
                await self._answer_head(scope, receive, send)
                return
        if allowed:
            await admission_of(HTTPConnection(scope)).suspect()
            # FastAPI would name the methods of the first route alone (RFC 9110 section 15.5.6).
            raise HTTPException(405, headers={"Allow": ", ".join(sorted(allowed))})
        await super().app(scope, receive, send)

    async def _answer_head(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with what GET would send before its content (RFC 9110 section 9.3.2)."""

        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                # At once: the content of a stream has no end.
                await send({"type": "http.response.body"})

        got = {**scope, "method": "GET", _HEAD_ONLY: True}
        try:
            await self.app(got, receive, send_head)
        finally:
            # Who called, and by which route, is read from the request's own scope.
            scope.update({**got, "method": "HEAD"})

    async def not_found(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 404, and count whoever tries addresses out."""
        if scope["type"] == "http":
            await admission_of(HTTPConnection(scope)).suspect()
        await super().not_found(scope, receive, send)


def _indexed(routes: Iterable[BaseRoute]) -> _Place:
    """Return the first step of every route but those whose last parameter spans segments."""
    start = _Place()
    for route in routes:
        if isinstance(route, Route) and not any(
            isinstance(kind, PathConvertor) for kind in route.param_convertors.values()
        ):
            start.add(route)
    return start


def use_index(app: FastAPI, routes: Iterable[BaseRoute]) -> None:
    """Give an application these routes flat, so that one index finds each."""
    app.router.__class__ = IndexedRouter
    assert isinstance(app.router, IndexedRouter)
    app.router.middleware_stack = app.router.app
    app.router.default = app.router.not_found
    app.router.routes.extend(routes)


def own_path(scope: Scope) -> str:
    """Return the path below where the application lies."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def path_of(scope: Scope) -> str:
    """Return the template of the route that answered, for logs and counts; never the raw path."""
    template = getattr(scope.get("route"), "path_format", None)
    return f"{scope.get('root_path', '')}{template}" if template else "unmatched"
