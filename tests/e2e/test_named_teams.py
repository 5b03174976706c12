"""People in a named team, and the project it is granted; a project that begins with a template."""

from uuid import uuid4

import pytest
from playwright.async_api import expect

from tests.e2e.arranging import project
from tests.e2e.browsing import Somebody, Visits, newcomer, overflow, settled, violations


def _team(owner: Somebody, name: str, *people: Somebody) -> str:
    """Make a team with these people in it; return its id."""
    with owner.client() as client:
        made = client.post("/api/v1/teams", json={"name": name}).raise_for_status()
        team_id = str(made.json()["data"]["id"])
        for somebody in people:
            path = f"/api/v1/teams/{team_id}/invitations"
            sent = client.post(path, json={"username": _username(somebody)}).raise_for_status()
            with somebody.client() as theirs:
                invitation = sent.json()["data"]["id"]
                theirs.post(f"/api/v1/teams/invitations/{invitation}/accept").raise_for_status()
    return team_id


def _username(somebody: Somebody) -> str:
    with somebody.client() as client:
        return str(client.get("/api/v1/auth/me").raise_for_status().json()["data"]["username"])


async def test_a_team_is_made_joined_and_granted_a_project(visit: Visits, maya: Somebody) -> None:
    project_id = project(maya, "Week plan")
    noor = newcomer(maya.url, "Noor Haddad")
    theirs = await visit(noor)
    await theirs.goto("/app/teams")
    await expect(theirs.get_by_text("Work with the same people twice?")).to_be_visible()

    hers = await visit(maya)
    await hers.goto("/app/teams")
    await hers.get_by_role("button", name="New team").first.click()
    await hers.get_by_role("dialog").get_by_label("Name").fill("Platform")
    await hers.get_by_role("button", name="Make team").click()
    await expect(hers.get_by_role("heading", name="Platform", exact=True)).to_be_visible()
    await hers.get_by_role("button", name="Invite", exact=True).click()
    dialog = hers.get_by_role("dialog")
    await dialog.get_by_label("E-mail or username").fill(_username(noor))
    await dialog.get_by_role("button", name="Invite", exact=True).click()
    await expect(dialog).to_contain_text("finds the invitation on their page of teams")
    await dialog.get_by_role("button", name="Done").click()
    await expect(hers.get_by_role("heading", name="Invited")).to_be_visible()
    await hers.get_by_role("button", name="Invite Noor Haddad again").click()
    await expect(hers.get_by_text("Noor Haddad is invited again")).to_be_visible()

    # Without a reload: the spine tells the page of whoever is invited.
    invitation = theirs.get_by_text("Maya Kern invites you to the team Platform as member")
    await expect(invitation).to_be_visible()
    await theirs.get_by_role("button", name="Join").click()
    await expect(theirs.get_by_role("heading", name="Platform", exact=True)).to_be_visible()
    await expect(hers.get_by_role("heading", name="Invited")).to_have_count(0)
    await expect(hers.get_by_role("listitem").filter(has_text="Noor Haddad")).to_be_visible()

    await hers.goto(f"/app/projects/{project_id}/team")
    await hers.get_by_role("button", name="Grant to a team").click()
    await hers.get_by_role("dialog").get_by_role("button", name="Grant", exact=True).click()
    await expect(hers.get_by_text("through a team")).to_be_visible()
    await theirs.goto("/app/projects")
    await expect(theirs.get_by_role("main").get_by_text("Week plan")).to_be_visible()
    await hers.get_by_role("button", name="Take Platform out of this project").click()
    await hers.get_by_role("dialog").get_by_role("button", name="Take out").click()
    await expect(theirs.get_by_role("main").get_by_text("Week plan")).to_have_count(0)


@pytest.mark.parametrize("width", [1440, 390])
async def test_somebody_without_an_account_joins_a_team_by_its_link(
    visit: Visits, maya: Somebody, width: int
) -> None:
    team_id = _team(maya, f"Till crew {width}")
    hers = await visit(maya)
    await hers.goto(f"/app/teams/{team_id}")
    await hers.get_by_role("button", name="Invite", exact=True).click()
    dialog = hers.get_by_role("dialog")
    address = f"{uuid4().hex[:12]}@example.org"
    await dialog.get_by_label("E-mail or username").fill(address)
    await dialog.get_by_role("button", name="Invite", exact=True).click()
    link = await dialog.locator("code").text_content()
    theirs = await visit(width=width)
    await theirs.goto(f"/app/{str(link).partition('/app/')[2]}")
    await expect(theirs.get_by_role("heading", name=f"Join Till crew {width}")).to_be_visible()
    said = theirs.get_by_text("Maya Kern invites you to this team as member.")
    await expect(said).to_be_visible()
    assert await overflow(theirs) <= 0
    assert not await violations(theirs, "light")
    await theirs.get_by_label("Password", exact=True).fill("a quiet yard at dusk")
    await theirs.get_by_role("button", name="Make account and join").click()
    heading = theirs.get_by_role("heading", name=f"Till crew {width}", exact=True)
    await expect(heading).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
async def test_a_teams_pages_can_be_read_and_fit(
    visit: Visits, maya: Somebody, width: int, theme: str
) -> None:
    noor = newcomer(maya.url, "Noor Haddad")
    team_id = _team(maya, "Platform", noor)
    project_id = project(maya, f"Shop {width} {theme}")
    with maya.client() as client:
        path = f"/api/v1/projects/{project_id}/teams/{team_id}"
        client.put(path, json={"role": "member"}).raise_for_status()
    page = await visit(maya, width=width, theme=theme)  # type: ignore[arg-type]
    for where in ("", "/projects", "/settings"):
        await page.goto(f"/app/teams/{team_id}{where}")
        await settled(page)
        assert not await violations(page, theme), where  # type: ignore[arg-type]
        assert await overflow(page) <= 0, where
    await page.goto(f"/app/projects/{project_id}/team")
    await settled(page)
    assert not await violations(page, theme)  # type: ignore[arg-type]
    assert await overflow(page) <= 0


async def test_a_project_begins_with_a_template(visit: Visits, maya: Somebody) -> None:
    page = await visit(maya)
    await page.goto("/app/projects/templates")
    await page.get_by_role("button", name="Use Bug tracking").click()
    dialog = page.get_by_role("dialog", name="New project")
    await expect(dialog.get_by_label("Begins with")).to_have_value("bugs")
    await dialog.get_by_label("Name").fill("What is broken")
    await dialog.get_by_role("button", name="Make project").click()
    await expect(page.get_by_role("heading", name="What is broken")).to_be_visible()
    await page.get_by_role("link", name="List", exact=True).click()
    await expect(page.get_by_text("Write down how to report a bug")).to_be_visible()

    await page.get_by_role("link", name="Settings", exact=True).last.click()
    await page.get_by_label("Name of the template").fill("Our bugs")
    await page.get_by_role("button", name="Make a template").click()
    await expect(page.get_by_text("Our bugs is a template now")).to_be_visible()
    await page.goto("/app/projects/templates")
    await page.get_by_role("button", name="Delete the template Our bugs").click()
    await expect(page.get_by_role("button", name="Use Our bugs")).to_have_count(0)
