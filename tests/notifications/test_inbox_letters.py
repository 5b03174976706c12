"""What the inbox tells of, by e-mail: at once, or once a day."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from taskyard.notifications.inbox import digest
from taskyard.projects.models import Project
from tests.notifications.conftest import Yard
from tests.world import Account

SETTINGS = "/api/v1/notifications/settings"


def _client(yard: Yard, account: Account) -> httpx.AsyncClient:
    return yard.instance.client(authorization=f"Bearer {account.token}")


async def _say(yard: Yard, project: Project, who: Account, body: str) -> None:
    about = {"entity_type": "project", "entity_id": str(project.id), "body": body}
    path = f"/api/v1/projects/{project.id}/comments"
    assert (await _client(yard, who).post(path, json=about)).status_code == 201


async def _inbox_of(yard: Yard, account: Account, count: int) -> dict[str, Any]:
    """Wait until somebody was told of so many things; return the page."""
    async with asyncio.timeout(60):
        while True:
            answer = await _client(yard, account).get("/api/v1/notifications")
            page: dict[str, Any] = answer.json()
            if page["total"] == count:
                return page
            await asyncio.sleep(0.05)


async def test_a_mention_is_written_of_at_once_without_its_text(yard: Yard) -> None:
    owner, member = await yard.account(), await yard.account()
    project = await yard.world.project(owner=owner, name="Shop")
    await yard.world.member(project, account=member)
    await _say(yard, project, owner, f"@{member.username} the secret is 7")
    (letter,) = await yard.post.wait(member.email)
    assert letter.message["Subject"] == f"{owner.username} mentioned you in Shop"
    assert "secret" not in letter.text
    assert letter.message["List-Unsubscribe"] is not None


async def test_the_digest_holds_what_nobody_read(yard: Yard) -> None:
    owner, member = await yard.account(), await yard.account()
    project = await yard.world.project(owner=owner, name="Till")
    await yard.world.member(project, account=member)
    choice = {"categories": {"mention": {"email": "digest"}}}
    assert (await _client(yard, member).patch(SETTINGS, json=choice)).status_code == 200
    for n in range(3):
        await _say(yard, project, owner, f"@{member.username} {n}")
    await _say(yard, project, member, "a comment to the owner")
    page = await _inbox_of(yard, member, 3)
    await _inbox_of(yard, owner, 1)
    read = [page["items"][0]["id"]]
    await _client(yard, member).post("/api/v1/notifications/mark-read", json={"ids": read})
    assert await digest.send_due(yard.platform) == 0, "it is of today"
    await yard.do("UPDATE notifications SET created_at = created_at - interval '2 days'")
    assert await digest.send_due(yard.platform) == 2
    assert await digest.send_due(yard.platform) == 0, "once"
    (letter,) = await yard.post.wait(member.email)
    assert letter.message["Subject"] == "2 things are new"
    assert letter.text.count(f"{owner.username} mentioned you in Till") == 2
    (theirs,) = await yard.post.wait(owner.email)
    assert theirs.message["Subject"] == "One thing is new"


def test_a_digest_is_due_once_a_day() -> None:
    morning = datetime(2026, 11, 22, 6, 59, tzinfo=UTC)
    assert digest.last_due(morning) == datetime(2026, 11, 21, 7, tzinfo=UTC)
    assert digest.last_due(morning + timedelta(minutes=1)) == datetime(2026, 11, 22, 7, tzinfo=UTC)
