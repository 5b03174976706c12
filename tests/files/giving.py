"""Files as clients give them, for tests."""

import base64
import hashlib
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

FILES = "/api/v1/files"


async def give(
    client: httpx.AsyncClient,
    content: bytes,
    name: str = "notes.txt",
    *,
    project_id: UUID | None = None,
    key: str | None = None,
) -> httpx.Response:
    """Send a file in one request."""
    return await client.post(
        FILES,
        params={} if project_id is None else {"project_id": str(project_id)},
        files={"file": (name, content, "text/html")},
        headers={} if key is None else {"Idempotency-Key": key},
    )


async def given(
    client: httpx.AsyncClient,
    content: bytes,
    name: str = "notes.txt",
    *,
    project_id: UUID | None = None,
) -> dict[str, Any]:
    """Send a file in one request that is taken; return it."""
    answer = await give(client, content, name, project_id=project_id)
    assert answer.status_code == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


async def content_of(client: httpx.AsyncClient, file_id: str) -> httpx.Response:
    """Follow a new link to a file."""
    link = await client.get(f"{FILES}/{file_id}/link")
    assert link.status_code == 200, link.text
    return await client.get(link.json()["data"]["url"])


def code(answer: httpx.Response) -> tuple[int, str]:
    """Return the status of a refusal and its code."""
    return answer.status_code, answer.json()["error"]["code"]


UPLOADS = f"{FILES}/uploads"
PART = 5 * 1024 * 1024


def digest_of(content: bytes) -> dict[str, str]:
    """Return the header that announces a part's SHA-256."""
    told = base64.b64encode(hashlib.sha256(content).digest()).decode()
    return {"Content-Digest": f"sha-256=:{told}:"}


async def announce(
    client: httpx.AsyncClient, size_bytes: int, name: str = "large.bin", **more: object
) -> dict[str, Any]:
    """Announce an upload in parts; return it."""
    body = {"name": name, "size_bytes": size_bytes, **more}
    answer = await client.post(UPLOADS, json=body)
    assert answer.status_code == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]
    assert answer.headers["location"] == f"{UPLOADS}/{data['id']}"
    return data


async def put_part(
    client: httpx.AsyncClient, upload_id: str, number: int, content: bytes, **headers: str
) -> httpx.Response:
    """Send one part."""
    path = f"{UPLOADS}/{upload_id}/parts/{number}"
    return await client.put(path, content=content, headers=headers)


async def put_all(client: httpx.AsyncClient, upload: dict[str, Any], content: bytes) -> None:
    """Send every part."""
    for number in range(1, upload["parts_expected"] + 1):
        part = content[(number - 1) * PART : number * PART]
        answer = await put_part(client, upload["id"], number, part, **digest_of(part))
        assert answer.status_code == 200, answer.text


async def complete(client: httpx.AsyncClient, upload_id: str) -> httpx.Response:
    """Have an upload put together."""
    return await client.post(f"{UPLOADS}/{upload_id}/complete")


async def state_of(client: httpx.AsyncClient, upload_id: str) -> dict[str, Any]:
    """Return an upload as it stands."""
    answer = await client.get(f"{UPLOADS}/{upload_id}")
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def parts_in_store(data_dir: Path, upload_id: str) -> list[Path]:
    """Return the parts of an upload that lie on the disk."""
    folder = data_dir / "blobs" / "uploads" / upload_id
    return sorted(folder.iterdir()) if folder.exists() else []
