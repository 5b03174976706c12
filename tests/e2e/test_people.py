"""What administrators decide, and what it looks like to whom it concerns."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.e2e.arranging import SHOP, give_source, project
from tests.e2e.browsing import PASSWORD, Somebody, Visits, newcomer
from tests.e2e.instance import Instance

READS_ONLY = "Your account only reads. An administrator can change that."


def decide(admin: Somebody, whom: Somebody, **change: Any) -> None:
    with admin.client() as client:
        client.patch(f"/api/v1/admin/users/{whom.id}", json=change).raise_for_status()


@pytest.mark.journey
async def test_somebody_is_found_and_their_role_changes_before_their_eyes(
    visit: Visits, admin: Somebody, instance: Instance
) -> None:
    ruth = newcomer(instance.url, "Ruth Okafor")
    theirs, page = await visit(ruth), await visit(admin)
    await theirs.goto("/app/projects")
    await expect(theirs.get_by_role("button", name="New project")).to_be_enabled()
    await page.goto("/app/")
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await page.keyboard.press("g")
    await page.keyboard.press("e")
    await page.get_by_label("Find somebody").fill(ruth.email)
    await expect(page.get_by_text("1 account", exact=True)).to_be_visible()
    await page.get_by_role("link", name="Ruth Okafor").click()
    await page.get_by_label("Viewer").check()
    await page.get_by_role("button", name="Change role").click()
    await expect(page.get_by_text("Role changed")).to_be_visible()
    button = theirs.get_by_role("button", name="New project")
    await expect(button).to_have_attribute("aria-disabled", "true")
    await expect(button).to_have_attribute("data-tip", READS_ONLY)
    await theirs.keyboard.press("n")
    await expect(theirs.get_by_role("dialog")).to_have_count(0)
    await theirs.goto("/app/settings/security")
    await expect(theirs.get_by_text("Role changed by an administrator")).to_be_visible()


async def test_a_deactivated_person_is_out_at_once_and_may_come_back(
    visit: Visits, admin: Somebody, instance: Instance
) -> None:
    visit.guard.expect(401)
    ruth = newcomer(instance.url, "Ruth Okafor")
    theirs, page = await visit(ruth), await visit(admin)
    await theirs.goto("/app/projects")
    await expect(theirs.get_by_text("Live", exact=True)).to_be_visible()
    await page.goto(f"/app/people/{ruth.id}")
    await page.get_by_role("button", name="Deactivate…").click()
    await page.get_by_role("button", name="Deactivate", exact=True).click()
    await expect(page.get_by_text("Deactivated", exact=True)).to_be_visible()
    await expect(theirs.get_by_text("Your session has ended")).to_be_visible()
    await theirs.get_by_label("E-mail or username").fill(ruth.email)
    await theirs.get_by_label("Password", exact=True).fill(PASSWORD)
    await theirs.get_by_role("button", name="Sign in").click()
    await expect(theirs.get_by_role("alert")).to_be_visible()
    await page.get_by_role("button", name="Activate again").click()
    await expect(page.get_by_role("button", name="Deactivate…")).to_be_visible()
    await theirs.get_by_role("button", name="Sign in").click()
    await expect(theirs.get_by_role("heading", name="Projects")).to_be_visible()


async def test_a_plan_is_given_for_a_time_and_taken_back(
    visit: Visits, admin: Somebody, instance: Instance
) -> None:
    ruth = newcomer(instance.url, "Ruth Okafor")
    page = await visit(admin)
    await page.goto(f"/app/people/{ruth.id}")
    await page.get_by_text("Free", exact=True).click()
    await page.get_by_label("Until").fill("2099-12-24")
    await page.get_by_role("button", name="Give this plan").click()
    await expect(page.get_by_text("given by an administrator; it ends 24 Dec 2099")).to_be_visible()
    await page.get_by_role("button", name="Take it back").click()
    await expect(page.get_by_text("of its own", exact=False).first).to_be_visible()
    await expect(page.get_by_role("button", name="Take it back")).to_have_count(0)


async def test_somebody_is_signed_out_everywhere(
    visit: Visits, admin: Somebody, instance: Instance
) -> None:
    ruth = newcomer(instance.url, "Ruth Okafor")
    page = await visit(admin)
    await page.goto(f"/app/people/{ruth.id}")
    await page.get_by_role("button", name="Sign out everywhere").click()
    await expect(page.get_by_text("Nowhere.")).to_be_visible()


async def test_the_last_administrator_is_refused_in_words(visit: Visits, admin: Somebody) -> None:
    visit.guard.expect(409)
    page = await visit(admin)
    await page.goto(f"/app/people/{admin.id}")
    await expect(page.get_by_text("This is your own account")).to_be_visible()
    await page.get_by_label("Viewer").check()
    await page.get_by_role("button", name="Change role").click()
    await expect(page.get_by_role("alert")).to_contain_text("is the only active administrator")


async def test_an_administrator_looks_into_a_project_and_deletes_it_with_a_reason(
    visit: Visits, admin: Somebody, instance: Instance
) -> None:
    ruth = newcomer(instance.url, "Ruth Okafor")
    project_id = project(ruth, "Left behind")
    give_source(ruth, project_id, SHOP)
    page = await visit(admin)
    await page.goto("/app/projects")
    await page.get_by_text("Everyone’s").click()
    await page.get_by_role("link", name="Left behind").click()
    await expect(page.get_by_text("As administrator")).to_be_visible()
    analyse = page.get_by_role("button", name="Analyse", exact=True)
    await expect(analyse).to_have_attribute("aria-disabled", "true")
    await (
        page.get_by_role("navigation", name="Project").get_by_role("link", name="Settings").click()
    )
    await page.get_by_role("button", name="Delete project…").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Type LB to go on").fill("LB")
    await expect(dialog.get_by_role("button", name="Delete project")).to_be_disabled()
    await dialog.get_by_label("Why").fill("Nobody looks after it")
    await dialog.get_by_role("button", name="Delete project").click()
    await expect(page.get_by_text("Left behind is deleted")).to_be_visible()


async def test_an_account_that_only_reads_is_told_so_where_it_could_act(
    visit: Visits, admin: Somebody, instance: Instance
) -> None:
    ruth = newcomer(instance.url, "Ruth Okafor")
    project_id = project(ruth, "Mine to read")
    decide(admin, ruth, role="viewer")
    page = await visit(ruth)
    await page.goto(f"/app/projects/{project_id}")
    await expect(page.get_by_text(READS_ONLY).first).to_be_visible()
    await expect(page.get_by_role("button", name="Choose an archive")).to_have_count(0)
    await page.get_by_role("link", name="Analyses").click()
    analyse = page.get_by_role("button", name="Analyse", exact=True)
    await expect(analyse).to_have_attribute("data-tip", READS_ONLY)
    await expect(page.get_by_role("link", name="Give source")).to_have_count(0)
    await (
        page.get_by_role("navigation", name="Project").get_by_role("link", name="Settings").click()
    )
    await expect(page.get_by_text(READS_ONLY)).to_be_visible()
    await page.goto("/app/people")
    await expect(page.get_by_role("heading", name="My work")).to_be_visible()
