"""Handing out stored content over HTTP."""

from collections.abc import AsyncIterator

from fastapi import Request
from fastapi.responses import Response, StreamingResponse

from taskyard.core.downloads import byte_range
from taskyard.core.storage import Blob, Storage

OCTETS = "application/octet-stream"


async def blob_response(
    storage: Storage,
    request: Request,
    blob: Blob,
    headers: dict[str, str],
    *,
    media_type: str = OCTETS,
    in_parts: bool = True,
) -> Response:
    """Answer with a blob or, where it is given `in_parts`, the one range that was asked for.

    Raises BlobMissing and StorageUnavailable, before the answer has begun.
    """
    headers |= {"ETag": f'"{blob.sha256}"', "Accept-Ranges": "bytes" if in_parts else "none"}
    asked = request.headers.get("range") if in_parts else None
    chosen = byte_range(asked, blob.size_bytes)
    start, end = chosen or (0, blob.size_bytes)
    headers["Content-Length"] = str(end - start)
    if chosen:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{blob.size_bytes}"
    chunks: AsyncIterator[bytes] = await storage.open(
        blob.sha256, start=start, end=end if chosen else None
    )
    return StreamingResponse(chunks, 206 if chosen else 200, headers=headers, media_type=media_type)
