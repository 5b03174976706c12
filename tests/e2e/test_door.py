"""Set-up, sign-in, registration, sign-out."""

import pytest
from playwright.async_api import expect

from tests.e2e.browsing import PASSWORD, Somebody, Visits, newcomer
from tests.e2e.instance import Instance


@pytest.mark.journey
async def test_the_one_time_link_makes_the_first_admin_once(
    visit: Visits, admin: Somebody, instance: Instance
) -> None:
    page = await visit(admin)
    await page.goto("/app/settings/profile")
    await expect(page.get_by_text("admin", exact=True).first).to_be_visible()

    stranger = await visit()
    await stranger.goto(instance.setup_path)
    await expect(stranger).to_have_url(f"{instance.url}/app/login")


@pytest.mark.journey
async def test_signing_in_leads_to_where_one_wanted_to_go(
    visit: Visits, maya: Somebody, instance: Instance
) -> None:
    page = await visit()
    await page.goto("/app/projects?q=rewrite")
    await page.get_by_label("E-mail or username").fill(maya.email)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page).to_have_url(f"{instance.url}/app/projects?q=rewrite")
    assert await page.evaluate("document.cookie") == ""


async def test_who_signs_in_after_somebody_else_sees_nothing_of_theirs(
    visit: Visits, maya: Somebody
) -> None:
    with maya.client() as client:
        client.post("/api/v1/projects", json={"name": "Plans of Maya"}).raise_for_status()
    page = await visit()
    await page.goto("/app/login")
    mine = page.get_by_role("main").get_by_text("Plans of Maya")
    for somebody, found in ((maya, 1), (newcomer(maya.url, "Jo Olsen"), 0)):
        await page.get_by_label("E-mail or username").fill(somebody.email)
        await page.get_by_label("Password", exact=True).fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await page.get_by_role("heading", name="My work").wait_for()
        await page.get_by_role("link", name="Projects").first.click()
        await expect(page.get_by_role("heading", name="Projects")).to_be_visible()
        await expect(page.get_by_role("main").get_by_text("Personal")).to_be_visible()
        await expect(mine).to_have_count(found)
        # Back to the page that signs in, without leaving the app.
        await page.go_back()
        await page.go_back()


async def test_a_wrong_password_says_so_and_keeps_what_was_typed(
    visit: Visits, maya: Somebody
) -> None:
    visit.guard.expect(401)
    page = await visit()
    await page.goto("/app/login")
    await page.get_by_label("E-mail or username").fill(maya.email)
    await page.get_by_label("Password", exact=True).fill("not this one")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("do not match")
    await expect(page.get_by_label("E-mail or username")).to_have_value(maya.email)


async def test_an_address_elsewhere_is_not_followed_after_sign_in(
    visit: Visits, maya: Somebody, instance: Instance
) -> None:
    page = await visit()
    await page.goto("/app/login?next=//example.com/stolen")
    await page.get_by_label("E-mail or username").fill(maya.email)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="My work")).to_be_visible()
    assert page.url.startswith(instance.url)


@pytest.mark.journey
@pytest.mark.usefixtures("admin")
async def test_a_newcomer_makes_an_account_and_is_told_when_the_password_is_weak(
    visit: Visits,
) -> None:
    visit.guard.expect(422)
    page = await visit()
    await page.goto("/app/login")
    await page.get_by_role("link", name="Make an account").click()
    # The page of before has an e-mail field too.
    await expect(page.get_by_role("button", name="Make account")).to_be_visible()
    await page.get_by_label("E-mail").fill("lee@example.org")
    await page.get_by_label("Password", exact=True).fill("password")
    await page.get_by_role("button", name="Make account").click()
    field = page.get_by_label("Password", exact=True)
    await expect(field).to_have_attribute("aria-invalid", "true")
    await field.fill(PASSWORD)
    await page.get_by_role("button", name="Make account").click()
    await expect(page.get_by_role("heading", name="My work")).to_be_visible()


async def test_signing_out_ends_the_session(visit: Visits, maya: Somebody) -> None:
    page = await visit(maya)
    await page.goto("/app/")
    await page.get_by_role("button", name=maya.name).click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    await page.goto("/app/projects")
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


async def test_a_session_ended_elsewhere_leads_to_sign_in_and_back(
    visit: Visits, maya: Somebody, instance: Instance
) -> None:
    visit.guard.expect(401)
    page = await visit(maya)
    await page.goto("/app/settings/appearance")
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    box = await page.get_by_role("link", name="Sign-in and sessions").bounding_box()
    assert box
    with maya.client() as client:
        client.post("/api/v1/auth/logout").raise_for_status()
    # Reaching for a page is enough: what it needs is asked for ahead. The live stream may end
    # first and lead to the same, so that the link is not there to be waited for.
    await page.mouse.move(box["x"] + 5, box["y"] + 5)
    await expect(page.get_by_text("Your session has ended")).to_be_visible()
    await page.get_by_label("E-mail or username").fill(maya.email)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page).to_have_url(f"{instance.url}/app/settings/appearance")
