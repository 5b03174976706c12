"""Everything that is found, on a page of its own."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.e2e.arranging import project
from tests.e2e.browsing import Somebody, Theme, Visits, overflow, violations
from tests.e2e.test_tasks import add


async def test_the_palette_leads_to_all_that_is_found(visit: Visits, maya: Somebody) -> None:
    project_id = project(maya, "Lighthouse")
    lens = add(maya, project_id, "Polish the lens", assignee_id=maya.id)
    for number in range(24):
        add(maya, project_id, f"Lens {number}")
    page = await visit(maya)
    await page.goto("/app/")
    await page.get_by_role("heading", name="My work").wait_for()
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox", name="Search or do").fill("lens")
    every = page.get_by_role("option", name="See all results for “lens”")
    await expect(every).to_be_visible()
    # It is the last, and one step up from the first.
    await page.keyboard.press("ArrowUp")
    await expect(every).to_have_attribute("data-highlighted", "")
    await page.keyboard.press("Enter")

    await expect(page).to_have_url(re.compile(r"/search\?q=lens$"))
    found = page.get_by_role("list", name="Found").get_by_role("listitem")
    await expect(found).to_have_count(20)
    await page.get_by_role("button", name="After").click()
    await expect(page).to_have_url(re.compile(r"page=2"))
    await expect(found).to_have_count(5)

    await page.get_by_role("button", name="Mine").click()
    await expect(page).to_have_url(re.compile(r"q=lens\+assignee(:|%3A)me$"))
    await expect(found).to_have_count(1)
    await page.reload()
    await expect(found).to_have_count(1)
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(f"/tasks/{lens['id']}"))
    await page.go_back()
    await expect(found).to_have_count(1)


async def test_words_and_filters_narrow_what_is_found(visit: Visits, maya: Somebody) -> None:
    project_id = project(maya, "Lighthouse")
    waits, other = add(maya, project_id, "Paint the lamp"), add(maya, project_id, "Buy lamp oil")
    with maya.client() as client:
        address = f"/api/v1/projects/{project_id}"
        client.post(f"{address}/tasks/{waits['id']}/depends-on/{other['id']}").raise_for_status()
        said = {"entity_type": "project", "entity_id": project_id, "body": "Who has **the lamp**?"}
        client.post(f"{address}/comments", json=said).raise_for_status()
    page = await visit(maya)
    await page.goto("/app/search")
    await expect(
        page.get_by_role("heading", name="Find what you only half remember")
    ).to_be_visible()
    await page.get_by_role("searchbox", name="Search").fill("lamp is:blocked")
    found = page.get_by_role("list", name="Found").get_by_role("listitem")
    await expect(found).to_have_count(1)
    await expect(found).to_contain_text("Paint the lamp")
    blocked = page.get_by_role("button", name="Blocked")
    await expect(blocked).to_have_attribute("aria-pressed", "true")
    await blocked.click()
    await expect(found).to_have_count(2)

    await page.get_by_role("radio", name="Comments 1").check()
    await expect(found).to_contain_text("Who has the lamp?")
    await page.get_by_role("searchbox", name="Search").fill("lamp is:closed")
    await page.get_by_role("radio", name="Tasks 0").check()
    await expect(page.get_by_role("heading", name="No task matches")).to_be_visible()
    await page.get_by_role("button", name="Search without the filters").click()
    await expect(found).to_have_count(2)


VIEWS = [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]


@pytest.mark.parametrize(("width", "theme"), VIEWS)
async def test_everybody_can_read_what_is_found(
    visit: Visits, maya: Somebody, width: int, theme: Theme
) -> None:
    project_id = project(maya, "Lighthouse")
    add(maya, project_id, "Paint the lamp, which takes a long ladder and two who hold it " * 3)
    page = await visit(maya, width=width, theme=theme)
    for search in ("", "?q=lamp", "?q=light&in=projects", "?q=lamp+is:closed", "?q=is:open"):
        await page.goto(f"/app/search{search}")
        await expect(
            page.get_by_role("main")
            .get_by_role("heading")
            .or_(page.get_by_role("list", name="Found"))
            .first
        ).to_be_visible()
        assert not await violations(page, theme), search
        assert await overflow(page) <= 0, f"{search} is wider than the window"
