"""People come into a project, get another role, and go."""

from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from tests.e2e.arranging import project
from tests.e2e.browsing import PASSWORD, Somebody, Visits, newcomer, overflow, settled, violations


def _invite(owner: Somebody, project_id: str, **whom: str) -> str:
    """Invite somebody; return the link's path."""
    with owner.client() as client:
        path = f"/api/v1/projects/{project_id}/team/invite"
        made = client.post(path, json=whom).raise_for_status().json()["data"]
    return "/app/" + str(made["url"]).partition("/app/")[2]


def _username(somebody: Somebody) -> str:
    with somebody.client() as client:
        me = client.get("/api/v1/auth/me").raise_for_status().json()["data"]
    return str(me["username"])


async def _row(page: Page, name: str) -> None:
    await expect(
        page.get_by_role("main").get_by_role("listitem").filter(has_text=name)
    ).to_have_count(1)


@pytest.mark.journey
async def test_a_colleague_is_invited_joins_and_both_see_it(visit: Visits, maya: Somebody) -> None:
    project_id = project(maya, "Week plan")
    noor = newcomer(maya.url, "Noor Haddad")
    hers = await visit(maya)
    await hers.goto(f"/app/projects/{project_id}/team")
    await expect(hers.get_by_text("Only you so far")).to_be_visible()
    await hers.get_by_role("button", name="Invite", exact=True).click()
    dialog = hers.get_by_role("dialog")
    await dialog.get_by_label("E-mail or username").fill(_username(noor))
    await dialog.get_by_label("Viewer").check()
    await dialog.get_by_role("button", name="Invite", exact=True).click()
    await expect(
        dialog.get_by_text("finds the invitation on their page of projects")
    ).to_be_visible()
    await dialog.get_by_role("button", name="Done").click()
    await expect(hers.get_by_role("heading", name="Invited")).to_be_visible()

    theirs = await visit(noor)
    await theirs.goto("/app/projects")
    await expect(theirs.get_by_text("Maya Kern invites you to Week plan as viewer")).to_be_visible()
    await theirs.get_by_role("button", name="Join").click()
    await expect(theirs.get_by_role("heading", name="Week plan", exact=True)).to_be_visible()

    # Without a reload: the spine tells her page.
    await expect(hers.get_by_role("heading", name="Invited")).to_have_count(0)
    await _row(hers, "Noor Haddad")
    row = hers.get_by_role("listitem").filter(has_text="Noor Haddad")
    await row.get_by_role("button", name="Role Viewer").click()
    await hers.get_by_role("menuitemradio", name="Member").click()
    await expect(row.get_by_role("button", name="Role Member")).to_be_visible()

    # Her own page asks for what she no longer sees.
    visit.guard.expect(404)
    await row.get_by_role("button", name="Remove Noor Haddad").click()
    await hers.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    await expect(row).to_have_count(0)


async def test_somebody_new_makes_an_account_by_the_link(visit: Visits, maya: Somebody) -> None:
    project_id = project(maya, "Week plan")
    address = f"{uuid4().hex[:12]}@example.org"
    link = _invite(maya, project_id, email=address)
    page = await visit()
    await page.goto(link)
    await expect(page.get_by_role("heading", name="Join Week plan")).to_be_visible()
    await expect(page.get_by_label("E-mail")).to_have_value(address)
    await page.get_by_label("Your name").fill("Ines New")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Make account and join").click()
    await expect(page.get_by_role("heading", name="Week plan", exact=True)).to_be_visible()
    await page.get_by_role("link", name="Team", exact=True).click()
    await _row(page, "Ines New")
    visit.guard.expect(410)
    await page.goto(link)
    await expect(
        page.get_by_role("heading", name="This invitation no longer works")
    ).to_be_visible()


async def test_who_has_an_account_signs_in_and_comes_back(visit: Visits, maya: Somebody) -> None:
    project_id = project(maya, "Week plan")
    noor = newcomer(maya.url, "Noor Haddad")
    page = await visit()
    await page.goto(_invite(maya, project_id, email=f"{uuid4().hex[:12]}@example.org"))
    await page.get_by_role("link", name="Sign in").click()
    assert "#" not in page.url, "the secret is in no address that reaches the server"
    assert "tyl" not in page.url
    await page.get_by_label("E-mail or username").fill(noor.email)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("button", name="Join the project").click()
    await expect(page.get_by_role("heading", name="Week plan", exact=True)).to_be_visible()


async def test_the_last_owner_is_told_why_they_stay(visit: Visits, maya: Somebody) -> None:
    project_id = project(maya, "Week plan")
    visit.guard.expect(409)
    page = await visit(maya)
    await page.goto(f"/app/projects/{project_id}/team")
    await page.get_by_role("button", name="Leave this project").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Leave project").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("Make somebody else an owner first")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
async def test_teams_and_invitations_can_be_read_and_fit(
    visit: Visits, maya: Somebody, width: int, theme: str
) -> None:
    project_id = project(maya, "Week plan of the whole quarter, with a long name")
    link = _invite(maya, project_id, email=f"somebody-with-a-long-name-{uuid4().hex}@example.org")
    page = await visit(maya, width=width, theme=theme)  # type: ignore[arg-type]
    for path in (f"/app/projects/{project_id}/team", link):
        await page.goto(path)
        await settled(page)
        assert not await violations(page, theme)  # type: ignore[arg-type]
        assert await overflow(page) <= 0, path
    await page.goto(f"/app/projects/{project_id}/team")
    await page.get_by_role("button", name="Invite", exact=True).click()
    await page.get_by_role("dialog").wait_for()
    assert not await violations(page, theme)  # type: ignore[arg-type]
    await (await visit(width=width, theme=theme)).goto(link)  # type: ignore[arg-type]
