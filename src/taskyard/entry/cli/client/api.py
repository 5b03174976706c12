"""The API as one signed-in account sees it."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from taskyard.entry.cli.client import address
from taskyard.entry.cli.client.answers import Item, Page
from taskyard.entry.cli.client.credentials import Credentials
from taskyard.entry.cli.client.exits import ClientError, Exit
from taskyard.entry.cli.client.tokens import GivenToken, KeptTokens, Tokens
from taskyard.entry.cli.client.wire import ApiRefused, Ask, Wire, not_understood

M = TypeVar("M", bound=BaseModel)
#: The server takes up to a minute to look into an archive once it has all of it.
_UPLOAD_PATIENCE_S = 180.0
#: A quiet event stream sends a sign of life every 15 s.
_STREAM_PATIENCE_S = 45.0


class Readable(Protocol):
    """A file whose length can be known before it is read."""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes; empty at the end."""
        ...

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a place in it."""
        ...

    def fileno(self) -> int:
        """Return its descriptor."""
        ...


class Api:
    """Calls with the account's token, which is renewed where the server asks for it."""

    def __init__(self, wire: Wire, tokens: Tokens) -> None:
        self._wire = wire
        self._tokens = tokens

    @property
    def server(self) -> str:
        """The server's address."""
        return self._wire.server

    def get(self, model: type[M], path: str, **params: Any) -> M:
        """Return the one thing at `path`. Raises ClientError."""
        response = self._send(Ask("GET", path, params=params, repeatable=True))
        return self._parsed(Item[model], response).data  # type: ignore[valid-type]

    def page(self, model: type[M], path: str, **params: Any) -> Page[M]:
        """Return a page of the list at `path`. Raises ClientError."""
        response = self._send(Ask("GET", path, params=params, repeatable=True))
        return self._parsed(Page[model], response)  # type: ignore[valid-type]

    def post(
        self, model: type[M], path: str, body: Any, *, params: Mapping[str, Any] | None = None
    ) -> M:
        """Send a body and return the one thing answered. Raises ClientError."""
        # Should the answer get lost and a person ask again, that is another request.
        headers = {"Idempotency-Key": os.urandom(16).hex()}
        ask = Ask("POST", path, json=body, params=params, headers=headers)
        return self._parsed(Item[model], self._send(ask)).data  # type: ignore[valid-type]

    def post_for_many(self, model: type[M], path: str, body: Any) -> list[M]:
        """Send a body and return the things answered. Raises ClientError."""
        headers = {"Idempotency-Key": os.urandom(16).hex()}
        response = self._send(Ask("POST", path, json=body, headers=headers))
        return self._parsed(Item[list[model]], response).data  # type: ignore[valid-type]

    def patch(self, model: type[M], path: str, body: Any) -> M:
        """Change what is at `path`; the same change may be made again. Raises ClientError."""
        response = self._send(Ask("PATCH", path, json=body, repeatable=True))
        return self._parsed(Item[model], response).data  # type: ignore[valid-type]

    def delete(self, path: str) -> None:
        """Delete what is at `path`. Raises ClientError."""
        self._send(Ask("DELETE", path, repeatable=True))

    def raw(self, path: str, **params: Any) -> Any:
        """Return the JSON at `path` as it came. Raises ClientError."""
        response = self._send(Ask("GET", path, params=params, repeatable=True))
        try:
            return response.json()
        except ValueError:
            not_understood(self.server)

    def upload(self, model: type[M], path: str, name: str, content: Readable) -> M:
        """Send a file as the field `file`. Equal content again is the same: it may be repeated."""

        def files() -> dict[str, Any]:
            content.seek(0)
            return {"file": (name, content, "application/octet-stream")}

        ask = Ask("POST", path, files=files, repeatable=True, patience_s=_UPLOAD_PATIENCE_S)
        return self._parsed(Item[model], self._send(ask)).data  # type: ignore[valid-type]

    def put(self, path: str, content: bytes, headers: Mapping[str, str]) -> None:
        """Put content where `path` says; it may be repeated. Raises ClientError."""
        sent = {"Content-Type": "application/octet-stream", **headers}
        patience_s = _UPLOAD_PATIENCE_S
        self._send(
            Ask("PUT", path, content=content, headers=sent, repeatable=True, patience_s=patience_s)
        )

    def finish(self, model: type[M], path: str) -> M:
        """Have something finished that is finished once, however often it is asked for."""
        ask = Ask("POST", path, repeatable=True, patience_s=_UPLOAD_PATIENCE_S)
        return self._parsed(Item[model], self._send(ask)).data  # type: ignore[valid-type]

    def download(self, path: str, write: Callable[[bytes], object]) -> None:
        """Hand the bytes at `path` to `write`, piece by piece. Raises ClientError."""
        ask = Ask("GET", path, repeatable=True, headers={"Accept": "*/*"}, patience_s=120.0)
        response = self._send(ask, stream=True)
        try:
            for piece in response.iter_bytes():
                write(piece)
        except httpx.RequestError as error:
            message = f"{self.server} broke off while it sent {path}: {error}. Run it again."
            raise ClientError(message, Exit.UNREACHABLE) from None
        finally:
            response.close()

    @contextmanager
    def stream(self, path: str, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        """Open a stream of events, in one try. Raises ClientError and httpx.RequestError."""
        ask = Ask("GET", path, headers=headers, patience_s=_STREAM_PATIENCE_S)
        response = self._send(ask, stream=True, tries=1)
        try:
            yield response
        finally:
            response.close()

    def _send(self, ask: Ask, *, stream: bool = False, tries: int | None = None) -> httpx.Response:
        token = self._tokens.current()
        response = self._wire.send(ask, token, stream=stream, tries=tries)
        if response.status_code == 401:
            response.read()
            response.close()
            token = self._tokens.renewed(token)
            response = self._wire.send(ask, token, stream=stream, tries=tries)
        if response.status_code == 401:
            response.read()
            raise ApiRefused(response)
        return response

    def _parsed(self, model: type[M], response: httpx.Response) -> M:
        try:
            return model.model_validate_json(response.content)
        except ValidationError:
            not_understood(self.server)


@contextmanager
def connected(server: str | None, say: Callable[[str], None]) -> Iterator[Api]:
    """Open the API of a server with this user's tokens. Raises ClientError."""
    credentials = Credentials.of_this_user()
    url = chosen_server(server, credentials)
    wire = Wire(url, say)
    given = address.from_environment()
    tokens: Tokens = GivenToken(given) if given else KeptTokens(credentials, wire)
    try:
        yield Api(wire, tokens)
    finally:
        wire.close()


def chosen_server(given: str | None, credentials: Credentials) -> str:
    """Return the server meant: the one named, else the last signed in to, else the usual one."""
    if given:
        return address.normalised(given)
    return credentials.default() or address.USUAL
