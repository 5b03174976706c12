"""A project with people in it, and what they say."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest

from taskyard.projects.models import Project
from tests.conftest import Api
from tests.world import Account, World


@dataclass(frozen=True)
class Room:
    """A project, its people, and how they talk."""

    api: Api
    project: Project
    owner: Account
    member: Account
    viewer: Account

    @property
    def here(self) -> str:
        """Where the project's comments are."""
        return f"/api/v1/projects/{self.project.id}/comments"

    async def post(self, who: Account, body: str, **more: Any) -> httpx.Response:
        """Say something; about the project, where nothing else is given."""
        about = {"entity_type": "project", "entity_id": str(self.project.id)}
        return await self.api(as_=who).post(self.here, json=about | {"body": body} | more)

    async def say(self, who: Account, body: str, **more: Any) -> dict[str, Any]:
        """Say something; return the comment."""
        answer = await self.post(who, body, **more)
        assert answer.status_code == 201, answer.text
        data: dict[str, Any] = answer.json()["data"]
        return data

    async def page(
        self, who: Account, *, about: tuple[str, UUID] | None = None, **query: Any
    ) -> dict[str, Any]:
        """Return a page of what was said."""
        kind, thing = about or ("project", self.project.id)
        asked = {"entity_type": kind, "entity_id": str(thing)} | query
        answer = await self.api(as_=who).get(self.here, params=asked)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body


@pytest.fixture
async def room(api: Api, world: World) -> Room:
    """A project of three."""
    owner = await world.account()
    project = await world.project(owner=owner)
    return Room(
        api,
        project,
        owner,
        member=await world.member(project, role="member"),
        viewer=await world.member(project, role="viewer"),
    )
