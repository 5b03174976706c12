"""Getting about without a mouse."""

import asyncio
import re

import pytest
from playwright.async_api import Page, Route, expect

from tests.e2e.arranging import project
from tests.e2e.browsing import Somebody, Visits, settled
from tests.e2e.test_tasks import add, cards


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


async def test_tasks_are_written_by_keys_alone(visit: Visits, maya: Somebody) -> None:
    project_id = project(maya)
    page = await visit(maya)
    await page.goto(f"/app/projects/{project_id}")
    await page.get_by_role("heading", name="Talk").wait_for()
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox", name="Search or do").fill("board")
    await expect(page.get_by_role("option").first).to_contain_text("Board")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(r"/board$"))
    add(maya, project_id, "Choose a scheme")
    await expect(cards(page, "To do")).to_have_count(1)

    await page.keyboard.press("q")
    box = page.get_by_label("Title of a new task in To do")
    await expect(box).to_be_focused()
    await page.keyboard.type("Sign webhooks *api @ma")
    await expect(page.get_by_role("option", name="Maya Kern")).to_be_visible()
    await page.keyboard.press("Tab")
    await page.keyboard.type("!hi")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("Tell the shops")
    await page.keyboard.press("Enter")
    await expect(cards(page, "To do")).to_have_count(3)
    await expect(cards(page, "To do").nth(1)).to_contain_text("Assigned to Maya Kern")
    await expect(page.get_by_role("link", name="Sign webhooks", exact=True)).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Add task to To do")).to_be_focused()

    # What a key takes out of the list leaves the focus to what follows.
    await page.keyboard.press("g")
    await page.keyboard.press("l")
    await expect(page.get_by_role("checkbox")).to_have_count(3)
    await page.get_by_role("link", name="Sign webhooks").focus()
    await page.keyboard.press("s")
    await page.get_by_role("menuitemradio", name="Done").press("Enter")
    await expect(page.get_by_role("link", name="Sign webhooks")).to_have_count(0)
    await expect(page.get_by_role("link", name="Choose a scheme")).to_be_focused()


async def board_of_two(visit: Visits, maya: Somebody) -> Page:
    """Open the board of a project with two tasks to do."""
    project_id = project(maya)
    for title in ("Sign webhooks", "Tell the shops"):
        add(maya, project_id, title)
    page = await visit(maya)
    await page.goto(f"/app/projects/{project_id}/board")
    return page


async def test_a_move_is_undone_by_key_and_the_focus_goes_along(
    visit: Visits, maya: Somebody
) -> None:
    page = await board_of_two(visit, maya)
    card = page.get_by_role("link", name="Sign webhooks")
    await card.focus()
    await page.keyboard.press("i")
    await expect(cards(page, "To do").filter(has_text="Sign")).to_contain_text("Maya Kern")
    await page.keyboard.press("Shift+ArrowRight")
    await expect(cards(page, "In progress")).to_contain_text("Sign webhooks")
    await expect(page.get_by_role("button", name="Undo")).to_be_visible()
    await page.keyboard.press("Control+z")
    await expect(cards(page, "To do")).to_have_count(2)
    await expect(card).to_be_focused()


async def test_a_messages_undo_is_reached_by_key_and_the_focus_comes_back(
    visit: Visits, maya: Somebody
) -> None:
    page = await board_of_two(visit, maya)
    await page.get_by_role("link", name="Sign webhooks").focus()
    await page.keyboard.press("Shift+ArrowRight")
    undo = page.get_by_role("button", name="Undo")
    await expect(undo).to_be_visible()
    await page.keyboard.press("F6")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await expect(undo).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(cards(page, "To do")).to_have_count(2)
    await expect(undo).to_have_count(0)
    await expect(page.get_by_role("link", name="Sign webhooks")).to_be_focused()


async def test_on_a_page_of_its_own_the_keys_mean_that_task(visit: Visits, maya: Somebody) -> None:
    project_id = project(maya)
    task = add(maya, project_id, "Tell the shops")
    page = await visit(maya)
    await page.goto(f"/app/projects/{project_id}/tasks/{task['id']}")
    await expect(page.get_by_role("textbox", name="Title")).to_have_value("Tell the shops")
    await page.keyboard.press("s")
    await page.get_by_role("menuitemradio", name="Done").press("Enter")
    await expect(page.get_by_role("button", name="Status: Done")).to_be_visible()
    await page.keyboard.press("g")
    await page.keyboard.press("b")
    await expect(cards(page, "Done")).to_contain_text("Tell the shops")
