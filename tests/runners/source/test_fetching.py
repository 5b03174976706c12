"""From a repository's address to a snapshot, by a real worker from a real Git server."""

import asyncio
import secrets
import socket
import threading
from contextlib import contextmanager
from typing import Any

import psutil
import pytest
from sqlalchemy import delete

from taskyard.core.platform import Platform
from taskyard.core.settings import Settings
from taskyard.core.uow import unit_of_work
from taskyard.files.archive.limits import MIB
from taskyard.projects.models import Membership
from tests.conftest import Api
from tests.files.archives import upload, zip_of
from tests.runners.source.conftest import Yard
from tests.world import World
from tests.world.git_server import GitServer

GOOD = {"shop.py": "def total(prices):\n    return sum(prices)\n", "run.sh*": "#!/bin/sh\n"}


async def test_a_repository_becomes_a_snapshot(yard: Yard, git: GitServer) -> None:
    repository = git.repository()
    commit = repository.commit(GOOD, odd={"link": ("120000", repository.blob(b"/etc/passwd"))})
    asked = await yard.ask(git.url(repository.name))
    assert asked == {
        "id": asked["id"],
        "project_id": str(yard.project_id),
        "status": "queued",
        "git_url": git.url(repository.name),
        "ref": None,
        "source_id": None,
        "files": None,
        "size_bytes": None,
    }
    job = await yard.ended(asked["id"])
    assert job["status"] == "completed", job["failure"]
    assert [(step["name"], step["status"]) for step in job["steps"]] == [
        ("find", "done"),
        ("fetch", "done"),
    ]
    [snapshot] = await yard.snapshots()
    assert snapshot["origin"] == {
        "kind": "git",
        "name": f"127.0.0.1:{git.port}/{repository.name.removesuffix('.git')}",
        "git_url": git.url(repository.name),
        "ref": "main",
        "commit": commit,
    }
    assert snapshot["skipped"] == [{"path": "link", "reason": "symbolic link", "entries": 1}]
    assert (snapshot["files"], snapshot["stripped"]) == (2, None)
    assert job["result"] == {
        "source_id": snapshot["source_id"],
        "files": 2,
        "size_bytes": snapshot["size_bytes"],
        "commit": commit,
        "ref": "main",
        "skipped": 1,
        "snapshot_id": snapshot["id"],
        "analysis_id": None,
        "analysis_refused": None,
    }
    log = await yard.log(job["id"])
    assert f"Found main: {commit}" in log
    assert "remote: Counting objects" in log
    assert "left out: link (symbolic link)" in log


async def test_the_same_tree_is_the_same_snapshot_whoever_brought_it(
    yard: Yard, git: GitServer
) -> None:
    files = {"a.py": b"print(1)\n", "b/c.py": b""}
    first = await upload(yard.client, yard.project_id, zip_of(files), "thing.zip")
    repository = git.repository()
    commit = repository.commit(files, branch="topic")
    job = await yard.fetched(git.url(repository.name), ref="topic")
    [snapshot] = await yard.snapshots()
    assert snapshot["id"] == first.json()["data"]["id"] == job["result"]["snapshot_id"]
    assert (snapshot["origin"]["kind"], snapshot["origin"]["commit"]) == ("git", commit)
    assert snapshot["origin"]["ref"] == "topic"
    named = await yard.fetched(git.url(repository.name), ref=commit)
    assert named["result"]["ref"] is None
    again = await upload(yard.client, yard.project_id, zip_of(files), "thing.zip")
    assert again.status_code == 200
    assert again.json()["data"]["origin"]["git_url"] is None


@pytest.mark.slow
async def test_an_analysis_follows_where_one_is_wished_for(yard: Yard, git: GitServer) -> None:
    repository = git.repository()
    repository.commit(GOOD)
    job = await yard.fetched(git.url(repository.name), analyse=True)
    analysis = await yard.ended(job["result"]["analysis_id"], seconds=110)
    assert analysis["kind"] == "analysis"
    assert analysis["status"] == "completed", analysis["failure"]
    assert analysis["parameters"]["snapshot_id"] == job["result"]["snapshot_id"]


async def test_equal_wishes_at_once_are_one_run(yard: Yard, git: GitServer) -> None:
    repository = git.repository()
    repository.commit(GOOD)
    url = git.url(repository.name)
    git.hold_after = 1
    spelled = [url, f"{url}/", url.replace("http://", "HTTP://")]
    asked = await asyncio.gather(*(yard.ask(spelled[n % 3], ref="main") for n in range(12)))
    assert len({run["id"] for run in asked}) == 1
    other = await yard.ask(url)
    assert other["id"] != asked[0]["id"]
    git.go_on.set()
    assert (await yard.ended(asked[0]["id"]))["status"] == "completed"
    assert (await yard.ended(other["id"]))["status"] == "completed"
    later = await yard.ask(url, ref="main")
    assert later["id"] != asked[0]["id"], "what has ended is asked for anew"
    assert (await yard.ended(later["id"]))["status"] == "completed"


@pytest.mark.parametrize(
    ("git_url", "code"),
    [
        ("ext::sh -c id", "URL_FORBIDDEN"),
        ("file:///etc", "URL_FORBIDDEN"),
        ("/etc", "URL_FORBIDDEN"),
        ("--upload-pack=x", "URL_FORBIDDEN"),
        ("ssh://git@example.com/a", "URL_FORBIDDEN"),
        ("git@example.com:a/b", "URL_FORBIDDEN"),
        ("git://example.com/a", "URL_FORBIDDEN"),
        ("http://example.com/a", "URL_FORBIDDEN"),
        ("https://x@127.0.0.1/", "URL_FORBIDDEN"),
        ("https://user:hunter2@example.com/a", "URL_FORBIDDEN"),
        ("https://127.0.0.1/a", "URL_FORBIDDEN"),
        ("https://127.1/a", "URL_FORBIDDEN"),
        ("https://2130706433/a", "URL_FORBIDDEN"),
        ("https://0177.0.0.1/a", "URL_FORBIDDEN"),
        ("https://[::ffff:7f00:1]/a", "URL_FORBIDDEN"),
        ("https://169.254.169.254/latest", "URL_FORBIDDEN"),
        ("https://localhost/a", "URL_FORBIDDEN"),
        ("https://postgres/a", "URL_FORBIDDEN"),
        ("https://example.com:22/a", "URL_FORBIDDEN"),
        ("https://example.com/a?token=hunter2", "URL_FORBIDDEN"),
        ("https://example.com/a#b", "URL_FORBIDDEN"),
        ("https://example.com/" + "a" * 1000, "VALIDATION_ERROR"),
        ("", "VALIDATION_ERROR"),
    ],
)
async def test_an_address_that_may_not_be_asked_is_refused_at_once(
    yard: Yard, git_url: str, code: str
) -> None:
    answer = await yard.client.post(yard.url, json={"git_url": git_url})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)
    assert "hunter2" not in answer.text
    jobs = await yard.client.get(f"/api/v1/projects/{yard.project_id}/jobs")
    assert jobs.json()["total"] == 0


@pytest.mark.parametrize(
    "ref",
    [
        *("", "-x", "--upload-pack=x", "a..b", "a b", "a~1", "a^", "a:b", "a?", "a*", "[a"),
        *("a\\b", "/a", "a/", "a//b", ".a", "a/.b", "a.", "a.lock", "a.lock/b", "@", "a@{1}"),
        *("a\x07", "a" * 251),
    ],
)
async def test_a_ref_that_can_be_none_is_refused(yard: Yard, ref: str) -> None:
    wish = {"git_url": "https://example.com/a", "ref": ref}
    answer = await yard.client.post(yard.url, json=wish)
    assert answer.status_code == 422
    assert answer.json()["error"]["details"]["fields"][0]["field"] == "body.ref"


_WITH_A_NUMBER = b'{"git_url": "https://a.example/b", "analyse": 0}'


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b'{"git_url": "https://a.example/b", "token": "x"}', "application/json", 422, None),
        (b"{}", "application/json", 422, "VALIDATION_ERROR"),
        (b"[]", "application/json", 422, "VALIDATION_ERROR"),
        (b'{"git_url": 7}', "application/json", 422, "VALIDATION_ERROR"),
        (_WITH_A_NUMBER, "application/json", 422, "VALIDATION_ERROR"),
        (b'{"git_url": "a", "git_url": "b"}', "application/json", 400, "MALFORMED_JSON"),
        (b"{", "application/merge-patch+json", 400, "MALFORMED_JSON"),
        (b" " * 20_000, "application/json; charset=utf-8", 413, "PAYLOAD_TOO_LARGE"),
        (b"git_url=x", "application/x-www-form-urlencoded", 415, "UNSUPPORTED_MEDIA_TYPE"),
        (b"{}", "text/plain", 415, "UNSUPPORTED_MEDIA_TYPE"),
    ],
)
async def test_a_body_that_is_none_of_both_is_refused(
    yard: Yard, content: bytes, kind: str, status: int, code: str | None
) -> None:
    answer = await yard.client.post(yard.url, content=content, headers={"Content-Type": kind})
    assert answer.status_code == status
    assert code is None or answer.json()["error"]["code"] == code


@contextmanager
def _listening() -> Any:
    """Listen on a port nobody allowed; yields it and what connected there."""
    came: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        over = threading.Event()

        def listen() -> None:
            while not over.is_set():
                try:
                    came.append(server.accept())
                except TimeoutError:
                    continue

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield server.getsockname()[1], came
        finally:
            over.set()
            thread.join()


async def _failure(yard: Yard, git_url: str, **wish: Any) -> dict[str, Any]:
    job = await yard.fetched(git_url, **wish)
    assert job["status"] == "failed"
    assert await yard.snapshots() == []
    failure: dict[str, Any] = job["failure"]
    return failure


async def test_a_redirect_to_the_inside_ends_the_run_and_nobody_is_asked(
    yard: Yard, git: GitServer
) -> None:
    with _listening() as (port, came):
        git.moved = {"/moved": f"http://127.0.0.1:{port}/secret"}
        failure = await _failure(yard, git.url("moved"))
    assert failure["reason"] == "URL_FORBIDDEN"
    assert not failure["retry_helps"]
    assert came == []


async def test_by_the_jobs_own_address_it_is_judged_when_it_runs(yard: Yard) -> None:
    with _listening() as (port, came):
        answer = await yard.client.post(
            f"/api/v1/projects/{yard.project_id}/jobs",
            json={"kind": "source", "parameters": {"git_url": f"http://127.0.0.1:{port}/a"}},
        )
        assert answer.status_code == 202
        job = await yard.ended(answer.json()["data"]["id"])
    assert (job["status"], job["failure"]["reason"]) == ("failed", "URL_FORBIDDEN")
    assert came == []
    refused = await yard.client.post(
        f"/api/v1/projects/{yard.project_id}/jobs",
        json={"kind": "source", "parameters": {"git_url": "file:///etc"}},
    )
    [field] = refused.json()["error"]["details"]["fields"]
    assert field["field"] == "body.parameters.git_url"
    assert "write it as https" in field["message"]


async def test_why_nothing_came_is_said(yard: Yard, git: GitServer) -> None:
    repository = git.repository()
    repository.commit({"A.py": "1", "a.py": "2"})
    url = git.url(repository.name)
    missing = await _failure(yard, git.url("nowhere.git"))
    assert missing["reason"] == "REPOSITORY_NOT_FOUND"
    assert "Of a private one, upload an archive" in missing["message"]
    assert (await _failure(yard, url, ref="mian"))["reason"] == "REF_NOT_FOUND"
    unsafe = await _failure(yard, url)
    assert unsafe["reason"] == "REPOSITORY_UNSAFE"
    assert "a.py: it is at the same place as A.py" in unsafe["message"]
    git.repository("empty.git")
    assert (await _failure(yard, git.url("empty.git")))["reason"] == "REPOSITORY_EMPTY"


async def test_a_server_that_is_busy_is_asked_again(yard: Yard, git: GitServer) -> None:
    repository = git.repository()
    repository.commit(GOOD)
    git.refusals = [503]
    job = await yard.fetched(git.url(repository.name))
    assert (job["status"], job["attempt"]) == ("completed", 2)


@pytest.mark.slow
async def test_more_than_the_tier_takes_is_refused_while_it_arrives(
    api: Api, world: World, git: GitServer, yard: Yard
) -> None:
    repository = git.repository()
    repository.commit({f"{n}.bin": secrets.token_bytes(11 * MIB) for n in range(2)})
    poor = await world.account(tier="free")
    project = await world.project(owner=poor)
    theirs = Yard(api(as_=poor), poor, project.id)
    failure = await _failure(theirs, git.url(repository.name))
    assert failure["reason"] == "REPOSITORY_TOO_LARGE"
    assert "your free tier takes" in failure["message"]
    assert (await yard.fetched(git.url(repository.name)))["status"] == "completed"


async def test_who_may_not_upload_may_not_fetch(api: Api, world: World, yard: Yard) -> None:
    viewer = await world.account()
    project = await world.project(owner=yard.owner)
    await world.member(project, role="viewer", account=viewer)
    wish = {"git_url": "https://example.com/a"}
    answer = await api(as_=viewer).post(f"/api/v1/projects/{project.id}/source", json=wish)
    assert answer.status_code == 403
    stranger = await world.account()
    answer = await api(as_=stranger).post(f"/api/v1/projects/{project.id}/source", json=wish)
    assert answer.json()["error"]["code"] == "PROJECT_NOT_FOUND"


async def test_whoever_lost_the_right_meanwhile_gets_nothing(
    api: Api, platform: Platform, world: World, yard: Yard, git: GitServer
) -> None:
    repository = git.repository()
    repository.commit(GOOD)
    member = await world.account()
    project = await world.project(owner=yard.owner)
    await world.member(project, account=member)
    theirs = Yard(api(as_=member), member, project.id)
    git.hold_after = 1
    asked = await theirs.ask(git.url(repository.name))
    while not any("POST" in line for line in git.asked):  # noqa: ASYNC110 — a thread writes it
        await asyncio.sleep(0.05)
    async with unit_of_work(platform.database) as uow:
        await uow.db.execute(delete(Membership).where(Membership.user_id == member.id))
    git.go_on.set()
    owners = Yard(yard.client, yard.owner, project.id)
    job = await owners.ended(asked["id"])
    assert (job["status"], job["failure"]["reason"]) == ("failed", "PROJECT_NOT_FOUND")
    assert await owners.snapshots() == []


async def _held(yard: Yard, git: GitServer) -> str:
    """Ask for a repository whose pack stops half-way; return the run once it waits there."""
    repository = git.repository()
    repository.commit({f"{n}.bin": secrets.token_bytes(MIB) for n in range(3)})
    git.hold_after = 2 * MIB
    asked = await yard.ask(git.url(repository.name))
    while True:
        job = await yard.job(asked["id"])
        if "Receiving objects" in (job["current_step"] or ""):
            return str(job["id"])
        assert job["status"] in {"queued", "running"}, job["failure"]
        await asyncio.sleep(0.05)


async def test_a_run_is_cancelled_in_the_middle(
    yard: Yard, git: GitServer, settings: Settings
) -> None:
    job_id = await _held(yard, git)
    await yard.client.delete(f"/api/v1/jobs/{job_id}")
    job = await yard.ended(job_id, seconds=15)
    assert job["status"] == "cancelled"
    assert await yard.snapshots() == []
    assert list((settings.data_dir / "scratch").iterdir()) == []
    git.go_on.set()
    git.hold_after = None
    await yard.client.post(f"/api/v1/jobs/{job_id}/retry")
    assert (await yard.ended(job_id))["status"] == "completed"
    assert len(await yard.snapshots()) == 1


async def test_a_run_outlives_its_worker(yard: Yard, git: GitServer, settings: Settings) -> None:
    job_id = await _held(yard, git)
    git.hold_after = None
    fetching = [
        process
        for process in psutil.Process().children(recursive=True)
        if any(git.port in tuple(c.raddr) for c in process.net_connections("tcp"))
    ]
    assert len(fetching) == 1, "one process holds the connection"
    fetching[0].kill()
    job = await yard.ended(job_id)
    assert (job["status"], job["attempt"]) == ("completed", 2)
    assert [step["name"] for step in job["steps"]] == ["find", "fetch"]
    assert len(await yard.snapshots()) == 1
    assert list((settings.data_dir / "scratch").iterdir()) == []
