"""A project with people in it, and their inboxes."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import text

from taskyard.projects.models import Project
from tests.conftest import Api
from tests.world import Account, World

HERE = "/api/v1/notifications"
_NEWEST = text("SELECT xid::text::bigint, id FROM events ORDER BY xid DESC, id DESC LIMIT 1")
_PLACE = text(
    "SELECT xid::text::bigint, event_id FROM listener_positions WHERE name = 'notifications.inbox'"
)


@dataclass(frozen=True)
class Desk:
    """A project, its people, and what they are told."""

    api: Api
    world: World
    project: Project
    owner: Account
    member: Account

    async def settled(self) -> None:
        """Wait until everything told so far was looked at."""
        newest = await self._place(_NEWEST)
        deadline = asyncio.get_running_loop().time() + 60
        while await self._place(_PLACE) < newest:
            assert asyncio.get_running_loop().time() < deadline, newest
            await asyncio.sleep(0.05)

    async def _place(self, query: Any) -> tuple[int, Any]:
        async with self.world.platform.database.session() as db:
            row = (await db.execute(query)).one_or_none()
        return (row[0], row[1]) if row is not None else (0, None)

    async def inbox(self, who: Account, **query: Any) -> dict[str, Any]:
        """Return a page of somebody's inbox once everything was told."""
        await self.settled()
        answer = await self.api(as_=who).get(HERE, params=query)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def told(self, who: Account, **query: Any) -> list[tuple[str, str]]:
        """Return what somebody was told: types and titles, newest first."""
        page = await self.inbox(who, **query)
        return [(item["type"], item["about"]["title"]) for item in page["items"]]

    async def comment(self, who: Account, body: str, **more: Any) -> dict[str, Any]:
        """Say something about the project, where nothing else is given."""
        about = {"entity_type": "project", "entity_id": str(self.project.id)}
        path = f"/api/v1/projects/{self.project.id}/comments"
        answer = await self.api(as_=who).post(path, json=about | {"body": body} | more)
        assert answer.status_code == 201, answer.text
        data: dict[str, Any] = answer.json()["data"]
        return data

    async def task(self, who: Account, title: str, **given: Any) -> dict[str, Any]:
        """Make a task."""
        path = f"/api/v1/projects/{self.project.id}/tasks"
        answer = await self.api(as_=who).post(path, json={"title": title, **given})
        assert answer.status_code == 201, answer.text
        data: dict[str, Any] = answer.json()["data"]
        return data


@pytest.fixture
async def desk(api: Api, world: World) -> Desk:
    """A project of two."""
    owner = await world.account()
    project = await world.project(owner=owner)
    return Desk(api, world, project, owner, await world.member(project))
