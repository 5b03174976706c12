"""Back in by a link, an address confirmed, letters chosen: with a mail server, and without."""

import asyncio
import re
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.browsing import PASSWORD, SITE, Somebody, Theme, Visits, newcomer, overflow
from tests.e2e.instance import Instance
from tests.e2e.test_every_page import good
from tests.world.post import Delivered, PostOffice, open_post_office

NEW = "another quiet sentence"
Yard = tuple[Instance, PostOffice]


@pytest.fixture(scope="module")
async def mailing(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Yard]:
    """A Taskyard that sends e-mail, and where it sends it."""
    async with open_post_office() as post:
        running = await asyncio.to_thread(
            Instance,
            tmp_path_factory.mktemp("mailing") / "data",
            TASKYARD_SMTP_URL=post.url,
            TASKYARD_MAIL_FROM="Taskyard <yard@example.com>",
        )
        token = parse_qs(urlsplit(running.setup_path).query)["token"][0]
        admin = {"token": token, "email": "ada@example.org", "password": PASSWORD}
        await _call(running, "setup", **admin)
        yield running, post
        await asyncio.to_thread(running.stop)


@pytest.fixture
async def there(browser: Browser, mailing: Yard) -> AsyncIterator[Visits]:
    """Open pages of the Taskyard that sends e-mail."""
    visits = Visits(browser, mailing[0].url)
    yield visits
    await visits.finish()


@pytest.fixture
async def lee(mailing: Yard) -> Somebody:
    """A person of this test's own, who was welcomed."""
    made = await asyncio.to_thread(newcomer, mailing[0].url, "Lee Sand")
    await mailing[1].wait(made.email)
    return made


async def _call(instance: Instance, path: str, **body: str) -> None:
    async with httpx.AsyncClient(base_url=instance.url, headers=SITE, timeout=30) as client:
        (await client.post(f"/api/v1/auth/{path}", json=body)).raise_for_status()


def _link(letter: Delivered) -> str:
    found = re.search(r"http://\S+(/app/\S+)", letter.text)
    assert found is not None
    return found[1]


def _fetched_by(page: Page) -> list[str]:
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    return fetched


async def _says(page: Page, heading: str, theme: Theme = "light") -> None:
    await expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
    await good(page, heading, theme)


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
async def test_a_forgotten_password_by_keyboard_alone(
    there: Visits, mailing: Yard, lee: Somebody, width: int, theme: Theme
) -> None:
    page = await there(width=width, theme=theme)
    await page.goto("/app/login")
    await page.get_by_role("link", name="Forgot password?").press("Enter")
    await _says(page, "Forgot your password?", theme)
    await expect(page.get_by_label("E-mail")).to_be_focused()
    await page.keyboard.type(lee.email)
    await page.keyboard.press("Enter")
    await _says(page, "Look into your e-mail", theme)
    await expect(page.get_by_role("heading", level=1)).to_be_focused()
    letters = await mailing[1].wait(lee.email, count=2)
    await page.goto(_link(letters[1]))
    await _says(page, "Set a new password", theme)
    await expect(page.get_by_text(lee.email)).to_be_visible()
    there.guard.expect(422)
    await expect(page.get_by_label("New password")).to_be_focused()
    await page.keyboard.type("password123")
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("New password")).to_have_attribute("aria-invalid", "true")
    await page.get_by_label("New password").fill(NEW)
    await page.keyboard.press("Enter")
    await _says(page, "The new password is set", theme)
    await page.get_by_role("link", name="Sign in").press("Enter")
    await page.get_by_label("E-mail or username").fill(lee.email)
    await page.get_by_label("Password", exact=True).fill(NEW)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="My work")).to_be_visible()


async def test_a_link_that_is_used_or_broken_says_so_and_leads_on(
    there: Visits, mailing: Yard, lee: Somebody
) -> None:
    instance, post = mailing
    await _call(instance, "password/forgot", email=lee.email)
    link = _link((await post.wait(lee.email, count=2))[1])
    there.guard.expect(410)
    page, late = await there(), await there()
    await late.goto(link)
    await late.get_by_label("New password").fill("too late for this one")
    await page.goto(link)
    await page.get_by_label("New password").fill(NEW)
    await page.keyboard.press("Enter")
    await _says(page, "The new password is set")
    await late.get_by_role("button", name="Set password").click()
    await _says(late, "This link no longer works")
    for broken in (link, "/app/reset-password", link[:-3]):
        await page.goto("/app/login")
        await page.goto(broken)
        await _says(page, "This link no longer works")
    await page.get_by_role("link", name="Ask for another").click()
    await _says(page, "Forgot your password?")


async def test_an_address_is_confirmed_from_the_settings(
    there: Visits, mailing: Yard, lee: Somebody
) -> None:
    page = await there(lee)
    await page.goto("/app/settings/notifications")
    await expect(page.get_by_text("Not confirmed")).to_be_visible()
    await page.get_by_role("button", name="Send a link to confirm it").click()
    await expect(page.get_by_text("A link is on its way")).to_be_visible()
    await good(page, "settings", "light")
    letters = await mailing[1].wait(lee.email, count=2)
    await page.goto(_link(letters[1]))
    await _says(page, "Confirm your address")
    await page.get_by_role("button", name="Confirm this address").click()
    await _says(page, "Your address is confirmed")
    await page.goto("/app/settings/notifications")
    await expect(page.get_by_text("Confirmed", exact=True)).to_be_visible()
    sent = page.get_by_role("region", name="Sent to you")
    await expect(sent.get_by_text("Welcome to Taskyard")).to_be_visible()
    await expect(sent.get_by_text("Sent", exact=True).first).to_be_visible()
    there.guard.expect(410)
    await page.goto("/app/login")
    await page.goto(_link(letters[1]))
    await page.get_by_role("button", name="Confirm this address").click()
    await _says(page, "This link no longer works")


async def test_what_to_be_told_of_is_chosen_and_kept(there: Visits, lee: Somebody) -> None:
    page = await there(lee, width=390)
    await page.goto("/app/settings/notifications")
    await expect(page.get_by_text("Always on")).to_be_visible()
    await page.get_by_role("switch", name="A run failed").uncheck()
    await page.get_by_role("switch", name="A run is done").check()
    await good(page, "settings", "light")
    await page.reload()
    await expect(page.get_by_role("switch", name="A run failed")).not_to_be_checked()
    await expect(page.get_by_role("switch", name="A run is done")).to_be_checked()


async def test_letters_read_well_on_phone_and_desk(
    browser: Browser, mailing: Yard, lee: Somebody
) -> None:
    instance, post = mailing
    await _call(instance, "password/forgot", email=lee.email)
    for letter in await post.wait(lee.email, count=2):
        for width, theme in ((390, "light"), (390, "dark"), (1440, "light"), (1440, "dark")):
            context = await browser.new_context(
                viewport={"width": width, "height": 844},
                color_scheme=theme,  # type: ignore[arg-type]
            )
            page = await context.new_page()
            fetched = _fetched_by(page)
            await page.set_content(letter.html)
            assert await overflow(page) <= 0, (letter.message["Subject"], width)
            paper, ink = await page.evaluate(
                "['.card', 'h1'].map((one, at) => getComputedStyle(document.querySelector(one))"
                "[at ? 'color' : 'backgroundColor'])"
            )
            light = {"rgb(255, 255, 255)", "rgb(29, 27, 25)"}
            assert ({paper, ink} == light) is (theme == "light")
            assert fetched == []
            await context.close()


async def test_without_a_mail_server_the_page_says_who_can_help(
    visit: Visits, maya: Somebody
) -> None:
    page = await visit()
    await page.goto("/app/forgot-password")
    await expect(page.get_by_text("taskyard admin reset-link")).to_be_visible()
    await expect(page.get_by_label("E-mail")).to_have_count(0)
    mine = await visit(maya)
    await mine.goto("/app/settings/notifications")
    await expect(mine.get_by_text("This Taskyard sends no e-mail")).to_be_visible()
    await expect(mine.get_by_text("Not confirmed")).to_have_count(0)
