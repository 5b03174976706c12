"""Making, finding, renaming and deleting projects."""

import pytest
from playwright.async_api import expect

from tests.e2e.browsing import Somebody, Visits, newcomer, settled


@pytest.mark.journey
async def test_a_project_is_made_renamed_and_deleted(visit: Visits, maya: Somebody) -> None:
    page = await visit(maya)
    await page.goto("/app/")
    await page.get_by_role("heading", name="My work").wait_for()
    await page.keyboard.press("n")
    dialog = page.get_by_role("dialog", name="New project")
    await dialog.get_by_label("Name").fill("Checkout rewrite")
    await dialog.get_by_label("Description").fill("Takes money, twice as fast.")
    await dialog.get_by_role("button", name="Make project").click()
    await expect(page.get_by_role("heading", name="Checkout rewrite")).to_be_visible()
    await expect(page.get_by_text("Takes money, twice as fast.")).to_be_visible()

    await page.get_by_label("Project", exact=True).get_by_role("link", name="Settings").click()
    await page.get_by_label("Name", exact=True).fill("Checkout")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", name="Checkout", exact=True)).to_be_visible()

    await page.get_by_role("button", name="Delete project…").click()
    confirm = page.get_by_role("dialog")
    await expect(confirm.get_by_role("button", name="Delete project")).to_be_disabled()
    await confirm.get_by_role("textbox").fill("cr")
    await confirm.get_by_role("button", name="Delete project").click()
    await expect(page.get_by_role("heading", name="Projects")).to_be_visible()
    await expect(page.get_by_role("main").get_by_text("Checkout")).to_have_count(0)


async def test_saving_a_name_undoes_nothing_that_was_changed_elsewhere(
    visit: Visits, maya: Somebody
) -> None:
    with maya.client() as client:
        body = {"name": "Docs", "description": "As it was."}
        made = client.post("/api/v1/projects", json=body).raise_for_status()
        address = f"/api/v1/projects/{made.json()['data']['id']}"
        page = await visit(maya)
        await page.goto(f"/app/projects/{made.json()['data']['id']}/settings")
        await expect(page.get_by_text("Live", exact=True)).to_be_visible()
        changed = {"name": "Documents", "description": "From another device."}
        client.patch(address, json=changed).raise_for_status()
        # The page has heard of it, and has kept what was typed.
        await expect(page.get_by_role("heading", name="Documents")).to_be_visible()
        await expect(page.get_by_label("Name", exact=True)).to_have_value("Docs")
        await page.get_by_label("Name", exact=True).fill("Papers")
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("heading", name="Papers")).to_be_visible()
        found = client.get(address).raise_for_status().json()["data"]
    assert (found["name"], found["description"]) == ("Papers", "From another device.")


async def test_a_refused_project_says_which_field_and_why(visit: Visits, maya: Somebody) -> None:
    with maya.client() as client:
        body = {"name": "Docs", "key": "DOCS"}
        client.post("/api/v1/projects", json=body).raise_for_status()
    visit.guard.expect(409)
    page = await visit(maya)
    await page.goto("/app/projects")
    await page.get_by_role("button", name="New project").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name").fill("Docs")
    await dialog.get_by_role("button", name="Make project").click()
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await expect(dialog.get_by_label("Name")).to_have_value("Docs")


async def test_the_search_is_in_the_address_and_can_be_cleared(
    visit: Visits, maya: Somebody
) -> None:
    with maya.client() as client:
        for name in ("Mobile app", "Checkout"):
            client.post("/api/v1/projects", json={"name": name}).raise_for_status()
    page = await visit(maya)
    await page.goto("/app/projects")
    rows = page.get_by_role("main").get_by_role("listitem")
    await expect(rows).to_have_count(3)
    await page.keyboard.press("/")
    await page.keyboard.type("mobile")
    await expect(rows).to_have_count(1)
    assert page.url.endswith("?q=mobile")
    await page.reload()
    await expect(rows).to_have_count(1)
    await page.get_by_label("Find a project").fill("nothing like it")
    await page.get_by_role("button", name="Clear the search").click()
    await expect(rows).to_have_count(3)


async def test_a_project_of_somebody_else_is_nothing_at_all(visit: Visits, maya: Somebody) -> None:
    with maya.client() as client:
        answer = client.post("/api/v1/projects", json={"name": "Mine"}).raise_for_status()
    visit.guard.expect(404)
    page = await visit(newcomer(maya.url, "Jo Olsen"))
    project_id = answer.json()["data"]["id"]
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for below in ("", "/board"):
        await page.goto(f"/app/projects/{project_id}{below}")
        await expect(
            page.get_by_role("heading", name="There is nothing at this address")
        ).to_be_visible()
        await settled(page)
        # Of what is not there one answer is enough: its parts are not asked for, nor is it again.
        about = [url for url in asked if "/api/" in url and project_id in url]
        assert about == [f"{maya.url}/api/v1/projects/{project_id}"]
        asked.clear()


async def test_the_overview_says_what_is_open_and_what_is_said(
    visit: Visits, maya: Somebody
) -> None:
    with maya.client() as client:
        made = client.post("/api/v1/projects", json={"name": "Till"}).raise_for_status()
        path = f"/projects/{made.json()['data']['id']}"
        page = await visit(maya)
        await page.goto(f"/app{path}")
        await expect(page.get_by_text("Nothing is open.")).to_be_visible()
        for task in (
            {"title": "Ask the tax office"},
            {"title": "Round to the cent", "due_date": "2026-01-05"},
            {"title": "Long done", "status": "done"},
        ):
            client.post(f"/api/v1{path}/tasks", json=task).raise_for_status()
    open_tasks = page.get_by_role("region", name="Open tasks")
    lines = open_tasks.get_by_role("listitem")
    await expect(lines).to_have_count(2)
    await expect(lines.first).to_contain_text("Round to the cent")
    await open_tasks.get_by_role("button", name="Status of").first.click()
    await page.get_by_role("menuitemradio", name="Done").click()
    await expect(lines).to_have_count(1)

    talk = page.get_by_role("region", name="Talk")
    await talk.get_by_role("textbox", name="Say something").fill("Who talks to the *office*?")
    await talk.get_by_role("button", name="Send").click()
    await expect(talk.get_by_role("article")).to_contain_text("Who talks to the office?")
    await lines.first.get_by_role("link", name="Ask the tax office").click()
    await expect(page.get_by_role("heading", name="Ask the tax office")).to_be_visible()
