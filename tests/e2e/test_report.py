"""Reading a report."""

import json
import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.arranging import SHOP, Shop, analyse, give_source, project
from tests.e2e.browsing import Somebody, Visits


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
