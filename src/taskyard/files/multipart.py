"""Reading one uploaded file out of a multipart body, straight to disk, counted as it comes."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, BinaryIO

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.requests import ClientDisconnect, Request

from taskyard.core.downloads import plain_name
from taskyard.core.problems import BadRequest, UnsupportedMediaType, ValidationFailed
from taskyard.files.errors import UploadBrokenOff

#: A sender that gives nothing for so long has gone away.
_IDLE_SECONDS = 30.0
_TOTAL_SECONDS = 3600.0
_FIELD = "file"
_EXTRA_BYTES = 64 * 1024
"""What boundaries and headers may add to the file's own size."""


def described(content: str | None = None, **others: dict[str, Any]) -> dict[str, Any]:
    """Return what a route's document says of a body with one file.

    `content` says what the file may be; `others` are further bodies it takes, by the last word of
    their media type (`json`).
    """
    file = {"type": "string", "format": "binary"}
    schema = {
        "type": "object",
        "required": [_FIELD],
        "properties": {_FIELD: file if content is None else {**file, "description": content}},
        "additionalProperties": False,
    }
    bodies = {f"application/{kind}": {"schema": other} for kind, other in others.items()}
    given = {"multipart/form-data": {"schema": schema}, **bodies}
    return {"requestBody": {"required": True, "content": given}}


class TooLong(Exception):
    """The file is longer than its reader takes."""


async def receive_file(
    request: Request, into: BinaryIO, *, limit_bytes: int, unnamed: str = "archive"
) -> str:
    """Write the part `file` of a multipart body to `into`; return the name its sender gave it.

    The name is one line and no path; `unnamed` is what a file without one is called.

    Raises TooLong as soon as it is known, BadRequest, UnsupportedMediaType, ValidationFailed and
    UploadBrokenOff.
    """
    parser = _FilePart(_boundary(request), limit_bytes)
    if _declared_length(request) > limit_bytes + _EXTRA_BYTES:
        raise TooLong
    async for chunk in arriving(request):
        parser.feed(chunk)
        if parser.ready:
            await asyncio.to_thread(into.writelines, parser.taken())
    await asyncio.to_thread(into.writelines, parser.taken())
    return plain_name(parser.finish(), unnamed)


async def arriving(request: Request) -> AsyncIterator[bytes]:
    """Yield a body as it comes. Raises UploadBrokenOff where its sender leaves or dawdles."""
    clock = asyncio.get_running_loop().time
    ends = clock() + _TOTAL_SECONDS
    chunks = request.stream().__aiter__()
    while True:
        try:
            async with asyncio.timeout(min(_IDLE_SECONDS, ends - clock())):
                chunk = await anext(chunks, None)
        except TimeoutError:
            raise UploadBrokenOff(reason="nothing more came for a while") from None
        except ClientDisconnect:
            raise UploadBrokenOff(reason="the connection was closed") from None
        if chunk is None:
            return
        yield chunk


def _boundary(request: Request) -> bytes:
    given = request.headers.get("content-type", "")
    kind, options = parse_options_header(given)
    if kind != b"multipart/form-data":
        raise UnsupportedMediaType(
            expected="multipart/form-data", given=given.partition(";")[0].strip() or "nothing"
        )
    boundary = options.get(b"boundary")
    if not boundary:
        raise BadRequest(reason="its Content-Type names no boundary")
    return boundary


def _declared_length(request: Request) -> int:
    length = request.headers.get("content-length", "0")
    return int(length) if length.isdigit() else 0


class _FilePart:
    """Takes a body in pieces, and keeps what belongs to the file until it is taken."""

    def __init__(self, boundary: bytes, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._held: list[bytes] = []
        self._held_bytes = 0
        self._size = 0
        self._header = (bytearray(), bytearray())
        self._disposition = b""
        self._name: str | None = None
        self._complete = False
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._on_part_begin,
                    "on_header_field": self._on_header_field,
                    "on_header_value": self._on_header_value,
                    "on_header_end": self._on_header_end,
                    "on_headers_finished": self._on_headers_finished,
                    "on_part_data": self._on_part_data,
                    "on_end": self._on_end,
                },
            )
        except FormParserError as error:
            raise BadRequest(reason=str(error)) from None

    @property
    def ready(self) -> bool:
        """Whether enough is held to be worth a trip to the disk."""
        return self._held_bytes >= 1024 * 1024

    def feed(self, chunk: bytes) -> None:
        """Take in a piece of the body."""
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise BadRequest(reason=f"the multipart body is malformed ({error})") from None

    def taken(self) -> list[bytes]:
        """Return and forget what is held of the file."""
        held, self._held, self._held_bytes = self._held, [], 0
        return held

    def finish(self) -> str:
        """Return the file's name, as it came, once the body has ended."""
        if not self._complete:
            raise UploadBrokenOff(reason="the end of the multipart body is missing")
        if self._name is None:
            raise _wrong(_FIELD, "missing", "Send the file as the form field 'file'")
        return self._name

    def _on_part_begin(self) -> None:
        self._disposition = b""

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header[0].extend(data[start:end])

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header[1].extend(data[start:end])

    def _on_header_end(self) -> None:
        name, value = self._header
        if bytes(name).lower() == b"content-disposition":
            self._disposition = bytes(value)
        self._header = (bytearray(), bytearray())

    def _on_headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        field = options.get(b"name", b"").decode("utf-8", "replace")
        if field != _FIELD:
            raise _wrong(field, "extra_forbidden", "This address reads only the field 'file'")
        if self._name is not None:
            raise _wrong(_FIELD, "repeated", "Send one file")
        self._name = options.get(b"filename", b"").decode("utf-8", "replace")

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        self._size += end - start
        if self._size > self._limit_bytes:
            raise TooLong
        self._held.append(data[start:end])
        self._held_bytes += end - start

    def _on_end(self) -> None:
        self._complete = True


def _wrong(field: str, kind: str, message: str) -> ValidationFailed:
    shown = "".join(char for char in field if char.isprintable())[:100]
    return ValidationFailed(fields=[{"field": f"body.{shown}", "type": kind, "message": message}])
