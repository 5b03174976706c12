"""Asking for an analysis, watching it run, stopping it, trying again."""

import re

import pytest
from playwright.async_api import WebSocketRoute, expect

from tests.e2e.arranging import SHOP, Shop, give_source, log_of, project
from tests.e2e.browsing import Somebody, Visits

LONG = 90_000


@pytest.mark.journey
async def test_a_newcomer_opens_the_sample_watches_it_run_and_reads_its_report(
    visit: Visits, maya: Somebody
) -> None:
    page = await visit(maya)
    await page.goto("/app/")
    await page.get_by_role("button", name="Open the sample project").click()
    await page.get_by_role("button", name="Analyse").click()
    await expect(page).to_have_url(re.compile(r"/app/runs/"))
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()

    # Without a reload: steps and lines arrive, then the way to the report.
    steps = page.get_by_role("main").get_by_role("listitem")
    await expect(steps.filter(has_text="Read the source")).to_be_visible(timeout=LONG)
    await expect(page.get_by_text(re.compile(r"files, \d+ of Python"))).to_be_visible(timeout=LONG)
    await expect(page.get_by_role("link", name="Open the report")).to_be_visible(timeout=LONG)
    await page.get_by_role("link", name="Open the report").click()
    await expect(page.get_by_role("heading", name="Findings")).to_be_visible()


async def test_a_list_follows_what_others_see_of_the_same_run(
    visit: Visits, maya: Somebody
) -> None:
    project_id = project(maya)
    give_source(maya, project_id, SHOP)
    page = await visit(maya)
    await page.goto("/app/runs")
    await expect(page.get_by_role("heading", name="Nothing has run yet")).to_be_visible()
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    with maya.client() as client:
        address = f"/api/v1/projects/{project_id}/analyses"
        client.post(address, json={"analysis_types": ["quality"]}).raise_for_status()
    row = page.get_by_role("main").get_by_role("listitem").filter(has_text="Analysis 1")
    await expect(row).to_be_visible()
    await expect(row.get_by_text("Completed")).to_be_visible(timeout=LONG)


async def test_a_run_is_cancelled_and_tried_again(visit: Visits, maya: Somebody) -> None:
    project_id = project(maya)
    give_source(maya, project_id, SHOP)
    page = await visit(maya)
    await page.goto(f"/app/projects/{project_id}")
    await page.get_by_role("button", name="Analyse").click()
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_role("button", name="Try again")).to_be_visible(timeout=LONG)
    await expect(page.get_by_role("banner").get_by_text("Cancelled", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Try again").click()
    # What is tried again can be cancelled again.
    await page.get_by_role("button", name="Cancel", exact=True).click()
    await expect(page.get_by_role("button", name="Try again")).to_be_visible(timeout=LONG)
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_role("link", name="Open the report")).to_be_visible(timeout=LONG)


async def test_one_comes_back_and_nothing_is_lost(visit: Visits, shop: Shop) -> None:
    whole = log_of(shop.owner, shop.run_id)
    page = await visit(shop.owner)
    await page.goto(f"/app/runs/{shop.run_id}")
    lines = page.get_by_role("region", name="Lines").locator("[data-line]")
    await expect(lines).to_have_count(len(whole))
    assert await lines.all_inner_texts() == [str(n + 1) for n in range(len(whole))]


async def test_the_log_finds_narrows_and_links(visit: Visits, shop: Shop) -> None:
    page = await visit(shop.owner)
    await page.goto(f"/app/runs/{shop.run_id}#L2")
    await expect(page.locator('[data-line="2"]')).to_be_visible()
    await page.keyboard.press("/")
    await page.keyboard.type("bandit")
    await expect(page.get_by_role("main").get_by_role("status").first).to_have_text(
        re.compile(r"1 of \d+")
    )
    await expect(page.locator("mark").first).to_have_text("bandit")
    await page.keyboard.press("Escape")
    await page.get_by_role("radio", name=re.compile("^Errors")).check()
    await expect(page.get_by_text("No errors.")).to_be_visible()
    async with page.expect_download() as log:
        await page.get_by_role("link", name="Download the log").click()
    assert (await log.value).suggested_filename == f"job-{shop.run_id}.log"


async def test_a_socket_that_is_cut_comes_back_by_itself(visit: Visits, maya: Somebody) -> None:
    project_id = project(maya)
    give_source(maya, project_id, SHOP)
    page = await visit(maya)
    sockets: list[WebSocketRoute] = []

    def pass_on(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        socket.connect_to_server()

    await page.route_web_socket("**/api/v1/ws", pass_on)
    await page.goto(f"/app/projects/{project_id}")
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Analyse").click()
    await expect(page).to_have_url(re.compile(r"/app/runs/"))
    await sockets[-1].close(code=1013)
    await expect(page.get_by_role("link", name="Open the report")).to_be_visible(timeout=LONG)
    numbers = (
        await page.get_by_role("region", name="Lines").locator("[data-line]").all_inner_texts()
    )
    assert numbers == [str(n + 1) for n in range(len(numbers))]
    assert len(sockets) > 1


async def test_filters_are_in_the_address(visit: Visits, shop: Shop) -> None:
    page = await visit(shop.owner)
    await page.goto("/app/runs")
    rows = page.get_by_role("main").get_by_role("listitem")
    await expect(rows).to_have_count(1)
    await page.get_by_role("button", name="Status any").click()
    await page.get_by_role("menuitemradio", name="Failed").click()
    await expect(page.get_by_role("heading", name="No run matches")).to_be_visible()
    assert page.url.endswith("?status=failed")
    await page.get_by_role("button", name="Clear the filters").click()
    await expect(rows).to_have_count(1)
