"""Pages under guard: a script, console or policy error fails the test that saw it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import httpx
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page

AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
PASSWORD = "a long quiet sentence"
SITE = {"Sec-Fetch-Site": "same-origin", "X-Taskyard-Client": "web"}

Theme = Literal["light", "dark"]

WATCH = """
window.policyViolations = [];
document.addEventListener('securitypolicyviolation', (event) =>
  window.policyViolations.push(`${event.effectiveDirective} ${event.blockedURI}`));
"""


@dataclass(frozen=True)
class Somebody:
    """An account with a session in a browser."""

    email: str
    name: str
    cookies: dict[str, str]
    url: str

    @property
    def id(self) -> str:
        """The account's id."""
        with self.client() as client:
            return str(client.get("/api/v1/auth/me").raise_for_status().json()["data"]["id"])

    def client(self) -> httpx.Client:
        """Return an HTTP client with this person's session, for arranging what a test needs."""
        return httpx.Client(base_url=self.url, cookies=self.cookies, headers=SITE, timeout=30)


def newcomer(url: str, name: str = "Maya Kern") -> Somebody:
    """Make an account and sign it in, past the pages."""
    email = f"{uuid4().hex[:12]}@example.org"
    with httpx.Client(base_url=url, headers=SITE, timeout=30) as client:
        account = {"email": email, "password": PASSWORD, "display_name": name}
        client.post("/api/v1/auth/register", json=account).raise_for_status()
        credentials = {"email": email, "password": PASSWORD}
        client.post("/api/v1/auth/login", json=credentials).raise_for_status()
        return Somebody(email, name, dict(client.cookies), url)


@dataclass
class Guard:
    """What went wrong on the pages of one test, and which refusals were asked for."""

    troubles: list[str] = field(default_factory=list)
    expected: list[int] = field(default_factory=list)

    def expect(self, status: int) -> None:
        """Let the browser report an answer with this status: the test provokes it."""
        self.expected.append(status)

    def on_console(self, message: ConsoleMessage) -> None:
        """Keep errors and warnings but those that were asked for."""
        if message.type not in {"error", "warning"}:
            return
        refused = re.search(r"responded with a status of (\d+)", message.text)
        if not refused or int(refused[1]) not in self.expected:
            self.troubles.append(f"console {message.type}: {message.text}")

    def on_error(self, error: object) -> None:
        """Keep a script error."""
        self.troubles.append(f"script error: {error}")


class Visits:
    """Opens pages for one test."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.url = url
        self.guard = Guard()
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    async def __call__(
        self, somebody: Somebody | None = None, *, width: int = 1440, theme: Theme = "light"
    ) -> Page:
        """Return a fresh page in a browser of its own; 390 wide is a phone, with touch."""
        phone = width < 500
        context = await self._browser.new_context(
            base_url=self.url,
            viewport={"width": width, "height": 844 if phone else 900},
            color_scheme=theme,
            reduced_motion="reduce",
            has_touch=phone,
            is_mobile=phone,
        )
        self._contexts.append(context)
        context.set_default_timeout(15_000)
        if somebody:
            jar: Any = [
                {"name": name, "value": value, "url": self.url, "httpOnly": True}
                for name, value in somebody.cookies.items()
            ]
            await context.add_cookies(jar)
        await context.add_init_script(WATCH)
        page = await context.new_page()
        page.on("console", self.guard.on_console)
        page.on("pageerror", self.guard.on_error)
        return page

    async def finish(self) -> None:
        """Close every page and fail on what went wrong on any."""
        for context in self._contexts:
            for page in context.pages:
                found = await page.evaluate("window.policyViolations ?? []")
                self.guard.troubles += [f"policy: {one}" for one in found]
            await context.close()
        assert not self.guard.troubles, "\n".join(self.guard.troubles)


async def settled(page: Page) -> None:
    """Wait until nothing is being fetched."""
    await page.wait_for_load_state("networkidle")


async def violations(page: Page, theme: Theme = "light") -> list[str]:
    """Return what axe finds wrong on the page as it stands.

    The dark theme has the same structure: there only the colours are looked at again.
    """
    run_only = list(RULES) if theme == "light" else ["color-contrast"]
    await settled(page)
    # Through the debugger, which the page's policy does not bind.
    await page.evaluate(AXE.read_text())
    found = await page.evaluate(f"axe.run(document, {{runOnly: {run_only}}})")
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


async def overflow(page: Page) -> int:
    """Return how many pixels the page is wider than the window was meant to be.

    A phone zooms out until all fits, so the window's own width is no measure.
    """
    assert page.viewport_size
    width: int = await page.evaluate("document.documentElement.scrollWidth")
    return width - page.viewport_size["width"]
