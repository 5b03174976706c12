"""One's own account: profile, theme, keys, password, sessions."""

import asyncio
import re
import time
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.browsing import PASSWORD, Somebody, Visits, newcomer


async def test_a_new_name_shows_everywhere_at_once(visit: Visits, maya: Somebody) -> None:
    page = await visit(maya)
    await page.goto("/app/settings/profile")
    await page.get_by_label("Name", exact=True).fill("Maya Stern")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("button", name="Maya Stern")).to_be_visible()


async def test_a_taken_username_is_refused_beside_the_field(visit: Visits, maya: Somebody) -> None:
    other = newcomer(maya.url)
    with other.client() as client:
        taken = client.get("/api/v1/auth/me").json()["data"]["username"]
    visit.guard.expect(409)
    page = await visit(maya)
    await page.goto("/app/settings/profile")
    await page.get_by_label("Username").fill(taken)
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_label("Username")).to_have_attribute("aria-invalid", "true")


async def test_the_theme_is_kept_on_this_device_and_there_before_the_first_paint(
    visit: Visits, maya: Somebody
) -> None:
    page = await visit(maya, theme="light")
    await page.goto("/app/settings/appearance")
    await page.get_by_text("Dark", exact=True).click()
    await expect(page.locator("html")).to_have_class("dark")
    await page.goto("/app/", wait_until="commit")
    await expect(page.locator("html")).to_have_class("dark")


async def test_the_theme_follows_the_system_until_one_is_chosen(
    visit: Visits, maya: Somebody
) -> None:
    page = await visit(maya, theme="light")
    await page.goto("/app/settings/appearance")
    chosen, root = page.get_by_role("group", name="Theme"), page.locator("html")
    bar = page.locator("meta[name=theme-color]")
    await expect(chosen.get_by_label("System")).to_be_checked()
    await expect(root).not_to_have_class("dark")
    await page.emulate_media(color_scheme="dark")
    await expect(root).to_have_class("dark")
    await expect(bar).to_have_attribute("content", "#121110")

    await chosen.get_by_text("Light", exact=True).click()
    await expect(root).not_to_have_class("dark")
    await expect(bar).to_have_attribute("content", "#faf9f7")
    await page.emulate_media(color_scheme="light")
    await page.emulate_media(color_scheme="dark")
    await page.reload()
    await expect(chosen.get_by_label("Light", exact=True)).to_be_checked()
    await expect(root).not_to_have_class("dark")

    await chosen.get_by_text("System", exact=True).click()
    await expect(root).to_have_class("dark")
    await page.emulate_media(color_scheme="light")
    await expect(root).not_to_have_class("dark")


async def test_another_tab_takes_the_chosen_theme_on_at_once(visit: Visits, maya: Somebody) -> None:
    page = await visit(maya, theme="light")
    await page.goto("/app/settings/appearance")
    other = await page.context.new_page()
    await other.goto("/app/settings/appearance")
    await page.get_by_text("Dark", exact=True).click()
    await expect(other.locator("html")).to_have_class("dark")
    await expect(other.get_by_label("Dark", exact=True)).to_be_checked()


async def test_single_keys_can_be_turned_off(visit: Visits, maya: Somebody) -> None:
    page = await visit(maya)
    await page.goto("/app/settings/appearance")
    await page.get_by_role("switch", name="Single-key shortcuts").uncheck()
    await page.reload()
    await expect(page.get_by_role("switch", name="Single-key shortcuts")).not_to_be_checked()
    await page.get_by_role("heading", name="Settings").click()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.journey
async def test_a_new_password_ends_the_other_sessions(visit: Visits, maya: Somebody) -> None:
    with maya.client() as client:
        body = {"email": maya.email, "password": PASSWORD}
        client.post("/api/v1/auth/login", json=body).raise_for_status()
    page = await visit(maya)
    await page.goto("/app/settings/security")
    await expect(page.get_by_role("button", name="End")).to_have_count(1)
    await page.get_by_label("Current password").fill(PASSWORD)
    await page.get_by_label("New password").fill("another long sentence")
    await page.get_by_role("button", name="Change password").click()
    await expect(page.get_by_text("Password changed; 1 other session ended")).to_be_visible()
    await expect(page.get_by_role("button", name="End")).to_have_count(0)


async def test_one_session_is_ended_by_name(visit: Visits, maya: Somebody) -> None:
    with maya.client() as client:
        body = {"email": maya.email, "password": PASSWORD}
        client.post("/api/v1/auth/login", json=body).raise_for_status()
    page = await visit(maya)
    await page.goto("/app/settings/security")
    await page.get_by_role("button", name="End").click()
    await expect(page.get_by_text("This device")).to_be_visible()
    await expect(page.get_by_role("button", name="End")).to_have_count(0)


def call_and_be_counted(somebody: Somebody, *, within_s: float = 30) -> None:
    """Call the API, and wait until it is counted: calls are written a moment after their answer."""
    deadline = time.monotonic() + within_s
    with somebody.client() as client:
        client.get("/api/v1/auth/me").raise_for_status()
        while time.monotonic() < deadline:
            found = client.get("/api/v1/analytics/api-calls").raise_for_status().json()
            if any(item["endpoint"].endswith("/auth/me") for item in found["items"]):
                return
            time.sleep(0.1)
    raise AssertionError("the call was not counted")


async def test_ones_own_calls_are_counted_and_taken_home(
    visit: Visits, maya: Somebody, tmp_path: Path
) -> None:
    await asyncio.to_thread(call_and_be_counted, maya)
    page = await visit(maya)
    await page.goto("/app/settings/api-use")
    row = page.get_by_role("row").filter(has=page.get_by_text("/auth/me", exact=False))
    await expect(row).to_contain_text("GET")
    await page.get_by_role("button", name="Errors").click()
    await expect(page).to_have_url(re.compile("sort=-errors"))
    async with page.expect_download() as fetched:
        await page.get_by_role("link", name="CSV").click()
    await (await fetched.value).save_as(tmp_path / "calls.csv")
    assert "/auth/me" in (tmp_path / "calls.csv").read_text()
