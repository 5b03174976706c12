"""Every route with every kind of caller. A route that is new is covered, or fails here."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI

from taskyard.core.uow import unit_of_work
from taskyard.jobs.models import Job
from taskyard.kit.clock import now
from taskyard.projects.models import Project
from tests.conftest import Api
from tests.contract.calls import call, outcome
from tests.contract.responses import Operation, operations
from tests.files.giving import announce, given
from tests.world import Account, World

#: Who may call without signing in. Adding one is a decision.
PUBLIC = {
    "get_health",
    "get_detailed_health",
    "get_setup",
    "set_up",
    "register",
    "login",
    "refresh",
    "forgot_password",
    "check_reset_link",
    "reset_password",
    "verify_email",
    "unsubscribe",
    "ask_to_unsubscribe",
    "exchange_session_link",
    "download_file",
    "get_file_content",
    "open_shared_file",
    "get_shared_content",
    "get_shared_file",
    "open_shared_report",
    "get_shared_report",
    "look_at_invitation",
    "decline_invitation_link",
    "register_by_invitation",
}
#: Paths whose callers a matrix of their own looks at.
OWN_MATRIX = re.compile(r"{(project_id|team_id|job_id|file_id|upload_id)}")
READERS = frozenset({"viewer", "member", "owner", "admin", "viewer_account"})
WORKERS = frozenset({"member", "owner"})
OWNERS = frozenset({"owner"})
#: The permission matrix, written down a second time on purpose. `admin` is an administrator who
#: is no member, `viewer_account` an owner whose account only reads.
IN_A_PROJECT = {
    "project:read": READERS,
    "task:read": READERS,
    "task:create": WORKERS,
    "task:update": WORKERS,
    "task:delete": WORKERS,
    "file:read": READERS,
    "job:read": READERS,
    "analysis:read": READERS,
    "comment:read": READERS,
    "comment:create": WORKERS,
    "file:upload": WORKERS,
    "job:create": WORKERS,
    "analysis:create": WORKERS,
    "analysis:share": WORKERS,
    "project:update": OWNERS | {"admin"},
    "project:delete": OWNERS | {"admin"},
    "team:manage": OWNERS | {"admin"},
}
#: What accounts may do before any project has a say.
ANYWHERE = {
    "any signed-in account": {"user", "admin", "viewer_account"},
    "project:read": {"user", "admin", "viewer_account"},
    "task:read": {"user", "admin", "viewer_account"},
    "comment:read": {"user", "admin", "viewer_account"},
    "job:read": {"user", "admin", "viewer_account"},
    "file:read": {"user", "admin", "viewer_account"},
    "file:upload": {"user", "admin"},
    "project:create": {"user", "admin"},
    "team:read": {"user", "admin", "viewer_account"},
    "team:create": {"user", "admin"},
    "job:create": {"user", "admin"},
    "admin:use": {"admin"},
}
#: Whom the routes of a named team admit; `lead` is an admin of it.
IN_A_TEAM = {
    "team:read": READERS | {"lead"},
    "team:update": OWNERS | {"lead", "admin"},
    "team:manage": OWNERS | {"lead", "admin"},
    "team:delete": OWNERS | {"admin"},
}
#: Routes that let everybody leave, and by which managers remove others: here, somebody else.
REMOVING = {"remove_member", "remove_team_member"}
#: Routes that name a thing outside of projects; for a stranger it is not there.
NAMED = {
    "revoke_session",
    "get_user",
    "change_user",
    "list_user_sessions",
    "end_user_sessions",
    "accept_invitation",
    "decline_invitation",
    "delete_template",
    "accept_team_invitation",
    "decline_team_invitation",
}
#: Whom the routes of one job admit, when it is the owner's and lies in a project.
OF_A_JOB = {"job:read": READERS, "job:create": WORKERS, "job:cancel": OWNERS | {"admin"}}
#: Whom the routes of one file admit, when the owner gave it to a project.
OF_A_FILE = {"file:read": READERS, "file:share": WORKERS, "file:delete": OWNERS}


@pytest.fixture(scope="module")
def known(app: FastAPI) -> list[Operation]:
    found = operations(app.openapi())
    assert len(found) >= 40
    return found


def _permission(operation: Operation) -> str:
    if operation.id in REMOVING:
        return "team:manage"
    text = str(operation.body["x-access"])
    return text.removeprefix("needs `").removesuffix("`")


def _is_public(operation: Operation) -> bool:
    return bool(operation.body["x-access"] == "public")


def test_what_is_public_is_public_on_purpose(known: list[Operation]) -> None:
    assert {operation.id for operation in known if _is_public(operation)} == PUBLIC


async def test_nobody_calls_without_signing_in(api: Api, known: list[Operation]) -> None:
    guarded = [operation for operation in known if not _is_public(operation)]
    assert len(guarded) >= 35
    got = {operation.id: outcome(await call(api(), operation)) for operation in guarded}
    assert got == dict.fromkeys(got, "unknown (AUTH_REQUIRED)")
    assert len(got) == len(guarded)


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Authorization": "Bearer nonsense"}, "AUTH_TOKEN_INVALID"),
        ({"Authorization": "Basic bWF5YTpw"}, "AUTH_TOKEN_INVALID"),
        ({"Cookie": "taskyard_session=nonsense", "Sec-Fetch-Site": "same-origin"}, "AUTH_REQUIRED"),
    ],
)
async def test_nobody_calls_with_a_bad_credential(
    api: Api, known: list[Operation], headers: dict[str, str], code: str
) -> None:
    client = api(**headers)
    guarded = [operation for operation in known if not _is_public(operation)]
    got = {operation.id: outcome(await call(client, operation)) for operation in guarded}
    assert got == dict.fromkeys(got, f"unknown ({code})")


async def test_nobodys_session_outlives_its_end(
    api: Api, world: World, known: list[Operation]
) -> None:
    account = await world.account()
    client = api(as_=account)
    assert (await client.post("/api/v1/auth/logout")).status_code == 204
    guarded = [operation for operation in known if not _is_public(operation)]
    got = {operation.id: outcome(await call(client, operation)) for operation in guarded}
    assert got == dict.fromkeys(got, "unknown (AUTH_SESSION_REVOKED)")


@dataclass(frozen=True)
class Cast:
    """One of each kind of caller."""

    stranger: Account
    viewer: Account
    member: Account
    owner: Account
    admin: Account
    viewer_account: Account

    async def play(self, world: World) -> Project:
        """Return a new project in which each has their role."""
        project = await world.project(owner=self.owner)
        await world.member(project, role="viewer", account=self.viewer)
        await world.member(project, role="member", account=self.member)
        await world.member(project, role="owner", account=self.viewer_account)
        return project


@pytest.fixture
async def cast(world: World) -> Cast:
    return Cast(
        stranger=await world.account(),
        viewer=await world.account(),
        member=await world.account(),
        owner=await world.account(),
        admin=await world.account(role="admin"),
        viewer_account=await world.account(role="viewer"),
    )


def _expected(allowed: frozenset[str], caller: str) -> str:
    if caller == "stranger":
        return "hidden"
    return "admitted" if caller in allowed else "forbidden"


async def test_every_route_of_a_project_with_every_caller(
    api: Api, world: World, cast: Cast, known: list[Operation]
) -> None:
    mine = [operation for operation in known if "{project_id}" in operation.path]
    assert len(mine) >= 15
    missing = {_permission(operation) for operation in mine} - IN_A_PROJECT.keys()
    assert missing == set(), "say in IN_A_PROJECT whom these admit"
    wrong: dict[tuple[str, str], Any] = {}
    project = await cast.play(world)
    for operation in mine:
        allowed = IN_A_PROJECT[_permission(operation)]
        for caller, account in vars(cast).items():
            if operation.id == "delete_project":
                project = await cast.play(world)
            got = outcome(await call(api(as_=account), operation, project_id=project.id))
            if got != _expected(allowed, caller):
                wrong[operation.id, caller] = (got, _expected(allowed, caller))
    assert wrong == {}


async def test_a_hidden_project_looks_like_none_on_every_route(
    api: Api, world: World, cast: Cast, known: list[Operation]
) -> None:
    client, project = api(as_=cast.stranger), await cast.play(world)
    mine = [operation for operation in known if "{project_id}" in operation.path]
    for operation in mine:
        answers = [
            await call(client, operation, project_id=project_id) for project_id in (project.id, "")
        ]
        told = [answer.json()["error"] for answer in answers]
        for error in told:
            error["details"].pop("request_id")
        assert told[0] == told[1], operation.id
        assert [answer.status_code for answer in answers] == [404, 404], operation.id


async def test_every_route_of_a_team_with_every_caller(
    api: Api, world: World, cast: Cast, known: list[Operation]
) -> None:
    mine = [
        operation
        for operation in known
        if "{team_id}" in operation.path and "{project_id}" not in operation.path
    ]
    assert len(mine) >= 10
    missing = {_permission(operation) for operation in mine} - IN_A_TEAM.keys()
    assert missing == set(), "say in IN_A_TEAM whom these admit"
    lead = await world.account()
    callers = vars(cast) | {"lead": lead}

    async def team() -> UUID:
        return await world.team(
            owner=cast.owner,
            admin=lead,
            member=cast.member,
            viewer=cast.viewer,
            second_owner=cast.viewer_account,
        )

    wrong: dict[tuple[str, str], Any] = {}
    team_id = await team()
    for operation in mine:
        allowed = frozenset(IN_A_TEAM[_permission(operation)])
        for caller, account in callers.items():
            if operation.id == "delete_team":
                team_id = await team()
            answer = await call(api(as_=account), operation, team_id=team_id)
            got = outcome(answer, hidden="TEAM_NOT_FOUND")
            if got != _expected(allowed, caller):
                wrong[operation.id, caller] = (got, _expected(allowed, caller))
    assert wrong == {}


async def test_every_route_of_a_job_with_every_caller(
    api: Api, world: World, cast: Cast, known: list[Operation]
) -> None:
    mine = [operation for operation in known if "{job_id}" in operation.path]
    assert len(mine) >= 6
    missing = {_permission(operation) for operation in mine} - OF_A_JOB.keys()
    assert missing == set(), "say in OF_A_JOB whom these admit"
    wrong: dict[tuple[str, str], Any] = {}
    job_id = await _finished_job(world, await cast.play(world), cast.owner)
    for operation in mine:
        allowed = OF_A_JOB[_permission(operation)]
        for caller, account in vars(cast).items():
            if caller == "member" and _permission(operation) == "job:cancel":
                continue  # whose job it is decides, which is the room's own test
            answer = await call(api(as_=account), operation, job_id=job_id)
            got = outcome(answer, hidden="JOB_NOT_FOUND")
            if got != _expected(allowed, caller):
                wrong[operation.id, caller] = (got, _expected(allowed, caller))
    assert wrong == {}


async def _finished_job(world: World, project: Project, owner: Account) -> UUID:
    async with unit_of_work(world.platform.database) as uow:
        job = Job(
            owner_id=owner.id,
            project_id=project.id,
            kind="analysis",
            title="Analysis",
            parameters={},
            state="completed",
            finished_at=now(),
        )
        uow.db.add(job)
        await uow.db.flush()
        return job.id


async def test_every_route_of_a_file_with_every_caller(
    api: Api, world: World, cast: Cast, known: list[Operation]
) -> None:
    mine = [operation for operation in known if "{file_id}" in operation.path]
    assert len(mine) >= 5
    missing = {_permission(operation) for operation in mine} - OF_A_FILE.keys()
    assert missing == set(), "say in OF_A_FILE whom these admit"
    wrong: dict[tuple[str, str], Any] = {}
    project = await cast.play(world)
    for operation in mine:
        allowed = OF_A_FILE[_permission(operation)]
        for caller, account in vars(cast).items():
            file = await given(api(as_=cast.owner), b"theirs", project_id=project.id)
            answer = await call(api(as_=account), operation, file_id=file["id"])
            got = outcome(answer, hidden="FILE_NOT_FOUND")
            if got != _expected(allowed, caller):
                wrong[operation.id, caller] = (got, _expected(allowed, caller))
    assert wrong == {}


async def test_every_route_of_an_upload_with_every_caller(
    api: Api, world: World, cast: Cast, known: list[Operation]
) -> None:
    """An upload is its sender's alone, whoever else is in the project."""
    mine = [operation for operation in known if "{upload_id}" in operation.path]
    assert len(mine) >= 4
    assert {_permission(operation) for operation in mine} == {"file:upload"}
    wrong: dict[tuple[str, str], Any] = {}
    project = await cast.play(world)
    for operation in mine:
        for caller, account in vars(cast).items():
            upload = await announce(api(as_=cast.owner), 0, project_id=str(project.id))
            answer = await call(api(as_=account), operation, upload_id=upload["id"], number=1)
            got = outcome(answer, hidden="UPLOAD_NOT_FOUND")
            special = {"owner": "admitted", "viewer_account": "forbidden"}
            if got != special.get(caller, "hidden"):
                wrong[operation.id, caller] = got
            await api(as_=cast.owner).delete(f"/api/v1/files/uploads/{upload['id']}")
    assert wrong == {}


async def test_every_other_route_with_every_account(
    api: Api, world: World, known: list[Operation]
) -> None:
    others = [
        operation
        for operation in known
        if not _is_public(operation) and not OWN_MATRIX.search(operation.path)
    ]
    assert len(others) >= 14
    unknown = {operation.id for operation in others if "{" in operation.path} - NAMED
    assert unknown == set(), "these name a thing: say who may reach it"
    missing = {_permission(operation) for operation in others} - ANYWHERE.keys()
    assert missing == set(), "say in ANYWHERE whom these admit"
    wrong: dict[tuple[str, str], str] = {}
    for caller, role in (("user", "user"), ("admin", "admin"), ("viewer_account", "viewer")):
        account = await world.account(role=role)  # type: ignore[arg-type]
        for operation in others:
            here = await world.sign_in(account)  # signing out is one of the routes
            got = outcome(await call(api(as_=here), operation))
            if got != ("admitted" if caller in ANYWHERE[_permission(operation)] else "forbidden"):
                wrong[operation.id, caller] = got
    assert wrong == {}


async def test_no_write_of_a_browser_comes_from_another_site(
    api: Api, world: World, known: list[Operation]
) -> None:
    account = await world.sign_in(await world.account(), browser=True)
    client = api(
        Cookie=f"taskyard_session={account.refresh_token}", **{"Sec-Fetch-Site": "cross-site"}
    )
    writes = [operation for operation in known if operation.method != "GET"]
    assert len(writes) >= 15
    got = {operation.id: outcome(await call(client, operation)) for operation in writes}
    assert got == dict.fromkeys(got, "forged")
