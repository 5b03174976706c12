"""Reading a report."""

import json
import re
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.arranging import SHOP, Shop, analyse, give_source, project
from tests.e2e.browsing import PASSWORD, Somebody, Visits, overflow, violations


@pytest.mark.journey
async def test_the_worst_comes_first_with_its_code_and_what_to_do(
    visit: Visits, shop: Shop
) -> None:
    page = await visit(shop.owner)
    await page.goto(shop.report)
    first = page.get_by_role("region", name="Findings").get_by_role("listitem").first
    await expect(first).to_contain_text("High")
    await first.get_by_role("button").click()
    await expect(first.locator('[data-row="6"]')).to_have_class("flex bg-bad-bg")
    await expect(first).to_contain_text("CWE-78")
    assert "open=" in page.url
    await page.reload()
    await expect(first.locator('[data-row="6"]')).to_be_visible()
    await first.get_by_role("link", name="Open shop/pay.py:6").click()
    await expect(page.locator('[data-row="6"]')).to_contain_text("shell=True")


async def test_findings_are_narrowed_and_the_address_says_how(visit: Visits, shop: Shop) -> None:
    page = await visit(shop.owner)
    await page.goto(shop.report)
    findings = page.get_by_role("region", name="Findings")
    rows = findings.get_by_role("listitem")
    await expect(rows.first).to_be_visible()
    whole = await rows.count()
    await page.get_by_role("button", name="Severity any").click()
    await page.get_by_role("menuitemradio", name="High").click()
    await expect(rows).to_have_count(1)
    assert "severity=high" in page.url
    await findings.get_by_label("Find in the findings").fill("nothing like it")
    await findings.get_by_role("button", name="Clear the filters").click()
    await expect(rows).to_have_count(whole)
    await page.get_by_role("group", name="Files by debt").get_by_role("button").first.click()
    await expect(page.get_by_role("button", name="take the filter off")).to_be_visible()


async def test_the_next_run_says_what_is_new_and_what_has_gone(
    visit: Visits, maya: Somebody
) -> None:
    project_id = project(maya)
    give_source(maya, project_id, SHOP)
    analyse(maya, project_id)
    better = SHOP | {"shop/pay.py": 'import pickle\n\n\nprint(pickle.loads(b""))\n'}
    give_source(maya, project_id, better)
    run = analyse(maya, project_id)
    page = await visit(maya)
    await page.goto(f"/app/projects/{project_id}/analyses/{run}")
    await expect(page.get_by_role("main")).to_contain_text("compared with #1")
    findings = page.get_by_role("region", name="Findings")
    await findings.get_by_role("radio", name=re.compile("^Gone")).check()
    await expect(findings.get_by_role("listitem").first).to_contain_text("shell=True")
    await findings.get_by_role("radio", name=re.compile("^New")).check()
    await expect(findings.get_by_role("listitem").filter(has_text="ickle").first).to_be_visible()
    await page.get_by_role("link", name="Analyses", exact=True).click()
    await expect(page.get_by_role("link", name=re.compile(r"Analysis 1: \d"))).to_be_visible()
    await expect(page.get_by_role("main").get_by_role("listitem")).to_have_count(2)


@pytest.mark.parametrize(
    ("name", "ending"), [("JSON", ".json"), ("SARIF 2.1.0", ".sarif"), ("HTML", ".html")]
)
async def test_the_report_is_exported(
    visit: Visits, shop: Shop, tmp_path: Path, name: str, ending: str
) -> None:
    page = await visit(shop.owner)
    await page.goto(shop.report)
    await page.get_by_role("button", name="Export").click()
    async with page.expect_download() as download:
        await page.get_by_role("menuitem", name=name).click()
    file = await download.value
    assert ending in file.suggested_filename
    await file.save_as(tmp_path / "export")
    text = (tmp_path / "export").read_text()
    if ending == ".html":
        assert "shop/pay.py" in text
    elif ending == ".sarif":
        assert json.loads(text)["version"] == "2.1.0"
    else:
        assert json.loads(text)["findings"]


@pytest.mark.journey
async def test_a_report_is_shared_with_somebody_without_an_account(
    visit: Visits, shop: Shop
) -> None:
    visit.guard.expect(403)
    page = await visit(shop.owner)
    await page.goto(shop.report)
    link = await _make_link(page)
    guest = await visit(width=390, theme="dark")
    await guest.goto(await link.locator("code").inner_text())
    await _give_password(guest)
    await expect(guest.get_by_role("region", name="Summary")).to_contain_text("1 high")
    await expect(guest.get_by_text("Maya Kern shared it with you")).to_be_visible()
    assert not await violations(guest, "dark")
    assert await overflow(guest) <= 0
    async with guest.expect_popup() as opened:
        await guest.get_by_role("button", name="Open the report").click()
    report = await opened.value
    await expect(report.get_by_role("heading", name="Analysis 1")).to_be_visible()
    await expect(report.get_by_text("shop/pay.py").first).to_be_visible()
    await report.close()
    async with guest.expect_download() as download:
        await guest.get_by_role("button", name="Download SARIF").click()
    assert (await download.value).suggested_filename == "analysis-1.sarif"

    await link.get_by_role("button", name="End").click()
    await expect(link).to_contain_text("Ended")
    visit.guard.expect(410)
    await guest.get_by_role("button", name="Open the report").click()
    await expect(guest.get_by_text("This link no longer works: it was ended")).to_be_visible()
    await guest.reload()
    await expect(guest.get_by_role("heading", name="Nothing to read")).to_be_visible()
    assert not await violations(guest, "dark")


async def _make_link(page: Page) -> Locator:
    await page.get_by_role("button", name="Share").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    await dialog.get_by_role("button", name="Make link").click()
    link = dialog.get_by_label("Links").get_by_role("listitem")
    await expect(link).to_contain_text("not opened yet · password")
    assert not await violations(page)
    return link


async def _give_password(guest: Page) -> None:
    await expect(guest.get_by_role("heading", name="A report for you")).to_be_visible()
    field = guest.get_by_label("Password of the link")
    await field.fill("not this one")
    await guest.get_by_role("button", name="Open").click()
    await expect(guest.get_by_text("This is not the link's password")).to_be_visible()
    await field.fill(PASSWORD)
    await guest.keyboard.press("Enter")
