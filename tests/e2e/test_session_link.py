"""Signing another device in by a link."""

import re

import httpx
import pytest
from playwright.async_api import expect

from tests.e2e.browsing import Somebody, Visits, newcomer
from tests.e2e.instance import Instance


def link_of(somebody: Somebody) -> str:
    with somebody.client() as client:
        return str(client.post("/api/v1/auth/session-token").raise_for_status().json()["url"])


def scan(link: str) -> None:
    """Open a link as a mail scanner does."""
    for method in ("HEAD", "GET"):
        httpx.request(method, link, follow_redirects=True).raise_for_status()


@pytest.mark.journey
async def test_the_code_on_one_device_signs_the_other_in(
    visit: Visits, maya: Somebody, instance: Instance
) -> None:
    here, there = await visit(maya), await visit(width=390)
    await here.goto("/app/settings/security")
    await here.get_by_role("button", name="Sign in on another device").click()
    await expect(here.get_by_role("img", name="Code that holds the link")).to_be_visible()
    address = here.get_by_role("dialog").locator("code")
    await there.goto("http://" + await address.inner_text())
    await expect(there).to_have_url(re.compile(f"^{instance.url}/app/login/session/tyl_"))
    await there.get_by_role("button", name="Sign in here").click()
    await expect(there.get_by_role("heading", name="My work")).to_be_visible()
    await expect(there).to_have_url(f"{instance.url}/app/")
    await expect(here.get_by_role("dialog")).to_contain_text("is signed in as you")
    await here.get_by_role("button", name="Done").click()
    await expect(here.get_by_role("button", name="End")).to_have_count(1)
    await expect(here.get_by_text("Sign-in link made")).to_be_visible()


async def test_a_scanner_that_opens_the_link_uses_nothing_up(visit: Visits, maya: Somebody) -> None:
    link = link_of(maya)
    scan(link)
    page = await visit()
    await page.goto(link)
    await page.reload()
    await page.get_by_role("button", name="Sign in here").click()
    await expect(page.get_by_role("heading", name="My work")).to_be_visible()


async def test_a_used_link_says_so_and_offers_the_password(visit: Visits, maya: Somebody) -> None:
    visit.guard.expect(410)
    link = link_of(maya)
    first, second = await visit(), await visit()
    await first.goto(link)
    await second.goto(link)
    await first.get_by_role("button", name="Sign in here").click()
    await expect(first.get_by_role("heading", name="My work")).to_be_visible()
    await second.get_by_role("button", name="Sign in here").click()
    await expect(second.get_by_role("alert")).to_contain_text("was used or has expired")
    await second.get_by_role("link", name="Use your password").click()
    await expect(second.get_by_role("heading", name="Sign in")).to_be_visible()


async def test_who_is_signed_in_already_is_warned_and_may_stay(
    visit: Visits, maya: Somebody
) -> None:
    other = newcomer(maya.url, "Lee Other")
    page = await visit(other)
    link = link_of(maya)
    await page.goto(link)
    await expect(page.get_by_text("This browser is signed in already")).to_be_visible()
    await page.get_by_role("link", name="Stay as you are").click()
    await expect(page.get_by_role("button", name="Lee Other")).to_be_visible()
    await page.goto(link)
    await page.get_by_role("button", name="Sign in here").click()
    await expect(page.get_by_role("button", name="Maya Kern")).to_be_visible()
