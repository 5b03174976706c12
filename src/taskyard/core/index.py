"""How a request finds its route."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from fastapi import APIRouter, FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.routing import BaseRoute, Match
from starlette.types import Message, Receive, Scope, Send

from taskyard.core.admission import admission_of

_HEAD_ONLY: Final = "taskyard.head_only"
#: How many segments, the first of them that are fixed, and the sixth.
_Key: TypeAlias = tuple[int, str, str, str]


def wants_content(connection: HTTPConnection) -> bool:
    """Say whether what a GET handler gives is sent, and not only its head, as for HEAD."""
    return _HEAD_ONLY not in connection.scope


class IndexedRouter(APIRouter):
    """Looks a path up by its length and first fixed segments instead of trying every route.

    FastAPI tries them one after another: measured, the last of 200 costs 257 µs more than the
    first. What the index does not know (404, sockets, mounts) falls back to that loop.
    """

    _index: Mapping[_Key, list[BaseRoute]] | None = None
    _fixed: Mapping[str, list[BaseRoute]] = {}

    def _candidates(self, path: str) -> list[BaseRoute]:
        if self._index is None:
            self._index, self._fixed = _indexed(self.routes)
        # A path that is written out is not also an id: `PATCH /projects/sample` has no project.
        if found := self._fixed.get(path):
            return found
        key = _index_key(path.split("/"))
        return self._index.get(key) or self._index.get((*key[:3], ""), [])

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request by the first route that fits wholly."""
        allowed: set[str] = set()
        template = None
        if scope["type"] == "http":
            for route in self._candidates(own_path(scope)):
                match, child = route.matches(scope)
                # What is written out is not also an id: `PATCH …/tasks/import` names no task.
                here = getattr(route, "path_format", "")
                if match is Match.NONE or template not in {None, here}:
                    continue
                template = here
                methods = getattr(route, "methods", None) or set()
                if match is Match.FULL:
                    scope["router"] = self
                    scope["route"] = route
                    scope.update(child)
                    await route.handle(scope, receive, send)
                    return
                if match is Match.PARTIAL:
                    if scope["method"] == "HEAD" and "GET" in methods:
                        await self._answer_head(scope, receive, send)
                        return
                    allowed |= methods
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


def _index_key(segments: list[str]) -> _Key:
    """Key a path: `/api/v1/projects/{id}/tasks` and `/api/v1/projects/7/tasks` share one."""
    fixed = [s for s in segments[:4] if "{" not in s]
    below = segments[5] if len(segments) > 5 and "{" not in segments[5] else ""
    return len(segments), "/".join(fixed[:3]), fixed[3] if len(fixed) > 3 else "", below


def _indexed(
    routes: Sequence[BaseRoute],
) -> tuple[dict[_Key, list[BaseRoute]], dict[str, list[BaseRoute]]]:
    """Return routes by their keys, each in the order in which they are tried, and by whole path.

    Where a template has a parameter in its sixth segment, it stands under every key it may meet.
    """
    keyed, fixed = [], dict[str, list[BaseRoute]]()
    for route in routes:
        template = getattr(route, "path_format", "")
        keyed.append((_index_key(template.split("/")), route))
        if "{" not in template:
            fixed.setdefault(template, []).append(route)
    keyed.sort(key=lambda pair: getattr(pair[1], "path_format", "").count("{"))
    keys = {key for key, _ in keyed}
    return {
        key: [route for held, route in keyed if held in {key, (*key[:3], "")}] for key in keys
    }, fixed


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
