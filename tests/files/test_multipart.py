"""Uploads whose sender goes away, which no HTTP client does on purpose."""

import asyncio
import io
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any

import pytest
from starlette.requests import Request

from taskyard.files import multipart
from taskyard.files.errors import UploadBrokenOff

START = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\nhalf'
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


def request(receive: Receive) -> Request:
    headers = [(b"content-type", b"multipart/form-data; boundary=b")]
    return Request({"type": "http", "method": "POST", "headers": headers}, receive)


async def test_the_connection_is_closed() -> None:
    messages: Iterator[MutableMapping[str, Any]] = iter(
        [
            {"type": "http.request", "body": START, "more_body": True},
            {"type": "http.disconnect"},
        ]
    )

    async def receive() -> MutableMapping[str, Any]:
        return next(messages)

    with pytest.raises(UploadBrokenOff, match="connection was closed"):
        await multipart.receive_file(request(receive), io.BytesIO(), limit_bytes=1000)


async def test_nothing_more_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multipart, "_IDLE_SECONDS", 0.05)
    first = True

    async def receive() -> MutableMapping[str, Any]:
        nonlocal first
        if not first:
            await asyncio.Event().wait()
        first = False
        return {"type": "http.request", "body": START, "more_body": True}

    with pytest.raises(UploadBrokenOff, match="nothing more came"):
        await multipart.receive_file(request(receive), io.BytesIO(), limit_bytes=1000)
