"""Getting about without a mouse."""

import asyncio
import re

import pytest
from playwright.async_api import Route, expect

from tests.e2e.browsing import Somebody, Visits, settled


@pytest.mark.journey
async def test_the_palette_goes_finds_and_does(visit: Visits, maya: Somebody) -> None:
    with maya.client() as client:
        client.post("/api/v1/projects", json={"name": "Mobile app"}).raise_for_status()
    page = await visit(maya)
    await page.goto("/app/")
    await page.get_by_role("heading", name="My work").wait_for()
    await page.keyboard.press("Control+k")
    box = page.get_by_role("combobox", name="Search or do")
    await box.fill("mob")
    # Itself, and the way to everything else that is found.
    await expect(page.get_by_role("option")).to_have_count(2)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Mobile app")).to_be_visible()

    await page.keyboard.press("Control+k")
    await box.fill("settings")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Settings")).to_be_visible()

    await page.keyboard.press("Control+k")
    await box.fill("new proj")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="New project")).to_be_visible()
    await expect(page.get_by_role("textbox", name="Name", exact=True).last).to_be_focused()


async def test_what_is_typed_into_the_palette_counts_however_slowly_it_comes(
    visit: Visits, maya: Somebody
) -> None:
    """Neither its code nor an answer has to be there for Enter to mean what was typed."""
    with maya.client() as client:
        client.post("/api/v1/projects", json={"name": "Cart"}).raise_for_status()
        # Nothing on the page is called so: only the answer says what it is.
        found = client.get("/api/v1/search/projects", params={"q": "persnal"}).raise_for_status()
        assert [one["name"] for one in found.json()["items"]] == ["Personal"]
    page = await visit(maya)
    held = asyncio.Event()

    async def hold(route: Route) -> None:
        await held.wait()
        await route.continue_()

    await page.goto("/app/")
    await page.get_by_role("heading", name="My work").wait_for()
    await page.route(re.compile(r"/assets/palette|/search/"), hold)
    await page.keyboard.press("Control+k")
    await page.keyboard.type("cart")
    await page.keyboard.press("Enter")
    held.set()
    await expect(page.get_by_role("heading", name="Cart")).to_be_visible()
    await expect(page.get_by_role("dialog")).to_have_count(0)

    held.clear()
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox", name="Search or do").fill("persnal")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    held.set()
    await settled(page)
    await expect(page.get_by_role("heading", name="Cart")).to_be_visible()


async def test_two_keys_go_to_a_place_and_a_question_mark_lists_them(
    visit: Visits, maya: Somebody
) -> None:
    page = await visit(maya)
    await page.goto("/app/")
    await page.get_by_role("heading", name="My work").wait_for()
    await page.keyboard.press("g")
    await page.keyboard.press("p")
    await expect(page.get_by_role("heading", name="Projects")).to_be_visible()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_contain_text(
        "Find a project"
    )
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_the_first_tab_stop_skips_to_the_page(visit: Visits, maya: Somebody) -> None:
    page = await visit(maya)
    await page.goto("/app/projects")
    await page.get_by_role("heading", name="Projects").wait_for()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("#main")).to_be_focused()


async def test_a_closed_dialog_gives_the_focus_back(visit: Visits, maya: Somebody) -> None:
    page = await visit(maya)
    await page.goto("/app/projects")
    opener = (
        page.get_by_role("main")
        .or_(page.get_by_role("banner"))
        .get_by_role("button", name="New project")
    )
    await opener.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(opener).to_be_focused()


async def test_rows_are_walked_and_opened_by_key(visit: Visits, maya: Somebody) -> None:
    with maya.client() as client:
        for name in ("First", "Second"):
            client.post("/api/v1/projects", json={"name": name}).raise_for_status()
    page = await visit(maya)
    await page.goto("/app/projects")
    await expect(page.get_by_role("main").get_by_role("listitem")).to_have_count(3)
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await page.keyboard.press("k")
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="First")).to_be_visible()
