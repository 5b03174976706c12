"""Files of a project: giving, fetching, sharing, deleting; and large ones over lost connections."""

import hashlib
import io
import re
import secrets
import tarfile
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, Request, Route, expect

from tests.e2e.arranging import project
from tests.e2e.browsing import Somebody, Theme, Visits, overflow, violations

#: More than goes in one request; a part has 5 MiB.
TWO_PARTS = 8 * 1024 * 1024 + 512 * 1024
PART = re.compile(r"/files/uploads/[^/]+/parts/(\d+)$")
PASSWORD = "a word among friends"


def a_file(name: str, content: bytes) -> Any:
    """Return what a file field is set to."""
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


async def give(page: Page, *files: Any) -> None:
    """Choose files on the page of a project's files."""
    await page.get_by_label("Files", exact=True).set_input_files(list(files))


def give_past_the_pages(somebody: Somebody, project_id: str, name: str, content: bytes) -> str:
    """Give a file over the API; return its id."""
    with somebody.client() as client:
        answer = client.post(
            "/api/v1/files", params={"project_id": project_id}, files={"file": (name, content)}
        ).raise_for_status()
    return str(answer.json()["data"]["id"])


@pytest.mark.journey
async def test_files_are_given_fetched_found_deleted_and_brought_back(
    visit: Visits, maya: Somebody, tmp_path: Path
) -> None:
    page = await visit(maya)
    await page.goto(f"/app/projects/{project(maya)}/files")
    await expect(page.get_by_text("Drop files anywhere on this page")).to_be_visible()
    await give(page, a_file("plan.md", b"# Plan\n"), a_file("figures.csv", b"a,b\n1,2\n"))
    rows = page.get_by_role("main").get_by_role("listitem")
    await expect(rows).to_have_count(2)
    async with page.expect_download() as fetched:
        await page.get_by_role("button", name="plan.md", exact=True).click()
    await (await fetched.value).save_as(tmp_path / "plan")
    assert (tmp_path / "plan").read_bytes() == b"# Plan\n"

    await page.get_by_label("Find a file").fill("figures")
    await expect(rows).to_have_count(1)
    await page.get_by_label("Find a file").fill("")
    await expect(rows).to_have_count(2)

    await page.get_by_role("button", name="Delete plan.md").click()
    await expect(rows).to_have_count(1)
    await page.get_by_role("button", name="Undo").click()
    await expect(rows).to_have_count(2)


async def test_a_shared_link_is_opened_by_somebody_without_an_account(
    visit: Visits, maya: Somebody, tmp_path: Path
) -> None:
    visit.guard.expect(403)
    project_id = project(maya)
    give_past_the_pages(maya, project_id, "offer.pdf", b"%PDF-1.7\n")
    page = await visit(maya)
    await page.goto(f"/app/projects/{project_id}/files")
    await page.get_by_role("button", name="Share offer.pdf").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    await dialog.get_by_label("Downloads").fill("1")
    await dialog.get_by_role("button", name="Make link").click()
    link = dialog.get_by_label("Links").get_by_role("listitem")
    await expect(link).to_contain_text("0 of 1 download")
    address = await link.locator("code").inner_text()

    guest = await visit()
    await guest.goto(address)
    await expect(guest.get_by_role("heading", name="A file for you")).to_be_visible()
    assert not await violations(guest)
    await guest.get_by_label("Password of the link").fill("not this one")
    await guest.get_by_role("button", name="Open").click()
    await expect(guest.get_by_text("This is not the link's password")).to_be_visible()
    await guest.get_by_label("Password of the link").fill(PASSWORD)
    await guest.get_by_role("button", name="Open").click()
    await expect(guest.get_by_role("heading", name="offer.pdf")).to_be_visible()
    assert not await violations(guest)
    async with guest.expect_download() as fetched:
        await guest.get_by_role("button", name="Download").click()
    await (await fetched.value).save_as(tmp_path / "offer")
    assert (tmp_path / "offer").read_bytes() == b"%PDF-1.7\n"

    visit.guard.expect(410)
    await guest.reload()
    await expect(guest.get_by_text("it was used as often as it may be")).to_be_visible()

    await dialog.get_by_text("Who came").click()
    log = dialog.get_by_label("Who came").get_by_role("listitem")
    await expect(log.first).to_contain_text("Somebody downloaded it by a link")
    await expect(log.filter(has_text="gave a wrong password")).to_have_count(1)


async def test_a_link_that_is_not_whole(visit: Visits, maya: Somebody) -> None:
    del maya
    visit.guard.expect(404)
    page = await visit()
    await page.goto("/app/shared")
    await expect(page.get_by_text("This link is not whole")).to_be_visible()
    await page.goto("/app/shared#tyl_nothing")
    await expect(page.get_by_text("There is no such link")).to_be_visible()


class Parts:
    """Watches a page's parts, and has some of them fail until it is told otherwise."""

    def __init__(self, page: Page, *failing: int) -> None:
        self.failing = re.compile(rf"/parts/({'|'.join(map(str, failing))})$")
        self.sent: list[int] = []
        self._page = page
        page.on("request", self._note)

    async def fail(self) -> None:
        await self._page.route(self.failing, self._refuse)

    async def heal(self) -> None:
        await self._page.unroute(self.failing)

    def _note(self, request: Request) -> None:
        if match := PART.search(request.url):
            self.sent.append(int(match[1]))

    async def _refuse(self, route: Route) -> None:
        await route.fulfill(status=503, body="nobody is there")


async def test_a_large_file_goes_on_after_a_reload(visit: Visits, maya: Somebody) -> None:
    visit.guard.expect(503)
    project_id = project(maya)
    content = secrets.token_bytes(TWO_PARTS)
    page = await visit(maya)
    parts = Parts(page, 2)
    await parts.fail()
    await page.goto(f"/app/projects/{project_id}/files")
    await give(page, a_file("model.bin", content))
    await expect(page.get_by_text("interrupted, trying again")).to_be_visible()
    await page.reload()
    await expect(page.get_by_text("59 % of 8.5 MB is here")).to_be_visible()

    await parts.heal()
    parts.sent.clear()
    other = a_file("model.bin", bytes(len(content)))
    await page.get_by_label("Go on with model.bin").set_input_files(other)
    await expect(page.get_by_role("alert")).to_contain_text("This is not the model.bin")
    await page.get_by_role("button", name="Dismiss").last.click()
    await page.get_by_label("Go on with model.bin").set_input_files(a_file("model.bin", content))
    row = page.get_by_role("main").get_by_role("listitem").filter(has_text="model.bin")
    await expect(row).to_be_visible(timeout=60_000)
    assert parts.sent == [2], "the first part is not sent again"
    with maya.client() as client:
        listed = client.get("/api/v1/files", params={"project_id": project_id}).json()["items"]
    assert [item["sha256"] for item in listed] == [hashlib.sha256(content).hexdigest()]


async def test_a_large_archive_is_paused_and_gone_on_with(visit: Visits, maya: Somebody) -> None:
    visit.guard.expect(503)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, data in (("a.py", b"x = 1\n"), ("noise.bin", secrets.token_bytes(TWO_PARTS))):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    page = await visit(maya)
    parts = Parts(page, 2)
    await parts.fail()
    await page.goto(f"/app/projects/{project(maya)}/source")
    await page.get_by_label("Archive").set_input_files(a_file("thing.tar", packed.getvalue()))
    await expect(page.get_by_text("interrupted, trying again")).to_be_visible()
    await page.get_by_role("button", name="Pause").click()
    await expect(page.get_by_text("paused")).to_be_visible()
    # Another page of the app does not forget it.
    await page.get_by_role("link", name="Runs").last.click()
    await page.get_by_role("link", name="Source", exact=True).click()
    await parts.heal()
    await page.get_by_role("button", name="Go on").click()
    taken = page.get_by_role("status").filter(has_text="Taken")
    await expect(taken).to_contain_text("2 files", timeout=60_000)
    assert parts.sent.count(1) == 1


@pytest.mark.parametrize(
    ("width", "theme"),
    [
        pytest.param(390, "light", id="390-light"),
        pytest.param(1440, "dark", id="1440-dark", marks=pytest.mark.slow),
    ],
)
async def test_what_lies_over_the_files(
    visit: Visits, maya: Somebody, width: int, theme: Theme
) -> None:
    project_id = project(maya)
    give_past_the_pages(maya, project_id, "a-very-long-name-" * 7 + ".md", b"# Plan\n")
    page = await visit(maya, width=width, theme=theme)
    await page.goto(f"/app/projects/{project_id}/files")
    await page.get_by_role("button", name=re.compile("^Share")).click()
    await page.get_by_role("dialog").wait_for()
    await page.get_by_role("button", name="Make link").click()
    await page.get_by_label("Links").get_by_role("listitem").wait_for()
    assert not await violations(page, theme)
    assert await overflow(page) <= 0
    await page.get_by_text("Who came").click()
    await page.get_by_text("Nobody has come for it yet").wait_for()
    assert not await violations(page, theme)
