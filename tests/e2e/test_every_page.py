"""What holds on every page: everybody can read it, and it fits, in both themes and widths."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page

from tests.e2e.arranging import Shop
from tests.e2e.browsing import Somebody, Theme, Visits, overflow, settled, violations

VIEWS = [
    pytest.param(width, theme, id=f"{width}-{theme}")
    for width in (1440, 390)
    for theme in ("light", "dark")
]
OPEN_TO_ALL = (
    "/app/login",
    "/app/register",
    "/app/login/session/any",
    "/app/forgot-password",
    "/app/shared",
    "/app/reset-password",
    "/app/verify-email#tyl_no-such-link",
    "/app/report",
    "/app/unsubscribe?category=job_failed&token=x",
    "/app/invitation#tyl_no-such-link",
)
SIGNED_IN = (
    "/app/",
    "/app/projects",
    "/app/projects?q=nothing-is-called-this",
    "/app/projects/{project}",
    "/app/projects/{project}/board",
    "/app/projects/{project}/list",
    "/app/projects/{project}/list?q=nothing-is-called-this",
    "/app/projects/{project}/source",
    "/app/projects/{project}/source/{snapshot}",
    "/app/projects/{project}/source/{snapshot}?path=shop/pay.py",
    "/app/projects/{project}/files",
    "/app/projects/{project}/files?q=nothing-is-called-this",
    "/app/projects/{project}/analyses",
    "/app/projects/{project}/analyses/{run}",
    "/app/projects/{project}/runs",
    "/app/projects/{project}/team",
    "/app/projects/{project}/settings",
    "/app/projects/templates",
    "/app/teams",
    "/app/teams?q=nothing-is-called-this",
    "/app/runs",
    "/app/runs/{run}",
    "/app/search",
    "/app/search?q=nothing-is-called-this",
    "/app/settings/profile",
    "/app/settings/appearance",
    "/app/settings/notifications",
    "/app/settings/security",
    "/app/settings/api-use",
    "/app/no/such/page",
)
FOR_ADMINS = (
    "/app/people",
    "/app/people?q=nobody-is-called-this",
    "/app/people/{owner}",
    "/app/projects?all=true",
    "/app/projects/{project}",
    "/app/runs?all=true",
)

Step = Callable[[Page], Awaitable[None]]


async def good(page: Page, where: str, theme: Theme) -> None:
    await settled(page)
    assert not await violations(page, theme), where
    assert await overflow(page) <= 0, f"{where} is wider than the window"
    assert await page.get_by_role("heading", level=1).count() == 1, f"{where} needs one h1"
    assert "Taskyard" in await page.title()


@pytest.mark.usefixtures("admin")
@pytest.mark.parametrize(("width", "theme"), VIEWS)
async def test_pages_before_sign_in(visit: Visits, width: int, theme: Theme) -> None:
    # A link that leads nowhere says so.
    visit.guard.expect(410)
    page = await visit(width=width, theme=theme)
    for path in OPEN_TO_ALL:
        await page.goto(path)
        await good(page, path, theme)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("width", "theme"), VIEWS)
async def test_pages_after_sign_in(visit: Visits, shop: Shop, width: int, theme: Theme) -> None:
    page = await visit(shop.owner, width=width, theme=theme)
    for path in SIGNED_IN:
        address = path.format(project=shop.project_id, snapshot=shop.snapshot_id, run=shop.run_id)
        await page.goto(address)
        await good(page, address, theme)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("width", "theme"), VIEWS)
async def test_pages_of_administrators(
    visit: Visits, admin: Somebody, shop: Shop, width: int, theme: Theme
) -> None:
    page = await visit(admin, width=width, theme=theme)
    for path in FOR_ADMINS:
        address = path.format(project=shop.project_id, owner=shop.owner.id)
        await page.goto(address)
        await good(page, address, theme)


async def palette(page: Page) -> None:
    await page.keyboard.press("Control+k")
    await page.get_by_role("option").first.wait_for()


async def shortcuts(page: Page) -> None:
    await page.keyboard.press("?")
    await page.get_by_role("dialog").wait_for()


async def new_project(page: Page) -> None:
    await page.keyboard.press("n")
    await page.get_by_role("dialog").wait_for()


async def user_menu(page: Page) -> None:
    await page.get_by_role("button", name="Maya Kern").click()
    await page.get_by_role("menu").wait_for()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("opens", [palette, shortcuts, new_project, user_menu])
async def test_what_lies_over_a_page(
    visit: Visits, maya: Somebody, opens: Step, theme: Theme
) -> None:
    page = await visit(maya, theme=theme)
    await page.goto("/app/")
    await page.get_by_role("heading", name="My work").wait_for()
    await opens(page)
    assert not await violations(page, theme)


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_drawer_of_a_phone(visit: Visits, maya: Somebody, theme: Theme) -> None:
    page = await visit(maya, width=390, theme=theme)
    await page.goto("/app/")
    await page.get_by_role("button", name="More").click()
    await page.get_by_role("dialog").wait_for()
    assert not await violations(page, theme)
    await page.get_by_role("link", name="Settings").click()
    await page.get_by_role("heading", name="Settings").wait_for()
    assert await page.get_by_role("dialog").count() == 0
