"""Files as clients give them, for tests."""

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
