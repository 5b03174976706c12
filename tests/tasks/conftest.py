"""A project's board to act on."""

from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from taskyard.core.spine import EventRow, events_of
from taskyard.projects.models import Project
from tests.conftest import Api
from tests.world import Account, World


@dataclass
class Board:
    """A project with its owner signed in."""

    project: Project
    owner: Account
    client: httpx.AsyncClient
    api: Api
    world: World

    @property
    def path(self) -> str:
        """Where its tasks are."""
        return f"/api/v1/projects/{self.project.id}/tasks"

    @property
    def labels(self) -> str:
        """Where its labels are."""
        return f"/api/v1/projects/{self.project.id}/labels"

    async def make(self, title: str = "A task", **fields: Any) -> dict[str, Any]:
        """Make a task."""
        answer = await self.client.post(self.path, json={"title": title, **fields})
        assert answer.status_code == 201, answer.text
        data: dict[str, Any] = answer.json()["data"]
        return data

    async def get(self, task: dict[str, Any]) -> dict[str, Any]:
        """Read a task."""
        data: dict[str, Any] = (await self.client.get(f"{self.path}/{task['id']}")).json()["data"]
        return data

    async def change(self, task: dict[str, Any], **fields: Any) -> httpx.Response:
        """Change a task."""
        return await self.client.patch(f"{self.path}/{task['id']}", json=fields)

    async def label(self, name: str, **fields: Any) -> str:
        """Make a label; return its id."""
        answer = await self.client.post(self.labels, json={"name": name, **fields})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["data"]["id"])

    async def listed(self, **query: Any) -> list[dict[str, Any]]:
        """List tasks."""
        answer = await self.client.get(self.path, params=query)
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def titles(self, **query: Any) -> list[str]:
        """List the titles of tasks."""
        return [item["title"] for item in await self.listed(**query)]

    async def told(self, task: dict[str, Any]) -> list[EventRow]:
        """Return what the spine tells of a task."""
        async with self.world.platform.database.session() as db:
            return list(await events_of(db, task["id"]))

    async def names(self, task: dict[str, Any]) -> list[str]:
        """Return the names of what the spine tells of a task."""
        return [event.name.removesuffix(".v1") for event in await self.told(task)]

    async def member(self, role: Any = "member") -> Account:
        """Put somebody into the project."""
        return await self.world.member(self.project, role=role)


def code(answer: httpx.Response) -> tuple[int, str]:
    """Return status and code of a refusal."""
    return answer.status_code, answer.json()["error"]["code"]


@pytest.fixture
async def board(api: Api, world: World) -> Board:
    """A new project without tasks."""
    owner = await world.account()
    project = await world.project(owner=owner)
    return Board(project, owner, api(as_=owner), api, world)
