"""Letters that invite people into projects and teams, with an account or without one."""

import httpx
from sqlalchemy import select

from taskyard.kit.ids import uuid7
from taskyard.notifications.models import Email
from taskyard.projects.models import Project
from tests.notifications.conftest import Yard
from tests.world import Account
from tests.world.post import Delivered

PAGE = "https://yard.example.com/app/invitation#"


def _client(yard: Yard, account: Account) -> httpx.AsyncClient:
    return yard.instance.client(authorization=f"Bearer {account.token}")


async def _invite(yard: Yard, project: Project, owner: Account, **whom: str) -> str:
    path = f"/api/v1/projects/{project.id}/team/invite"
    answer = await _client(yard, owner).post(path, json=whom)
    assert answer.json()["data"]["mailed"] is True
    return str(answer.json()["data"]["id"])


def _token(letter: Delivered) -> str:
    link = next(word for word in letter.text.split() if word.startswith(PAGE))
    return link.removeprefix(PAGE)


def _stranger() -> str:
    return f"stranger-{uuid7().hex[-12:]}@example.com"


async def test_an_unknown_address_gets_a_letter_and_joins_on_registering(yard: Yard) -> None:
    owner = await yard.account()
    project = await yard.world.project(owner=owner, name="Shop")
    address = _stranger()
    await _invite(yard, project, owner, email=address, role="viewer")
    (letter,) = await yard.post.wait(address)
    name = owner.username.capitalize()
    assert letter.message["Subject"] == f"{name} invites you to Shop"
    assert "in the project Shop at yard.example.com, as viewer" in letter.words
    assert letter.message["List-Unsubscribe"] is None, "there is no account to choose by"
    body = {"token": _token(letter), "password": "a quiet yard at dusk"}
    made = await yard.instance.client().post("/api/v1/invitations/register", json=body)
    assert made.status_code == 201
    assert made.json()["data"]["project_id"] == str(project.id)
    assert made.json()["data"]["user"]["email"] == address


async def test_an_account_gets_the_letter_it_can_switch_off(yard: Yard) -> None:
    owner, guest = await yard.account(), await yard.account()
    first = await yard.world.project(owner=owner)
    await _invite(yard, first, owner, username=guest.username)
    (letter,) = await yard.post.wait(guest.email)
    assert letter.message["List-Unsubscribe"] is not None
    client = _client(yard, guest)
    joined = await client.post("/api/v1/invitations/accept", json={"token": _token(letter)})
    assert joined.status_code == 200
    wanted = {"categories": {"team_invite": False}}
    await client.patch("/api/v1/notifications/settings", json=wanted)
    second = await yard.world.project(owner=owner)
    for whom in ({"username": guest.username}, {"email": guest.email}):
        project = second if "username" in whom else await yard.world.project(owner=owner)
        await _invite(yard, project, owner, **whom)
    await yard.settled()
    assert len(await yard.letters_to(guest)) == 1


async def test_a_second_letter_ends_the_first_ones_link(yard: Yard) -> None:
    owner = await yard.account()
    project = await yard.world.project(owner=owner)
    address = _stranger()
    invitation = await _invite(yard, project, owner, email=address)
    await yard.post.wait(address)
    path = f"/api/v1/projects/{project.id}/team/invitations/{invitation}/resend"
    assert (await _client(yard, owner).post(path)).status_code == 200
    first, second = await yard.post.wait(address, count=2)
    look = yard.instance.client()
    answers = [
        await look.post("/api/v1/invitations/look", json={"token": _token(letter)})
        for letter in (first, second)
    ]
    assert [answer.status_code for answer in answers] == [410, 200]


async def test_other_peoples_words_make_no_links_in_a_letter(yard: Yard) -> None:
    owner = await yard.account()
    project = await yard.world.project(owner=owner, name="Win at https://evil.example.com/now")
    address = _stranger()
    await _invite(yard, project, owner, email=address)
    (letter,) = await yard.post.wait(address)
    assert "evil·example·com/now" in letter.words
    assert "evil.example.com" not in letter.raw.decode()
    assert "https://evil" not in letter.raw.decode()


async def test_one_address_is_not_flooded(yard: Yard) -> None:
    owner, address = await yard.account(), _stranger()
    for _ in range(7):
        project = await yard.world.project(owner=owner)
        await _invite(yard, project, owner, email=address)
    await yard.settled()
    async with yard.platform.database.session() as db:
        written = (await db.scalars(select(Email).where(Email.address == address))).all()
    assert sorted(email.status == "skipped" for email in written) == [False] * 5 + [True] * 2
    assert len(await yard.post.wait(address, count=5)) == 5


async def test_an_unknown_address_is_asked_into_a_team_and_asked_again(yard: Yard) -> None:
    owner = await yard.account()
    client = _client(yard, owner)
    team = (await client.post("/api/v1/teams", json={"name": "Till crew"})).json()["data"]
    path = f"/api/v1/teams/{team['id']}/invitations"
    address = _stranger()
    sent = (await client.post(path, json={"email": address, "role": "viewer"})).json()["data"]
    assert sent["mailed"] is True
    await yard.post.wait(address)
    assert (await client.post(f"{path}/{sent['id']}/resend")).status_code == 200
    letters = await yard.post.wait(address, count=2)
    for letter in letters:
        name = owner.username.capitalize()
        assert letter.message["Subject"] == f"{name} invites you to Till crew"
        assert "in the team Till crew at yard.example.com, as viewer" in letter.words
        assert "https://yard.example.com/app/invitation#" in letter.text
        assert letter.message["List-Unsubscribe"] is None
    look = yard.instance.client()
    answers = [
        await look.post("/api/v1/invitations/look", json={"token": _token(letter)})
        for letter in letters
    ]
    assert [answer.status_code for answer in answers] == [410, 200], "a letter ends those before"
    assert answers[1].json()["data"]["team_name"] == "Till crew"


async def test_an_account_is_written_to_once_about_a_team(yard: Yard) -> None:
    owner, guest = await yard.account(), await yard.account()
    client = _client(yard, owner)
    team = (await client.post("/api/v1/teams", json={"name": "Till crew"})).json()["data"]
    path = f"/api/v1/teams/{team['id']}/invitations"
    assert (await client.post(path, json={"username": guest.username})).json()["data"]["mailed"]
    (letter,) = await yard.post.wait(guest.email)
    assert "https://yard.example.com/app/invitation#" in letter.text
    assert letter.message["List-Unsubscribe"] is not None
    await yard.settled()
    assert [email.template for email in await yard.letters_to(guest)] == ["team_invitation"]
