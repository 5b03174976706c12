"""Browser tests: a real Chromium against a real `taskyard up`.

Where no Chromium is found they are skipped, and the summary says how many; TASKYARD_E2E=required
makes that a failure. CHROMIUM names the program to use.
"""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright, expect

from tests.e2e.arranging import SHOP, Shop, analyse, give_source, project
from tests.e2e.browsing import AXE, PASSWORD, Somebody, Visits, newcomer
from tests.e2e.instance import Instance

HERE = Path(__file__).parent
DIST = HERE.parents[1] / "src/taskyard/web_dist/index.html"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--font-render-hinting=none",
)


#: What a page shows may take this long on a machine that is busy with other tests.
expect.set_options(timeout=15_000)


def chromium() -> str | None:
    """Return the browser's program."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def missing() -> str | None:
    """Return why browser tests cannot run here, and what to do."""
    if not DIST.is_file():
        return "the web app is not built: run `make web`"
    if not AXE.is_file():
        return "axe-core is not installed: run `python tools/web.py npm ci`"
    if chromium() is None:
        return "no Chromium found: install one, or set CHROMIUM to its path"
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this folder, and skip it where it cannot run.

    A page takes seconds of a core. So every run goes the ways that everybody goes, and the long
    ones all of them.
    """
    mine = [item for item in items if HERE in item.path.parents]
    reason = missing()
    required = os.environ.get("TASKYARD_E2E") == "required"
    for item in mine:
        item.add_marker(pytest.mark.e2e)
        if item.get_closest_marker("journey") is None:
            item.add_marker(pytest.mark.slow)
        if reason and not required:
            item.add_marker(pytest.mark.skip(reason=f"browser tests not run: {reason}"))


@pytest.fixture(scope="package")
def instance(
    tmp_path_factory: pytest.TempPathFactory, reachable: socket.socket
) -> Iterator[Instance]:
    """A Taskyard of these tests' own."""
    assert (reason := missing()) is None, reason
    running = Instance(
        tmp_path_factory.mktemp("e2e") / "data",
        TASKYARD_OUTGOING_ALLOW=f"127.0.0.1:{reachable.getsockname()[1]}",
    )
    yield running
    running.stop()


@pytest.fixture(scope="package")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium; every test gets contexts of its own in it."""
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=chromium(), args=ARGS)
        yield launched
        await launched.close()


@pytest.fixture
async def visit(browser: Browser, instance: Instance) -> AsyncIterator[Visits]:
    """Open pages; afterwards none of them may have had a script, console or policy error."""
    visits = Visits(browser, instance.url)
    yield visits
    await visits.finish()


@pytest.fixture(scope="package")
async def admin(browser: Browser, instance: Instance) -> Somebody:
    """The first administrator, made by the page that the one-time link opens."""
    visits = Visits(browser, instance.url)
    page = await visits()
    await page.goto(instance.setup_path)
    await page.get_by_label("Your name").fill("Ada First")
    await page.get_by_label("E-mail").fill("ada@example.org")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Make administrator").click()
    await page.get_by_role("heading", name="My work").wait_for()
    cookies = {cookie["name"]: cookie["value"] for cookie in await page.context.cookies()}
    await visits.finish()
    return Somebody("ada@example.org", "Ada First", cookies, instance.url)


@pytest.fixture(scope="package")
def shop(instance: Instance, admin: Somebody) -> Shop:
    """A project with source and a report, made once; tests that change anything make their own."""
    del admin
    owner = newcomer(instance.url)
    project_id = project(owner, "Checkout rewrite, with a name that needs room of its own")
    snapshot_id = give_source(owner, project_id, SHOP)
    return Shop(owner, project_id, snapshot_id, analyse(owner, project_id))


@pytest.fixture
def maya(instance: Instance, admin: Somebody) -> Somebody:
    """A person of this test's own. Until an admin exists the app leads everybody to the set-up."""
    del admin
    return newcomer(instance.url)
