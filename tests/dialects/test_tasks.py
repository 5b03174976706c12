"""The contract tasks: its walk-through, and what is one's own."""

from typing import Any

import httpx
import pytest

from taskyard.kit.ids import uuid7
from tests.dialects.speaking import Speaker
from tests.world import World

PASSWORD = "a long quiet sentence"
every_base = pytest.mark.parametrize("root", [True, False], ids=["root", "below"])


@every_base
async def test_the_walk_through(tasks_dialect: Speaker, root: bool) -> None:
    client = tasks_dialect(root=root)
    email = f"{uuid7().hex}@example.com"
    new = {"email": email, "password": PASSWORD, "full_name": "Maya Lind"}
    registered = await client.post("/api/auth/register", json=new)
    assert registered.status_code == 201, registered.text
    body = registered.json()
    assert body["success"] is True
    assert body["user_id"] == body["data"]["user_id"] == body["data"]["id"]
    assert (body["data"]["email"], body["data"]["full_name"]) == (email, "Maya Lind")
    again = await client.post("/api/auth/register", json=new)
    assert _refusal(again, 409) == "EMAIL_ALREADY_REGISTERED"
    signed_in = await client.post("/api/auth/login", json={"email": email, "password": PASSWORD})
    tokens = signed_in.json()
    assert tokens["access_token"] == tokens["data"]["access_token"]
    assert (tokens["token_type"], tokens["data"]["expires_in"]) == ("bearer", 900)
    client.headers["Authorization"] = f"Bearer {tokens['access_token']}"
    me = (await client.get("/api/auth/me")).json()["data"]
    assert (me["email"], me["is_active"], me["is_superuser"]) == (email, True, False)
    await _tasks(client, me["id"])
    refreshed = await client.post(
        "/api/auth/refresh", json={"refresh_token": tokens["data"]["refresh_token"]}
    )
    assert refreshed.json()["access_token"] != tokens["access_token"]
    again = await client.post(
        "/api/auth/refresh", json={"refresh_token": tokens["data"]["refresh_token"]}
    )
    assert again.status_code == 401


async def _tasks(client: httpx.AsyncClient, user_id: str) -> None:
    made = await client.post("/api/tasks", json={"title": "Buy ssd"})
    assert made.status_code == 201
    task = made.json()["data"]
    assert (task["status"], task["priority"], task["user_id"]) == ("pending", "medium", user_id)
    assert (task["description"], task["due_date"]) == ("", None)
    path = f"/api/tasks/{task['id']}"
    assert (await client.get(path)).json()["data"] == task
    changed = (await client.put(path, json={"title": "Buy two"})).json()["data"]
    assert changed == task | {"title": "Buy two", "updated_at": changed["updated_at"]}
    body = {"status": "completed", "description": "The old disk is full", "due_date": "2026-12-01"}
    changed = (await client.put(path, json=body)).json()["data"]
    assert changed["status"] == "completed"
    assert changed["due_date"].startswith("2026-12-01T00:00:00")
    assert (await client.put(path, json={"due_date": None})).json()["data"]["due_date"] is None
    found = (await client.get("/api/tasks/search", params={"q": "disks"})).json()
    assert [one["id"] for one in found["data"]] == [task["id"]]
    listed = (await client.get("/api/tasks")).json()
    assert listed["meta"] == {"total": 1, "page": 1, "page_size": 50, "pages": 1}
    gone = await client.delete(path)
    assert gone.json() == {"success": True, "data": None, "message": "Task deleted"}
    for method in ("GET", "PUT", "DELETE"):
        answer = await client.request(method, path, json={} if method == "PUT" else None)
        assert _refusal(answer, 404) == "TASK_NOT_FOUND"


def _refusal(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert body["success"] is False
    return str(body["error"]["code"])


async def test_lists_are_filtered_sorted_and_in_pages(tasks_dialect: Speaker, world: World) -> None:
    client = tasks_dialect(as_=await world.account())
    for title, status, priority in (
        ("a", "pending", "urgent"),
        ("b", "in_progress", "low"),
        ("c", "cancelled", "high"),
        ("d", "pending", "medium"),
    ):
        body = {"title": title, "status": status, "priority": priority}
        assert (await client.post("/api/tasks", json=body)).json()["data"]["status"] == status

    async def titles(**query: Any) -> str:
        answer = await client.get("/api/tasks", params=query)
        assert answer.status_code == 200, answer.text
        return "".join(one["title"] for one in answer.json()["data"])

    assert await titles() == "dcba"
    assert await titles(status="pending") == "da"
    assert await titles(priority="low") == "b"
    assert await titles(sort="-priority") == "acdb"
    assert await titles(sort="title", page=2, page_size=3) == "d"
    meta = (await client.get("/api/tasks", params={"page_size": 3})).json()["meta"]
    assert meta == {"total": 4, "page": 1, "page_size": 3, "pages": 2}
    for wrong in ({"page_size": 101}, {"page": 0}, {"status": "done"}, {"sort": "luck"}):
        assert (await client.get("/api/tasks", params=wrong)).status_code == 422


async def test_ones_own_are_also_those_assigned_to_one(
    tasks_dialect: Speaker, world: World
) -> None:
    owner, maya = await world.account(), await world.account()
    project = await world.project(owner=owner)
    await world.member(project, account=maya)
    theirs, mine = tasks_dialect(as_=owner, root=True), tasks_dialect(as_=maya)
    canonical = httpx.AsyncClient(base_url=str(theirs.base_url), headers=theirs.headers)
    path = f"/api/v1/projects/{project.id}/tasks"
    async with canonical:
        given = {"title": "Yours", "assignee_id": str(maya.id), "status": "in_review"}
        task = (await canonical.post(path, json=given)).json()["data"]
        other = (await canonical.post(path, json={"title": "Nobody's"})).json()["data"]
        [seen] = (await mine.get("/api/tasks")).json()["data"]
        assert (seen["id"], seen["status"]) == (task["id"], "in_progress")
        await mine.put(f"/api/tasks/{task['id']}", json={"status": "in_progress"})
        after = (await canonical.get(f"{path}/{task['id']}")).json()["data"]
        assert after["status"] == "in_review", "it stood there by the contract's word"
        done = await mine.put(f"/api/tasks/{task['id']}", json={"status": "completed"})
        assert done.json()["data"]["status"] == "completed"
        after = (await canonical.get(f"{path}/{task['id']}")).json()["data"]
        assert after["status"] == "done"
    for hidden in (other["id"], str(uuid7()), "7", "x" * 300):
        for method in ("GET", "PUT", "DELETE"):
            answer = await mine.request(
                method, f"/api/tasks/{hidden}", json={} if method == "PUT" else None
            )
            assert _refusal(answer, 404) == "TASK_NOT_FOUND"
    assert (await theirs.get("/api/tasks")).json()["data"] == [], "it is not theirs to do"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "title"),
        ({"title": ""}, "title"),
        ({"title": "x" * 256}, "title"),
        ({"title": "a", "priority": "asap"}, "priority"),
        ({"title": "a", "status": "done"}, "status"),
        ({"title": "a", "due_date": "soon"}, "due_date"),
        ({"title": "a", "user_id": str(uuid7())}, "user_id"),
    ],
)
async def test_a_wrong_field_is_named_with_what_was_given(
    tasks_dialect: Speaker, world: World, body: dict[str, Any], field: str
) -> None:
    client = tasks_dialect(as_=await world.account())
    answer = await client.post("/api/tasks", json=body)
    assert _refusal(answer, 422) == "VALIDATION_ERROR"
    error = answer.json()["error"]
    assert error["field"] == field
    [said] = error["details"]["fields"]
    assert said["message"] in error["message"]
    if field in body:
        assert said["given"].startswith(body[field][:50])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"email": "nonsense", "password": PASSWORD}, "VALIDATION_ERROR"),
        ({"email": "a@example.com", "password": "short"}, "PASSWORD_TOO_WEAK"),
        ({"email": "a@example.com"}, "VALIDATION_ERROR"),
    ],
)
async def test_a_bad_registration_is_refused(
    tasks_dialect: Speaker, body: dict[str, str], code: str
) -> None:
    answer = await tasks_dialect().post("/api/auth/register", json=body)
    assert _refusal(answer, 422) == code
    assert "short" not in answer.text.replace("too short", "").replace("shorter", "")


async def test_a_wrong_password_is_refused(tasks_dialect: Speaker) -> None:
    body = {"email": "nobody@example.com", "password": "wrong and long"}
    answer = await tasks_dialect().post("/api/auth/login", json=body)
    assert _refusal(answer, 401) == "AUTH_INVALID_CREDENTIALS"
    assert "wrong and long" not in answer.text


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
async def test_the_platforms_document_is_at_the_root(tasks_dialect: Speaker, path: str) -> None:
    page = await tasks_dialect(root=True).get(path)
    assert page.status_code == 200
    assert "/api/v1/projects/{project_id}/tasks" in page.text
    assert "<script" not in page.text


@every_base
async def test_health_is_public(tasks_dialect: Speaker, root: bool) -> None:
    answer = await tasks_dialect(root=root).get("/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "healthy")
