"""What was begun and what was sent survive that a page is left."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Page, Route, expect

from tests.e2e.arranging import project
from tests.e2e.browsing import Somebody, Visits, settled
from tests.e2e.test_tasks import add

COMMENTS = re.compile(r"/comments$")


async def say(page: Page, text: str) -> None:
    await page.get_by_label("Say something").fill(text)
    await page.get_by_role("button", name="Send").click()


@pytest.mark.parametrize("arrives", [True, False], ids=["arrived", "lost"])
async def test_what_was_sent_when_the_page_was_left_is_said_once(
    visit: Visits, maya: Somebody, *, arrives: bool
) -> None:
    """Whether or not the server has it, the page that was left did not see an answer."""
    project_id = project(maya)
    task = add(maya, project_id, "Sign webhooks")
    page = await visit(maya)
    swallowed = asyncio.Event()

    async def swallow(route: Route) -> None:
        if route.request.method != "POST":
            await route.continue_()
            return
        if arrives:
            await route.fetch()
        swallowed.set()

    await page.route(COMMENTS, swallow)
    await page.goto(f"/app/projects/{project_id}/tasks/{task['id']}")
    await say(page, "Which scheme?")
    await swallowed.wait()
    await page.unroute(COMMENTS)
    await page.reload()
    said = page.get_by_role("article").filter(has_text="Which scheme?")
    await expect(said).to_have_count(1)
    await expect(page.get_by_text("Sending…")).to_have_count(0)
    await settled(page)
    await expect(page.get_by_label("Say something")).to_have_value("")
    with maya.client() as client:
        about = {"entity_type": "task", "entity_id": task["id"]}
        answer = client.get(f"/api/v1/projects/{project_id}/comments", params=about)
        assert answer.raise_for_status().json()["total"] == 1


async def test_an_answer_that_was_begun_is_gone_on_with(visit: Visits, maya: Somebody) -> None:
    project_id = project(maya)
    task = add(maya, project_id, "Sign webhooks")
    page = await visit(maya)
    await page.goto(f"/app/projects/{project_id}/tasks/{task['id']}")
    await say(page, "Which scheme?")
    await page.get_by_role("button", name="Reply").click()
    await page.get_by_label("Answer Maya Kern").fill("The standard")
    await page.reload()
    await expect(page.get_by_label("Answer Maya Kern")).to_have_value("The standard")
    await page.get_by_role("button", name="Cancel").click()
    await page.reload()
    await expect(page.get_by_role("button", name="Reply")).to_be_visible()
    await expect(page.get_by_label("Answer Maya Kern")).to_have_count(0)
