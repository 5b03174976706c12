"""Following live in the browser: what happens before the socket stands is not missed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx
import pytest
from playwright.async_api import Page, WebSocketRoute, expect

from tests.e2e.browsing import Somebody, Visits


class HeldSocket:
    """Keeps a page's live socket from the server until it is let go."""

    def __init__(self) -> None:
        self._open = asyncio.Event()

    async def hold(self, page: Page) -> None:
        """Hold what the page opens from now on."""
        await page.route_web_socket("**/api/v1/ws", self._on_open)

    def let_go(self) -> None:
        """Let it come through."""
        self._open.set()

    async def _on_open(self, socket: WebSocketRoute) -> None:
        await self._open.wait()
        socket.connect_to_server()


Change = Callable[[httpx.Client, str], None]


def plan(client: httpx.Client, path: str) -> None:
    """Make a task in a project."""
    client.post(f"/api/v1{path}/tasks", json={"title": "Ask the tax office"}).raise_for_status()


def rename(client: httpx.Client, path: str) -> None:
    """Give a team another name."""
    client.patch(f"/api/v1{path}", json={"name": "Ask the tax office"}).raise_for_status()


@pytest.mark.parametrize(
    ("made", "below", "before", "change"),
    [
        pytest.param("projects", "", "Nothing is open.", plan, id="overview"),
        pytest.param("projects", "/board", "Plan what is next", plan, id="board"),
        pytest.param("teams", "", "Till", rename, id="team"),
    ],
)
async def test_what_happens_while_the_socket_is_not_there_yet_is_shown(
    visit: Visits, maya: Somebody, made: str, below: str, before: str, change: Change
) -> None:
    page, held = await visit(maya), HeldSocket()
    await held.hold(page)
    with maya.client() as client:
        answer = client.post(f"/api/v1/{made}", json={"name": "Till"}).raise_for_status()
        path = f"/{made}/{answer.json()['data']['id']}"
        await page.goto(f"/app{path}{below}")
        await expect(page.get_by_text(before).first).to_be_visible()
        await page.wait_for_load_state("networkidle")
        change(client, path)
    held.let_go()
    await expect(page.get_by_text("Ask the tax office").first).to_be_visible()
