"""What hangs on a task, in a browser."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from tests.e2e.arranging import project
from tests.e2e.browsing import Somebody, Visits, overflow, settled, violations
from tests.e2e.test_tasks import add

#: More than one part of five MiB, and more than goes in one request.
LARGE = 9 * 1024 * 1024
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000002000000020802000000fdd49a73000000104944415478da63"
    "38616303440c100a00253e05019c983bef0000000049454e44ae426082"
)


def file(name: str, content: bytes) -> Any:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


async def open_task(page: Page, somebody: Somebody) -> dict[str, Any]:
    task = add(somebody, project(somebody), "Draw the flow")
    await page.goto(f"/app/projects/{task['project_id']}/tasks/{task['id']}")
    await expect(page.get_by_role("textbox", name="Title")).to_have_value("Draw the flow")
    return task


async def test_files_and_links_are_attached_looked_at_and_taken_off(
    visit: Visits, maya: Somebody
) -> None:
    page = await visit(maya)
    await open_task(page, maya)
    held = page.get_by_role("region", name="Attachments")
    await page.get_by_label("Files to attach").set_input_files(
        [file("flow.png", PNG), file("<b>notes.md", b"# Notes\n<script>alert(1)</script>")]
    )
    await expect(held.get_by_role("listitem")).to_have_count(2)
    await held.get_by_role("button", name="Add a link").click()
    await page.get_by_label("Address").fill("javascript:alert(1)")
    visit.guard.expect(422)
    await page.get_by_role("button", name="Add the link").click()
    await expect(held.get_by_role("alert")).to_contain_text("https://")
    await page.get_by_label("Address").fill("example.org/spec/2")
    await page.get_by_label("Name", exact=True).fill("The specification")
    await page.keyboard.press("Enter")
    link = held.get_by_role("link", name="The specification")
    await expect(link).to_have_attribute("href", "https://example.org/spec/2")
    await expect(link).to_have_attribute("rel", "noopener noreferrer")

    await held.get_by_role("button", name="flow.png", exact=True).click()
    shown = page.get_by_role("dialog", name="flow.png")
    await expect(shown.get_by_role("img", name="flow.png")).to_be_visible()
    assert not await violations(page)
    await page.keyboard.press("Escape")
    await expect(shown).to_have_count(0)
    await held.get_by_role("button", name="<b>notes.md", exact=True).click()
    await expect(
        page.get_by_role("dialog").get_by_text("<script>alert(1)</script>")
    ).to_be_visible()
    await page.keyboard.press("Escape")
    async with page.expect_download() as waiting:
        await held.get_by_role("button", name="Download flow.png").click()
    assert (await waiting.value).suggested_filename == "flow.png"

    await held.get_by_role("button", name="Take flow.png off").click()
    await expect(held.get_by_role("listitem")).to_have_count(2)
    await page.get_by_role("button", name="Undo").click()
    await expect(held.get_by_role("button", name="flow.png", exact=True)).to_be_visible()
    await settled(page)
    assert not await violations(page)


@pytest.mark.timeout(180)
async def test_a_large_file_goes_on_after_a_reload_and_still_hangs_on_its_task(
    visit: Visits, maya: Somebody
) -> None:
    page = await visit(maya)
    task = await open_task(page, maya)
    content = file("recording.bin", bytes(range(256)) * (LARGE // 256))

    # Over a slow line, so that the page is left while the second part is under way.
    network = await page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1}
    await network.send("Network.enable")
    await network.send(
        "Network.emulateNetworkConditions", {**slow, "uploadThroughput": 2 * 1024 * 1024}
    )
    await page.get_by_label("Files to attach").set_input_files(content)
    under_way = page.get_by_text(re.compile(r"(5[6-9]|[67]\d).%.of"))
    await expect(under_way).to_be_visible()
    await network.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
    await page.reload()
    held = page.get_by_role("region", name="Attachments")
    await expect(held.get_by_text("is here. Begun")).to_be_visible()
    await page.get_by_label("Go on with recording.bin").set_input_files(content)
    await expect(held.get_by_role("button", name="recording.bin", exact=True)).to_be_visible()
    await expect(held.get_by_text("is here. Begun")).to_have_count(0)
    with maya.client() as client:
        address = f"/api/v1/projects/{task['project_id']}/tasks/{task['id']}/attachments"
        [one] = client.get(address).raise_for_status().json()["items"]
    assert one["size_bytes"] == LARGE


async def test_a_phone_shows_what_hangs_there(visit: Visits, maya: Somebody) -> None:
    page = await visit(maya, width=390, theme="dark")
    await open_task(page, maya)
    await page.get_by_label("Files to attach").set_input_files(
        file(f"{'a very long name ' * 6}.txt", b"words")
    )
    await page.get_by_role("button", name="a very long name").first.click()
    await expect(page.get_by_role("dialog").get_by_text("words", exact=True)).to_be_visible()
    assert not await violations(page, "dark")
    await page.keyboard.press("Escape")
    assert await overflow(page) <= 0


async def test_what_could_not_be_read_says_so_and_is_asked_for_again(
    visit: Visits, maya: Somebody
) -> None:
    project_id = project(maya)
    task = add(maya, project_id, "Sign webhooks")
    visit.guard.expect(400)
    page = await visit(maya)
    attachments = re.compile(r"/attachments(\?|$)")

    async def refuse(route: Route) -> None:
        error = {"code": "NOT_TODAY", "message": "Not today.", "details": {}}
        await route.fulfill(status=400, json={"error": error})

    await page.route(attachments, refuse)
    await page.goto(f"/app/projects/{project_id}/tasks/{task['id']}")
    told = page.get_by_role("alert").filter(has_text="The attachments could not be read")
    await expect(told).to_contain_text("Not today.")
    await page.unroute(attachments)
    await told.get_by_role("button", name="Try again").click()
    await expect(page.get_by_role("region", name="Attachments")).to_contain_text("Drop files")
