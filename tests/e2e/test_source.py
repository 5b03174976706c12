"""Giving a project its source, and looking into it."""

import os
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.arranging import SHOP, archive, give_source, project, upload
from tests.e2e.browsing import Somebody, Visits, violations
from tests.world.git_server import GitServer

DROP = """([name, text]) => {
  const given = new DataTransfer();
  given.items.add(new File([text], name));
  for (const type of ['dragenter', 'dragover', 'drop'])
    document.querySelector('main').dispatchEvent(
      new DragEvent(type, { dataTransfer: given, bubbles: true, cancelable: true }));
}"""


@pytest.mark.journey
async def test_an_archive_is_taken_and_what_was_left_out_is_named(
    visit: Visits, maya: Somebody
) -> None:
    page = await visit(maya)
    await page.goto(f"/app/projects/{project(maya)}/source")
    content = archive(SHOP | {"node_modules/left/index.js": "x\n"})
    await page.get_by_label("Archive").set_input_files(upload("shop.zip", content))
    await expect(page.get_by_role("status").filter(has_text="Taken")).to_contain_text("3 files")
    row = page.get_by_role("main").get_by_role("listitem").filter(has_text="shop.zip")
    await row.get_by_text("1 place left out").click()
    await expect(row).to_contain_text("node_modules")


async def test_what_is_dropped_on_the_page_is_uploaded_and_refused_with_the_reason(
    visit: Visits, maya: Somebody
) -> None:
    visit.guard.expect(422)
    page = await visit(maya)
    await page.goto(f"/app/projects/{project(maya)}/source")
    await expect(page.get_by_text("Drop a zip or tar.gz anywhere on this page")).to_be_visible()
    await page.evaluate(DROP, ["notes.txt", "just words"])
    alert = page.get_by_role("alert")
    await expect(alert).to_contain_text("notes.txt was not taken")
    await expect(alert).to_contain_text(".zip, .tar.gz")


async def test_the_tree_opens_to_the_file_and_the_line_of_the_address(
    visit: Visits, maya: Somebody
) -> None:
    project_id = project(maya)
    snapshot = give_source(maya, project_id, SHOP)
    page = await visit(maya)
    await page.goto(f"/app/projects/{project_id}/source/{snapshot}?path=shop/pay.py#L6")
    tree = page.get_by_label("Files")
    await expect(tree.get_by_role("link", name="pay.py")).to_have_attribute("aria-current", "page")
    await expect(page.locator('[data-row="6"]')).to_contain_text("shell=True")
    await expect(page.locator('[data-row="6"]')).to_have_class("flex bg-warn-bg")

    await page.locator('[data-line="1"]').click()
    await page.locator('[data-line="3"]').click(modifiers=["Shift"])
    assert page.url.endswith("#L1-L3")
    await page.keyboard.press("l")
    await page.get_by_label("Line, 1 to 7").fill("4")
    await page.keyboard.press("Enter")
    assert page.url.endswith("#L4")

    await tree.get_by_role("link", name="README.md").click()
    await expect(page.get_by_role("region", name="Code")).to_contain_text("# Shop")


async def test_a_file_and_the_whole_snapshot_can_be_taken_home(
    visit: Visits, maya: Somebody, tmp_path: Path
) -> None:
    project_id = project(maya)
    snapshot = give_source(maya, project_id, SHOP)
    page = await visit(maya)
    await page.goto(f"/app/projects/{project_id}/source/{snapshot}?path=README.md")
    async with page.expect_download() as whole:
        await page.get_by_role("link", name="Download", exact=True).click()
    await (await whole.value).save_as(tmp_path / "readme")
    assert (tmp_path / "readme").read_text() == SHOP["README.md"]
    async with page.expect_download() as packed:
        await page.get_by_role("button", name="Download as zip").click()
    assert (await packed.value).suggested_filename.endswith(".zip")


@pytest.mark.journey
async def test_a_repository_is_fetched_while_one_watches(
    visit: Visits, maya: Somebody, git: GitServer
) -> None:
    repository = git.repository("team/shop.git")
    repository.commit({**SHOP, "noise.bin": os.urandom(1024 * 1024)})
    git.hold_after = 700_000
    page = await visit(maya)
    await page.goto(f"/app/projects/{project(maya)}/source")
    await page.get_by_role("button", name="From a Git repository").click()
    dialog = page.get_by_role("dialog", name="From a Git repository")
    await expect(dialog.get_by_label("Address")).to_be_focused()
    assert await violations(page) == []
    await dialog.get_by_label("Address").fill(git.url("team/shop.git"))
    await dialog.get_by_label("Analyse it").uncheck()
    await dialog.get_by_role("button", name="Fetch").click()
    await expect(dialog).to_be_hidden()
    zone = page.get_by_role("region", name="Give source")
    await expect(zone).to_contain_text("Receiving objects")
    await page.reload()
    await expect(zone.get_by_role("progressbar")).to_be_visible()
    assert await violations(page) == []
    git.go_on.set()
    await expect(zone.get_by_role("status")).to_contain_text("team/shop, 4 files")
    row = page.get_by_role("main").get_by_role("listitem").filter(has_text="team/shop")
    await expect(row).to_contain_text("main")
    await page.get_by_role("button", name="From a Git repository").click()
    await expect(dialog.get_by_label("Address")).to_have_value(git.url("team/shop.git"))


async def test_why_a_repository_was_not_fetched_is_said_where_one_asked(
    visit: Visits, maya: Somebody, git: GitServer
) -> None:
    visit.guard.expect(422)
    page = await visit(maya)
    await page.goto(f"/app/projects/{project(maya)}/source")
    await page.get_by_role("button", name="From a Git repository").click()
    dialog = page.get_by_role("dialog", name="From a Git repository")
    address = dialog.get_by_label("Address")
    await address.fill("https://169.254.169.254/latest")
    await dialog.get_by_role("button", name="Fetch").click()
    await expect(dialog).to_contain_text("where clouds keep their metadata")
    await expect(address).to_have_attribute("aria-invalid", "true")
    await address.fill(git.url("nowhere.git"))
    await dialog.get_by_label("Branch, tag or commit").fill("v1")
    await dialog.get_by_role("button", name="Fetch").click()
    alert = page.get_by_role("alert")
    await expect(alert).to_contain_text("was not fetched")
    await expect(alert).to_contain_text("There is no public repository at")
    await alert.get_by_role("link", name="Its run").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Fetch 127.0.0.1")


async def test_what_was_tried_again_shows_the_log_of_each_attempt(
    visit: Visits, maya: Somebody, git: GitServer
) -> None:
    project_id = project(maya)
    with maya.client() as client:
        asked = client.post(
            f"/api/v1/projects/{project_id}/source", json={"git_url": git.url("nowhere.git")}
        ).raise_for_status()
    page = await visit(maya)
    await page.goto(f"/app/runs/{asked.json()['data']['id']}")
    again = page.get_by_role("button", name="Try again")
    attempts = page.get_by_role("button", name="Attempt")
    lines = page.get_by_role("region", name="Lines").locator("[data-line]")
    first = page.get_by_role("region", name="Lines").locator("[data-line='1']")
    await expect(first).to_be_visible()
    await expect(attempts).to_have_count(0)
    await again.click()
    await expect(attempts).to_have_accessible_name("Attempt all")
    await expect(again).to_be_visible()
    for attempt, holds_it in (("2", 0), ("1", 1), ("all", 1)):
        await attempts.click()
        await page.get_by_role("menuitemradio", name=attempt, exact=True).click()
        await expect(attempts).to_have_accessible_name(f"Attempt {attempt}")
        await expect(first).to_have_count(holds_it)
        await expect(lines).not_to_have_count(0)
