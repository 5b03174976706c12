"""Findings as tasks, and what a task needs to be done, as people see it."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from tests.e2e.arranging import SHOP, analyse, give_source, project
from tests.e2e.browsing import Somebody, Theme, Visits, overflow, settled, violations

MENDED = SHOP | {
    "shop/pay.py": (
        "def pay(amount: int, card: str) -> int:\n"
        '    """Take the money."""\n'
        "    return amount + len(card)\n"
    )
}


async def live(page: Page) -> None:
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()


async def make_task(page: Page, project_id: str, run_id: str) -> None:
    """Make the shop's gravest finding a task, in its report, and go to the task."""
    await page.goto(f"/app/projects/{project_id}/analyses/{run_id}")
    finding = page.get_by_role("listitem").filter(has_text="shell=True").first
    await finding.get_by_role("button", expanded=False).click()
    await finding.get_by_role("button", name="Make it a task").click()
    await finding.get_by_role("link", name="Its task, To do").click()
    await expect(page.get_by_role("region", name="Finding", exact=True)).to_contain_text(
        "shop/pay.py:6"
    )


@pytest.mark.journey
async def test_a_finding_becomes_a_task_which_the_next_analysis_completes(
    visit: Visits, maya: Somebody
) -> None:
    project_id = project(maya)
    give_source(maya, project_id, SHOP)
    page = await visit(maya)
    await make_task(page, project_id, analyse(maya, project_id))
    await live(page)
    history = page.get_by_role("region", name="Activity")
    await expect(history).to_contain_text("made it of a finding of analysis 1")

    give_source(maya, project_id, MENDED)
    analyse(maya, project_id)
    await expect(page.get_by_role("region", name="Finding", exact=True)).to_contain_text("Gone")
    await expect(page.get_by_role("complementary", name="Properties")).to_contain_text("Done")
    await expect(history).to_contain_text("its finding is gone, says analysis 2")


async def test_a_task_that_lacks_its_evidence_goes_back_and_says_why(
    visit: Visits, maya: Somebody
) -> None:
    project_id = project(maya)
    with maya.client() as client:
        path = f"/api/v1/projects/{project_id}/tasks"
        task = client.post(path, json={"title": "Take payments"}).json()["data"]
    page = await visit(maya)
    await page.goto(f"/app/projects/{project_id}/tasks/{task['id']}")
    evidence = page.get_by_role("region", name="Evidence")
    await evidence.get_by_role("button", name="Require evidence").click()
    await evidence.get_by_label("A score of at least").check()
    await evidence.get_by_label("The least score").fill("9")
    await evidence.get_by_role("button", name="Save").click()
    await expect(evidence).to_contain_text("The project has no source yet.")

    visit.guard.expect(409)
    await page.goto(f"/app/projects/{project_id}/board")
    card = page.get_by_role("link", name="Take payments")
    await card.focus()
    for _ in range(3):
        await page.keyboard.press("Shift+ArrowRight")
    told = page.get_by_role("region", name="Notifications")
    await expect(told).to_contain_text(f"{task['key']} needs evidence first")
    await expect(told).to_contain_text("The project has no source yet.")
    review = page.get_by_role("region", name="In review", exact=True)
    await expect(review.get_by_role("link", name="Take payments")).to_be_visible()
    await expect(review.get_by_role("listitem")).to_contain_text("Needs evidence")

    await told.get_by_text(f"Show {task['key']}", exact=True).click()
    await expect(page).to_have_url(re.compile(f"/tasks/{task['id']}#evidence"))
    await live(page)
    give_source(maya, project_id, MENDED)
    await expect(evidence).to_contain_text("has finished yet")
    await page.get_by_role("button", name="Analyse now").click()
    await expect(evidence).to_contain_text("Analysis 1 scored 10.00", timeout=60_000)
    await expect(page.get_by_role("region", name="Runs")).to_contain_text("Completed")
    await page.get_by_role("link", name="Analysis 1").click()
    await expect(page.get_by_role("link", name="Take payments")).to_be_visible()


async def test_a_project_says_which_findings_become_tasks(visit: Visits, maya: Somebody) -> None:
    project_id = project(maya)
    page = await visit(maya)
    await page.goto(f"/app/projects/{project_id}/settings")
    await page.get_by_role("button", name="Findings that become tasks none").click()
    await page.get_by_role("menuitemradio", name="high", exact=True).click()
    await expect(page.get_by_role("button", name="Findings that become tasks high")).to_be_visible()
    give_source(maya, project_id, SHOP)
    analyse(maya, project_id)
    await page.goto(f"/app/projects/{project_id}/board")
    await expect(page.get_by_role("listitem").filter(has_text="shop/pay.py")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
async def test_the_pages_are_for_everybody(
    visit: Visits, maya: Somebody, width: int, theme: Theme
) -> None:
    project_id = project(maya)
    give_source(maya, project_id, SHOP)
    run_id = analyse(maya, project_id)
    page = await visit(maya, width=width, theme=theme)
    await make_task(page, project_id, run_id)
    evidence = page.get_by_role("region", name="Evidence")
    await evidence.get_by_role("button", name="Require evidence").click()
    await expect(evidence.get_by_label("Tests that pass")).to_be_visible()
    for name in ("A score of at least", "No new high finding", "Tests that pass"):
        await evidence.get_by_label(name).check()
    assert await violations(page, theme) == []
    assert await overflow(page) <= 0
    await evidence.get_by_role("button", name="Save").click()
    await expect(evidence).to_contain_text(" of 3")
    assert await violations(page, theme) == []
    assert await overflow(page) <= 0
    await page.goto(f"/app/projects/{project_id}/analyses/{run_id}")
    await settled(page)
    await (
        page.get_by_role("listitem")
        .filter(has_text="shell=True")
        .get_by_role("button", expanded=False)
        .first.click()
    )
    assert await violations(page, theme) == []
    assert await overflow(page) <= 0
