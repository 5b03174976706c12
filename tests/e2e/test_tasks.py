"""The board, the list and the page of a task."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Locator, Page, WebSocketRoute, expect

from tests.e2e.arranging import join, project
from tests.e2e.browsing import Somebody, Theme, Visits, newcomer, overflow, settled, violations


def add(somebody: Somebody, project_id: str, title: str, **more: object) -> dict[str, Any]:
    """Make a task past the pages; return it."""
    with somebody.client() as client:
        body = {"title": title, **more}
        answer = client.post(f"/api/v1/projects/{project_id}/tasks", json=body).raise_for_status()
    made: dict[str, Any] = answer.json()["data"]
    return made


def edit(somebody: Somebody, task: dict[str, Any], **parts: object) -> None:
    """Change a task past the pages."""
    with somebody.client() as client:
        address = f"/api/v1/projects/{task['project_id']}/tasks/{task['id']}"
        client.patch(address, json=parts).raise_for_status()


def column(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def cards(page: Page, name: str) -> Locator:
    return column(page, name).get_by_role("listitem")


async def carry(page: Page, card: Locator, onto: Locator, *, top: bool = False) -> None:
    """Drag a card with the mouse, as a hand does: in steps."""
    start, end = await card.bounding_box(), await onto.bounding_box()
    assert start
    assert end
    await page.mouse.move(start["x"] + 40, start["y"] + 14)
    await page.mouse.down()
    height = min(end["height"], 200)
    for part in (0.3, 0.7, 1.0):
        x = start["x"] + 40 + (end["x"] - start["x"]) * part
        goal = end["y"] + (8 if top else height - 8)
        await page.mouse.move(x, start["y"] + 14 + (goal - start["y"] - 14) * part, steps=4)
    await page.mouse.up()


async def live(page: Page) -> None:
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()


@pytest.mark.journey
async def test_tasks_are_made_and_moved_by_hand_by_key_and_from_a_menu(
    visit: Visits, maya: Somebody
) -> None:
    project_id = project(maya)
    page = await visit(maya)
    await page.goto(f"/app/projects/{project_id}/board")
    await expect(page.get_by_role("heading", name="Plan what is next")).to_be_visible()
    await page.keyboard.press("c")
    dialog = page.get_by_role("dialog", name="New task")
    await dialog.get_by_label("Title").fill("Sign outgoing webhooks")
    await dialog.get_by_label("Priority").select_option(label="Urgent")
    await dialog.get_by_role("button", name="Make task").click()
    await expect(cards(page, "To do")).to_have_count(1)

    await page.get_by_role("button", name="Add task to To do").click()
    for line in ("Import customers *import !high", "Dark mode"):
        await page.keyboard.type(line)
        await page.keyboard.press("Enter")
    await expect(cards(page, "To do")).to_have_count(3)
    await expect(cards(page, "To do").filter(has_text="High")).to_contain_text("import")
    await page.keyboard.press("Escape")

    webhooks = page.get_by_role("listitem").filter(has_text="Sign outgoing webhooks")
    await carry(page, webhooks, column(page, "In progress"))
    await expect(cards(page, "In progress")).to_contain_text("Sign outgoing webhooks")

    await page.get_by_role("link", name="Dark mode").focus()
    await page.keyboard.press("Shift+ArrowUp")
    await expect(cards(page, "To do").first).to_contain_text("Dark mode")
    await page.keyboard.press("Shift+ArrowRight")
    await expect(cards(page, "In progress").first).to_contain_text("Dark mode")
    await expect(page.get_by_role("link", name="Dark mode")).to_be_focused()

    imported = page.get_by_role("listitem").filter(has_text="Import customers")
    await imported.hover()
    await imported.get_by_role("button", name="What to do with").click()
    await page.get_by_role("menuitemradio", name="Done").click()
    await expect(cards(page, "Done")).to_contain_text("Import customers")

    await settled(page)
    await page.reload()
    await expect(cards(page, "In progress")).to_have_text(
        [re.compile("Dark mode"), re.compile("Sign outgoing webhooks")]
    )
    await expect(cards(page, "Done")).to_have_count(1)


async def test_a_refused_move_goes_back_and_says_why(visit: Visits, maya: Somebody) -> None:
    project_id = project(maya)
    add(maya, project_id, "Mine")
    beside = add(maya, project_id, "Beside", status="in_progress")
    visit.guard.expect(409)
    page = await visit(maya)

    def deaf(_: WebSocketRoute) -> None:
        """Let the page hear nothing of what others do."""

    await page.route_web_socket(re.compile("/api/v1/ws"), deaf)
    await page.goto(f"/app/projects/{project_id}/board")
    await expect(cards(page, "In progress")).to_have_count(1)
    edit(maya, beside, status="done")
    mine = page.get_by_role("listitem").filter(has_text="Mine")
    await carry(page, mine, cards(page, "In progress").first, top=True)
    await expect(page.get_by_text("is no longer in the column").first).to_be_visible()
    await expect(cards(page, "To do")).to_contain_text("Mine")


@pytest.mark.journey
async def test_what_others_do_appears_without_a_reload(visit: Visits, maya: Somebody) -> None:
    project_id = project(maya)
    first = add(maya, project_id, "First")
    page = await visit(maya)
    await page.goto(f"/app/projects/{project_id}/board")
    await live(page)
    await expect(cards(page, "To do")).to_have_count(1)
    second = add(maya, project_id, "Second", status="in_review")
    await expect(cards(page, "In review")).to_contain_text("Second")
    edit(maya, first, title="Renamed", status="done")
    await expect(cards(page, "Done")).to_contain_text("Renamed")
    await expect(cards(page, "To do")).to_have_count(0)
    with maya.client() as client:
        client.delete(f"/api/v1/projects/{project_id}/tasks/{second['id']}").raise_for_status()
    await expect(cards(page, "In review")).to_have_count(0)


async def test_filters_are_in_the_address_and_go_along_to_the_list(
    visit: Visits, maya: Somebody
) -> None:
    project_id = project(maya)
    add(maya, project_id, "Pay by card", priority="urgent")
    add(maya, project_id, "Pay by invoice")
    page = await visit(maya)
    await page.goto(f"/app/projects/{project_id}/board")
    await expect(cards(page, "To do")).to_have_count(2)
    await page.get_by_role("button", name="Priority any").click()
    await page.get_by_role("menuitemradio", name="Urgent").click()
    await expect(cards(page, "To do")).to_have_count(1)
    await expect(page).to_have_url(re.compile(r"priority=urgent"))
    await page.reload()
    await expect(cards(page, "To do")).to_have_count(1)
    await page.get_by_label("Project", exact=True).get_by_role("link", name="List").click()
    await expect(page).to_have_url(re.compile(r"/list\?priority=urgent"))
    # The address is the list's a moment before the page is.
    await expect(page.get_by_role("button", name="Sort newest first")).to_be_visible()
    await expect(page.get_by_role("main").get_by_role("listitem")).to_have_count(1)
    await page.get_by_label("Find a task").fill("nothing like it")
    await page.get_by_role("button", name="Clear the filters").click()
    await expect(page.get_by_role("main").get_by_role("listitem")).to_have_count(2)


@pytest.mark.journey
async def test_rows_are_chosen_by_key_and_changed_at_once(visit: Visits, maya: Somebody) -> None:
    project_id = project(maya)
    for title in ("One", "Two", "Three"):
        add(maya, project_id, title)
    page = await visit(maya)
    await page.goto(f"/app/projects/{project_id}/list")
    rows = page.get_by_role("main").get_by_role("listitem")
    await expect(rows).to_have_count(3)
    await page.keyboard.press("j")
    await page.keyboard.press("x")
    await page.keyboard.press("j")
    await page.keyboard.press("x")
    await expect(page.get_by_text("2 tasks chosen")).to_be_visible()
    await page.get_by_role("button", name="Priority", exact=True).click()
    await page.get_by_role("menuitemradio", name="Urgent").click()
    await expect(rows.filter(has_text="Urgent")).to_have_count(2)
    await page.get_by_role("button", name="Choose none").click()
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("complementary", name="Task", exact=True)).to_be_visible()
    await expect(page).to_have_url(re.compile(r"peek="))
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("complementary", name="Task", exact=True)).to_have_count(0)


async def test_a_task_is_deleted_and_brought_back(visit: Visits, maya: Somebody) -> None:
    project_id = project(maya)
    add(maya, project_id, "Too much")
    page = await visit(maya)
    await page.goto(f"/app/projects/{project_id}/board")
    card = page.get_by_role("listitem").filter(has_text="Too much")
    await card.hover()
    await card.get_by_role("button", name="What to do with").click()
    await page.get_by_role("menuitem", name="Delete").click()
    await expect(page.get_by_role("link", name="Too much")).to_have_count(0)
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("link", name="Too much")).to_be_visible()


@pytest.mark.journey
async def test_a_task_is_written_taken_apart_and_made_to_wait(
    visit: Visits, maya: Somebody
) -> None:
    project_id = project(maya)
    task = add(maya, project_id, "Sign webhooks")
    other = add(maya, project_id, "Choose a scheme")
    visit.guard.expect(409)
    page = await visit(maya)
    await page.goto(f"/app/projects/{project_id}/tasks/{task['id']}")
    await page.get_by_role("textbox", name="Title").fill("Sign outgoing webhooks")
    await page.keyboard.press("Enter")
    await settled(page)
    await page.get_by_role("button", name="Describe what is to be done").click()
    await page.get_by_label("Description").fill("Sign **every** delivery.")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator(".prose strong")).to_have_text("every")
    await page.get_by_role("button", name="Assignee: Nobody").click()
    await page.get_by_role("menuitemradio", name="Maya Kern").click()
    await expect(page.get_by_role("button", name="Assignee: Maya Kern")).to_be_visible()
    await page.get_by_role("button", name="Labels").click()
    await page.get_by_role("menuitem", name="New label…").click()
    await page.get_by_label("Name of the label").fill("api")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menuitemcheckbox", name="api")).to_be_checked()
    await page.keyboard.press("Escape")

    await page.get_by_role("button", name="Add a sub-task").click()
    await page.keyboard.type("Write the header")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("link", name="Write the header")).to_be_visible()

    await page.get_by_role("button", name="Add what it waits for").click()
    await page.get_by_label("Find what it waits for").fill("scheme")
    await page.get_by_role("option", name="Choose a scheme").click()
    await expect(page.get_by_text("Blocked", exact=True)).to_be_visible()
    await page.get_by_role("link", name="Choose a scheme").click()
    await expect(page.get_by_role("textbox", name="Title")).to_have_value("Choose a scheme")
    await page.get_by_role("button", name="Add what it waits for").click()
    await page.get_by_label("Find what it waits for").fill("sign")
    await page.get_by_role("option", name="Sign outgoing webhooks").click()
    cycle = f"{other['key']} → {task['key']} → {other['key']}"
    await expect(page.get_by_role("alert")).to_contain_text(cycle)


async def test_boxes_are_ticked_and_a_task_becomes_a_part(visit: Visits, maya: Somebody) -> None:
    project_id = project(maya)
    source = "Plan\n\n- [ ] Dig `deep`\n- [ ] Build"
    whole = add(maya, project_id, "Harbour")
    task = add(maya, project_id, "Mole", description=source)
    page = await visit(maya)
    await page.goto(f"/app/projects/{project_id}/tasks/{task['id']}")
    await page.get_by_role("checkbox", name="Dig deep").check()
    await expect(page.get_by_role("region", name="Activity")).to_contain_text("the description")
    await settled(page)
    await page.reload()
    await expect(page.get_by_role("checkbox", name="Dig deep")).to_be_checked()
    await expect(page.get_by_role("checkbox", name="Build")).not_to_be_checked()

    await page.get_by_role("button", name="Part of: Nothing").click()
    await page.get_by_label("Find what it is a part of").fill("harb")
    await expect(page.get_by_role("option")).to_have_count(1)
    await page.keyboard.press("Enter")
    await page.get_by_role("link", name="Harbour").click()
    await expect(page.get_by_role("textbox", name="Title")).to_have_value("Harbour")
    await expect(page.get_by_role("region", name="Sub-tasks")).to_contain_text("Mole")

    for title in ("Survey", "Dredge"):
        other = add(maya, project_id, title)
        with maya.client() as client:
            address = f"/api/v1/projects/{project_id}/tasks/{whole['id']}"
            client.post(f"{address}/depends-on/{other['id']}").raise_for_status()
    graph = page.get_by_role("navigation", name="What hangs together with it")
    await expect(graph.get_by_role("link")).to_have_count(3)
    assert not await violations(page)
    await graph.get_by_role("link", name="Dredge").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("textbox", name="Title")).to_have_value("Dredge")


async def test_a_task_tells_its_history_and_is_talked_about(visit: Visits, maya: Somebody) -> None:
    project_id = project(maya)
    task = add(maya, project_id, "Sign webhooks")
    page = await visit(maya)
    await page.goto(f"/app/projects/{project_id}/tasks/{task['id']}")
    await live(page)
    edit(maya, task, title="Sign outgoing webhooks", status="in_progress")
    history = page.get_by_role("region", name="Activity")
    await expect(history).to_contain_text("called it “Sign outgoing webhooks”")
    watch = page.get_by_role("button", name="Watch")
    await expect(watch).to_have_attribute("aria-pressed", "true")
    await watch.click()
    await expect(watch).to_have_attribute("aria-pressed", "false")
    await page.get_by_label("Say something").fill("Which scheme?")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_text("Which scheme?", exact=True)).to_be_visible()
    await expect(history).to_contain_text("moved it from To do to In progress")


async def test_two_who_write_the_same_lose_nothing(visit: Visits, maya: Somebody) -> None:
    project_id = project(maya)
    task = add(maya, project_id, "Sign webhooks", description="As it was.")
    visit.guard.expect(412)
    page = await visit(maya)
    await page.goto(f"/app/projects/{project_id}/tasks/{task['id']}")
    await page.get_by_role("button", name="Edit the description").click()
    await page.get_by_label("Description").fill("Mine.")
    edit(maya, task, priority="high")
    edit(maya, task, description="Theirs.")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("was changed elsewhere while you wrote")).to_be_visible()
    await expect(page.locator("pre")).to_have_text("Theirs.")
    await expect(page.get_by_label("Description")).to_have_value("Mine.")
    await page.get_by_role("button", name="Save mine over it").click()
    await expect(page.locator(".prose")).to_have_text("Mine.")

    # A change of something else meanwhile is no conflict.
    await page.get_by_role("button", name="Edit the description").click()
    await page.get_by_label("Description").fill("Mine again.")
    edit(maya, task, priority="low")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator(".prose")).to_have_text("Mine again.")


async def test_a_phone_shows_one_column_and_moves_from_the_menu(
    visit: Visits, maya: Somebody
) -> None:
    project_id = project(maya)
    add(maya, project_id, "Sign webhooks")
    page = await visit(maya, width=390)
    await page.goto(f"/app/projects/{project_id}/board")
    await expect(column(page, "To do")).to_be_visible()
    await expect(column(page, "In progress")).to_be_hidden()
    await page.get_by_role("button", name="What to do with").tap()
    await page.get_by_role("menuitemradio", name="In progress").tap()
    await page.get_by_role("button", name="In progress 1").tap()
    await expect(cards(page, "In progress")).to_contain_text("Sign webhooks")
    await expect(page).to_have_url(re.compile("column=in_progress"))


async def test_who_only_reads_is_offered_nothing_to_change(visit: Visits, maya: Somebody) -> None:
    project_id = project(maya)
    task = add(maya, project_id, "Sign webhooks")
    jo = newcomer(maya.url, "Jo Olsen")
    join(maya, project_id, jo, "viewer")
    page = await visit(jo)
    await page.goto(f"/app/projects/{project_id}/board?peek={task['id']}")
    panel = page.get_by_role("complementary", name="Task", exact=True)
    await expect(panel.get_by_role("heading", name="Sign webhooks")).to_be_visible()
    await expect(panel.get_by_role("textbox", name="Title")).to_have_count(0)
    await expect(page.get_by_role("button", name="What to do with")).to_have_count(0)
    await expect(page.get_by_role("button", name="Add task to To do")).to_have_count(0)


VIEWS = [
    (1440, "light"),
    (1440, "dark"),
    (390, "light"),
    (390, "dark"),
]


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("width", "theme"), VIEWS)
async def test_everybody_can_read_and_use_the_pages_of_tasks(
    visit: Visits, maya: Somebody, width: int, theme: Theme
) -> None:
    project_id = project(maya)
    late = add(maya, project_id, "Late", priority="urgent", due_date="2024-02-29")
    waits = add(maya, project_id, "Waits", assignee_id=maya.id, description="*So* it is.")
    add(maya, project_id, "Part", parent_id=late["id"], status="done")
    with maya.client() as client:
        address = f"/api/v1/projects/{project_id}"
        made = client.post(f"{address}/labels", json={"name": "bug", "color": "#d73a4a"})
        label = made.raise_for_status().json()["data"]["id"]
        client.post(f"{address}/tasks/{waits['id']}/depends-on/{late['id']}").raise_for_status()
    edit(maya, waits, label_ids=[label])
    page = await visit(maya, width=width, theme=theme)
    for path in ("board", "list?group=status", f"tasks/{waits['id']}", f"board?peek={late['id']}"):
        await page.goto(f"/app/projects/{project_id}/{path}")
        await settled(page)
        await expect(page.get_by_text("Waits").first).to_be_attached()
        assert not await violations(page, theme), path
        assert await overflow(page) <= 0, f"{path} is wider than the window"
        assert await page.get_by_role("heading", level=1).count() == 1, path
    for part in ("Status", "Labels"):
        await page.goto(f"/app/projects/{project_id}/tasks/{waits['id']}")
        await page.get_by_role("button", name=part).first.click()
        await page.get_by_role("menu").wait_for()
        assert not await violations(page, theme), part
