"""What a team does in a day, in several windows at once."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.arranging import join, project
from tests.e2e.browsing import Somebody, Visits, newcomer, settled, violations
from tests.e2e.test_tasks import add, cards, carry, edit, live


async def open_board(page: Page, project_id: str) -> None:
    await page.goto(f"/app/projects/{project_id}/board")
    await live(page)


async def plan(hers: Page, his: Page, panel: Locator) -> None:
    # Maya plans, and Jo sees it come.
    await hers.get_by_role("button", name="Add task to To do").click()
    await hers.keyboard.type("Sign webhooks *api !high")
    await hers.keyboard.press("Enter")
    await expect(cards(his, "To do")).to_have_count(2)
    await hers.keyboard.press("Escape")

    # Jo takes the first on, and Maya sees it move.
    await his.get_by_role("link", name="Choose a scheme").focus()
    await his.keyboard.press("Shift+ArrowRight")
    await expect(cards(hers, "In progress")).to_contain_text("Choose a scheme")

    # Maya has the second wait for it, and asks.
    await hers.get_by_role("link", name="Sign webhooks").click()
    await panel.get_by_role("button", name="Add what it waits for").click()
    await hers.get_by_label("Find what it waits for").fill("choose")
    await hers.get_by_role("option", name="Choose a scheme").click()
    await expect(cards(his, "To do")).to_contain_text("Blocked")
    await panel.get_by_label("Say something").fill("Which one, ")
    await panel.get_by_label("Say something").press_sequentially("@Jo")
    await panel.get_by_role("option", name="Jo Olsen").click()
    # What ends the sentence stands close to the name.
    await hers.keyboard.type("?")
    await expect(panel.get_by_label("Say something")).to_have_value(re.compile(r"@\S+\?$"))
    await panel.get_by_role("button", name="Send").click()


async def talk(hers: Page, his: Page, panel: Locator) -> None:
    # Jo is told, answers, and attaches what he found.
    await his.get_by_role("link", name="Inbox").click()
    await his.get_by_role("link", name="Maya Kern mentioned you").click()
    await expect(his.get_by_role("textbox", name="Title")).to_have_value("Sign webhooks")
    await his.get_by_label("Say something").fill("The **standard** one.")
    await his.get_by_role("button", name="Send").click()
    await expect(panel.get_by_text("The standard one.")).to_be_visible()
    notes = {"name": "schemes.txt", "mimeType": "text/plain", "buffer": b"HMAC, five minutes."}
    await his.get_by_label("Files to attach").set_input_files(notes)  # type: ignore[arg-type]
    await panel.get_by_role("button", name="schemes.txt", exact=True).click()
    shown = hers.get_by_role("dialog", name="schemes.txt")
    await expect(shown.get_by_text("HMAC, five minutes.")).to_be_visible()
    await hers.keyboard.press("Escape")
    await expect(shown).to_have_count(0)


async def finish(hers: Page, his: Page, panel: Locator) -> None:
    # What it waited for is done, and so it waits no longer.
    await his.get_by_role("region", name="Dependencies").get_by_role("link").first.click()
    await expect(his.get_by_role("textbox", name="Title")).to_have_value("Choose a scheme")
    await his.get_by_role("button", name="Status: In progress").click()
    await his.get_by_role("menuitemradio", name="Done").click()
    await expect(cards(hers, "Done")).to_contain_text("Choose a scheme")
    await expect(cards(hers, "To do")).not_to_contain_text("Blocked")
    await expect(panel.get_by_role("region", name="Activity")).to_contain_text("waits no longer")


@pytest.mark.journey
@pytest.mark.timeout(240)
async def test_two_people_plan_talk_and_finish_in_two_windows(
    visit: Visits, maya: Somebody
) -> None:
    project_id = project(maya)
    jo = newcomer(maya.url, "Jo Olsen")
    join(maya, project_id, jo)
    add(maya, project_id, "Choose a scheme")
    hers, his = await visit(maya), await visit(jo)
    await open_board(hers, project_id)
    await open_board(his, project_id)
    panel = hers.get_by_role("complementary", name="Task", exact=True)
    await plan(hers, his, panel)
    await talk(hers, his, panel)
    await finish(hers, his, panel)


@pytest.mark.timeout(180)
async def test_what_is_moved_offline_is_sent_later_or_goes_back(
    visit: Visits, maya: Somebody
) -> None:
    project_id = project(maya)
    jo = newcomer(maya.url, "Jo Olsen")
    join(maya, project_id, jo)
    for title in ("First", "Second"):
        add(maya, project_id, title)
    beside = add(maya, project_id, "Beside", status="in_review")
    visit.guard.expect(409)
    page = await visit(maya)
    await open_board(page, project_id)
    await expect(cards(page, "To do")).to_have_count(2)

    await page.context.set_offline(True)
    await expect(page.get_by_text("Offline", exact=True)).to_be_visible()
    first, second = (page.get_by_role("listitem").filter(has_text=it) for it in ("First", "Second"))
    await page.get_by_role("link", name="First").focus()
    await page.keyboard.press("Shift+ArrowRight")
    await expect(cards(page, "In progress")).to_contain_text("First")
    await carry(page, second, cards(page, "In review").first, top=True)
    await expect(cards(page, "In review")).to_have_count(2)
    # Neither looks as if it were so already.
    for moved in (first, second):
        await expect(moved).to_contain_text("Not sent yet")
    await expect(page.get_by_text("Offline, 2 changes not sent yet")).to_be_visible()

    # Meanwhile Jo plans on, and closes what Maya put a card beside.
    add(jo, project_id, "Third")
    edit(jo, beside, status="done")

    await page.context.set_offline(False)
    await live(page)
    await expect(cards(page, "To do").filter(has_text="Third")).to_be_visible()
    await expect(page.get_by_text("is no longer in the column").first).to_be_visible()
    await expect(cards(page, "To do").filter(has_text="Second")).to_be_visible()
    await expect(cards(page, "Done")).to_contain_text("Beside")
    await expect(first).to_be_visible()
    await expect(page.get_by_text("not sent yet")).to_have_count(0)
    await settled(page)
    await page.reload()
    await expect(cards(page, "In progress")).to_contain_text("First")
    await expect(cards(page, "To do").filter(has_text="Second")).to_be_visible()


@pytest.mark.timeout(180)
async def test_what_was_said_is_found_and_a_project_rests(visit: Visits, maya: Somebody) -> None:
    project_id = project(maya, "Lighthouse")
    task = add(maya, project_id, "Polish the lens")
    page = await visit(maya)
    await page.goto(f"/app/projects/{project_id}/tasks/{task['id']}")
    await page.get_by_label("Say something").fill("Ask the keeper about vinegar.")
    await page.get_by_role("button", name="Send").click()
    said = page.get_by_role("article").filter(has_text="Ask the keeper about vinegar.")
    await expect(said).to_be_visible()
    await settled(page)

    await page.goto("/app/")
    await page.get_by_role("heading", name="My work").wait_for()
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox", name="Search or do").fill("vinegar")
    await page.get_by_role("option", name=re.compile("Ask the keeper")).click()
    await expect(page).to_have_url(re.compile(r"#comment-"))
    await expect(said).to_be_visible()

    star = page.get_by_role("button", name="Favorite Lighthouse")
    await star.click()
    await expect(star).to_have_attribute("aria-pressed", "true")
    await page.get_by_label("Project", exact=True).get_by_role("link", name="Settings").click()
    await page.get_by_role("button", name="Archive").click()
    await expect(page.get_by_role("banner").get_by_text("Archived")).to_be_visible()
    await page.goto(f"/app/projects/{project_id}/board")
    await expect(cards(page, "To do")).to_have_count(1)
    await expect(page.get_by_role("button", name="Add task to To do")).to_have_count(0)


async def test_a_view_is_saved_shared_and_opened_by_another(visit: Visits, maya: Somebody) -> None:
    project_id = project(maya)
    jo = newcomer(maya.url, "Jo Olsen")
    join(maya, project_id, jo)
    add(maya, project_id, "Pay by card", priority="urgent")
    add(maya, project_id, "Pay by invoice")
    page = await visit(maya)
    await page.goto(f"/app/projects/{project_id}/list?priority=urgent")
    await page.get_by_role("button", name="Views").click()
    await page.get_by_role("menuitem", name="Save as a view…").click()
    dialog = page.get_by_role("dialog", name="Save as a view")
    await dialog.get_by_label("Name").fill("On fire")
    await dialog.get_by_role("switch", name="Share it with the project").click()
    assert not await violations(page)
    await dialog.get_by_role("button", name="Save view").click()
    await expect(page.get_by_role("button", name="View: On fire")).to_be_visible()

    his = await visit(jo)
    await his.goto(f"/app/projects/{project_id}/board")
    await expect(cards(his, "To do")).to_have_count(2)
    await his.keyboard.press("Control+k")
    await his.get_by_role("combobox", name="Search or do").fill("fire")
    await his.keyboard.press("Enter")
    await expect(his).to_have_url(re.compile(r"/list\?.*priority=urgent"))
    await expect(his.get_by_role("button", name="View: On fire")).to_be_visible()
    await expect(his.get_by_role("main").get_by_role("listitem")).to_have_count(1)

    # It is hers, so she deletes it; and takes that back.
    await page.get_by_role("button", name="View: On fire").click()
    await page.get_by_role("menuitem", name="Rename, share, delete…").click()
    views = page.get_by_role("dialog", name="Saved views")
    await views.get_by_role("button", name="Delete On fire").click()
    await expect(views).to_contain_text("No views are left")
    await page.get_by_role("button", name="Undo").click()
    await expect(views.get_by_label("Name of On fire")).to_be_visible()
    await expect(views.get_by_role("switch", name="Shared")).to_be_checked()
    await his.goto(f"/app/projects/{project_id}/board")
    await his.get_by_role("button", name="Views").click()
    await his.get_by_role("menuitem", name="On fire").click()
    await expect(his).to_have_url(re.compile(r"/list\?.*priority=urgent"))


async def test_a_table_is_tried_before_it_is_imported(visit: Visits, maya: Somebody) -> None:
    project_id = project(maya)
    page = await visit(maya)
    await page.goto(f"/app/projects/{project_id}/list")
    await page.get_by_role("button", name="Import and export").click()
    await page.get_by_role("menuitem", name="Import from CSV…").click()
    table = page.get_by_label("Table of tasks")
    content = b"title,status\nDig,todo\nBuild,soon\n"
    bad = {"name": "a.csv", "mimeType": "text/csv", "buffer": content}
    await table.set_input_files(bad)  # type: ignore[arg-type]
    await expect(page.get_by_role("alert")).to_contain_text("Line 3")
    await expect(page.get_by_role("button", name="Import 2 tasks")).to_be_disabled()
    good = {**bad, "buffer": content.replace(b"soon", b"doing")}
    await table.set_input_files(good)  # type: ignore[arg-type]
    assert not await violations(page)
    await page.get_by_role("button", name="Import 2 tasks").click()
    await expect(page.get_by_role("main").get_by_role("listitem")).to_have_count(2)
    await page.get_by_role("button", name="Import and export").click()
    async with page.expect_download() as waiting:
        await page.get_by_role("menuitem", name="As CSV").click()
    download = await waiting.value
    assert download.suggested_filename == "tasks.csv"
