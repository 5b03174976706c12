"""Speaking a dialect over real HTTP, every answer held against the dialect's own document."""

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
from fastapi import FastAPI
from jsonschema import Draft202012Validator, FormatChecker

from tests.contract.responses import Operation, operations
from tests.world import Account

#: Where each dialect is served whole.
PREFIX = {name: f"/dialects/{name}" for name in ("jobs", "builds", "tasks")}


def application(app: FastAPI, name: str) -> FastAPI:
    """Return a dialect's own application."""
    found: FastAPI = next(spoken for dialect, spoken in app.state.dialects if dialect.name == name)
    return found


class Document:
    """A dialect's OpenAPI document."""

    def __init__(self, spoken: FastAPI) -> None:
        self.whole: dict[str, Any] = spoken.openapi()
        self.operations = operations(self.whole)

    def faults(self, response: httpx.Response, prefix: str) -> Iterator[str]:
        """Yield where an answer is another than the document says."""
        path = response.request.url.path.removeprefix(prefix)
        where = f"{response.request.method} {path} -> {response.status_code}"
        operation = self._of(response.request.method, path)
        if operation is None:
            if response.status_code not in {400, 404, 405, 429, 431}:
                yield f"{where}: the document does not know this address"
            return
        said = operation.body["responses"].get(str(response.status_code))
        if said is None:
            yield f"{where}: not a documented status ({response.text[:200]})"
            return
        schema = said["content"]["application/json"]["schema"]
        for error in self._validator(schema).iter_errors(response.json()):
            yield f"{where}: {error.json_path}: {error.message[:200]}"

    def _of(self, method: str, path: str) -> Operation | None:
        here = [one for one in self.operations if _pattern(one.path).fullmatch(path)]
        here.sort(key=lambda one: one.path.count("{"))
        return next((one for one in here if one.method == method), None)

    def _validator(self, schema: dict[str, Any]) -> Draft202012Validator:
        whole = {**schema, "components": self.whole["components"]}
        return Draft202012Validator(whole, format_checker=FormatChecker())


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"({[^}]*})", path)
    return re.compile("".join("[^/]+" if p.startswith("{") else re.escape(p) for p in parts))


class Speaker:
    """Makes clients of one dialect."""

    def __init__(
        self, server: str, name: str, document: Document, stack: AsyncExitStack, faults: list[str]
    ) -> None:
        self.server = server
        self.name = name
        self.document = document
        self._stack = stack
        self._faults = faults

    def __call__(
        self,
        *,
        as_: Account | None = None,
        root: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.AsyncClient:
        """Return a client below the dialect's prefix, or at the root."""
        prefix = "" if root else PREFIX[self.name]
        headers = dict(headers or {})
        if as_ is not None:
            headers["Authorization"] = f"Bearer {as_.token}"

        async def check(response: httpx.Response) -> None:
            await response.aread()
            if "json" in response.headers.get("content-type", ""):
                self._faults.extend(self.document.faults(response, prefix))

        client = httpx.AsyncClient(
            base_url=f"http://{self.server}{prefix}",
            headers=headers,
            event_hooks={"response": [check]},
            timeout=30,
        )
        self._stack.push_async_callback(client.aclose)
        return client


@asynccontextmanager
async def speaking(server: str, name: str, document: Document) -> AsyncIterator[Speaker]:
    """Give clients of a dialect; fail where an answer is not as its document says."""
    faults: list[str] = []
    async with AsyncExitStack() as stack:
        yield Speaker(server, name, document, stack, faults)
    assert faults == [], "answers that the dialect's document does not allow"
