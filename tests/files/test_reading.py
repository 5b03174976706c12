"""Looking into a source over HTTP."""

import io
import zipfile
from uuid import UUID, uuid4

import httpx
import pytest

from taskyard.files.service.reading import TEXT_BYTES
from tests.conftest import Api
from tests.files.archives import upload, zip_of
from tests.world import Account, World

FILES = {
    "README.md": "# Thing — café\n".encode(),
    "src/thing/__init__.py": b"",
    "src/thing/main.py": b"print('hello')\n",
    "src/thing/deep/er/file.py": b"x = 1\n",
    "src-more/other.py": b"",
    "src.txt": b"not in src",
    "latin.py": b"# -*- coding: latin-1 -*-\nname = 'caf\xe9'\n",
    "logo.png": b"\x89PNG\r\n\x1a\n\0\0\0",
    "long.txt": ("é" * TEXT_BYTES).encode(),
    "run.sh": b"#!/bin/sh\n",
}


class Source:
    """An uploaded source and who may see it."""

    def __init__(self, client: httpx.AsyncClient, path: str) -> None:
        self.client = client
        self.path = path

    async def get(self, rest: str, **query: str | int | bool) -> httpx.Response:
        return await self.client.get(f"{self.path}{rest}", params=query)


@pytest.fixture
async def source(api: Api, owner: Account, project_id: UUID) -> Source:
    client = api(as_=owner)
    data = zip_of(FILES, executable=frozenset({"run.sh"}))
    snapshot = (await upload(client, project_id, data)).json()["data"]
    return Source(client, f"/api/v1/projects/{project_id}/source/{snapshot['id']}")


async def test_a_folder_lists_its_folders_then_its_files(source: Source) -> None:
    page = (await source.get("/files")).json()
    assert [(item["kind"], item["name"], item["files"]) for item in page["items"]] == [
        ("folder", "src", 3),
        ("folder", "src-more", 1),
        ("file", "README.md", 1),
        ("file", "latin.py", 1),
        ("file", "logo.png", 1),
        ("file", "long.txt", 1),
        ("file", "run.sh", 1),
        ("file", "src.txt", 1),
    ]
    assert page["total"] == 8
    assert [item["name"] for item in page["items"] if item["executable"]] == ["run.sh"]


async def test_a_folder_below(source: Source) -> None:
    for folder in ("src/thing", "src/thing/", "/src/thing"):
        page = (await source.get("/files", folder=folder)).json()
        assert [(item["path"], item["kind"], item["size_bytes"]) for item in page["items"]] == [
            ("src/thing/deep", "folder", 6),
            ("src/thing/__init__.py", "file", 0),
            ("src/thing/main.py", "file", 15),
        ]


async def test_all_files_below(source: Source) -> None:
    page = (await source.get("/files", recursive=True)).json()
    assert [item["path"] for item in page["items"]] == sorted(FILES, key=str.encode)
    assert page["total"] == len(FILES)
    below = (await source.get("/files", recursive=True, folder="src")).json()
    assert [item["path"] for item in below["items"]] == [
        "src/thing/__init__.py",
        "src/thing/deep/er/file.py",
        "src/thing/main.py",
    ]


@pytest.mark.parametrize("recursive", [False, True])
async def test_pages_of_files(source: Source, recursive: bool) -> None:
    whole = (await source.get("/files", recursive=recursive)).json()
    pieces = []
    for page in range(1, 6):
        answer = await source.get("/files", recursive=recursive, page=page, page_size=3)
        assert answer.json()["total"] == whole["total"]
        pieces += answer.json()["items"]
    assert pieces == whole["items"]


async def test_what_is_not_there(source: Source) -> None:
    for rest, query in [
        ("/files", {"folder": "nowhere"}),
        ("/files", {"folder": "src/thing/main.py"}),
        ("/files/content", {"path": "nowhere.py"}),
        ("/files/content", {"path": "src"}),
        ("/files/content", {"path": "../../../etc/passwd"}),
        ("/files/content", {"path": "/etc/passwd"}),
    ]:
        answer = await source.get(rest, **query)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "FILE_NOT_FOUND")
    for path in ("", "a\0b", "x" * 2000):
        answer = await source.get("/files/content", path=path)
        assert answer.status_code in {404, 422}
    assert (await source.get("/files/content")).status_code == 422


async def test_text_comes_as_text(source: Source) -> None:
    data = (await source.get("/files/content", path="README.md")).json()["data"]
    assert data["text"] == "# Thing — café\n"
    assert (data["binary"], data["encoding"], data["truncated"]) == (False, "utf-8", False)
    latin = (await source.get("/files/content", path="latin.py")).json()["data"]
    assert "café" in latin["text"]
    assert latin["encoding"] == "latin-1"
    empty = (await source.get("/files/content", path="src/thing/__init__.py")).json()["data"]
    assert empty["text"] == ""


async def test_a_binary_file_says_so(source: Source) -> None:
    data = (await source.get("/files/content", path="logo.png")).json()["data"]
    assert (data["binary"], data["text"], data["encoding"]) == (True, None, None)
    got = await source.client.get(data["download_url"])
    assert got.content == FILES["logo.png"]


async def test_long_text_is_cut_between_characters(source: Source) -> None:
    data = (await source.get("/files/content", path="long.txt")).json()["data"]
    assert data["truncated"]
    assert data["encoding"] == "utf-8"
    assert data["text"] == "é" * (TEXT_BYTES // 2)
    assert data["size_bytes"] == 2 * TEXT_BYTES


async def test_the_archive_gives_the_same_source_again(
    api: Api, world: World, owner: Account, source: Source
) -> None:
    link = (await source.get("/archive")).json()["data"]
    got = await api().get(link["url"])
    assert got.status_code == 200
    assert got.headers["content-disposition"].startswith('attachment; filename="source-')
    with zipfile.ZipFile(io.BytesIO(got.content)) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == len(FILES)
    other = await world.project(owner=owner)
    again = (await upload(source.client, other.id, got.content)).json()["data"]
    original = (await source.get("")).json()["data"]
    assert again["source_id"] == original["source_id"]
    second = (await source.get("/archive")).json()["data"]
    assert (await api().get(second["url"])).content == got.content


async def test_nobody_else_sees_it(
    api: Api, world: World, project_id: UUID, source: Source
) -> None:
    """Not a stranger, not through another project, and an unknown id answers alike."""
    stranger = await world.account()
    theirs = await world.project(owner=stranger)
    snapshot = source.path.rpartition("/")[2]
    for rest in ("", "/files", "/files/content?path=README.md", "/archive"):
        assert (await api().get(source.path + rest)).status_code == 401
        denied = await api(as_=stranger).get(source.path + rest)
        assert (denied.status_code, denied.json()["error"]["code"]) == (404, "PROJECT_NOT_FOUND")
        crossed = await api(as_=stranger).get(
            f"/api/v1/projects/{theirs.id}/source/{snapshot}{rest}"
        )
        unknown = await api(as_=stranger).get(
            f"/api/v1/projects/{theirs.id}/source/{uuid4()}{rest}"
        )
        for answer in (crossed, unknown):
            assert answer.status_code == 404
            assert answer.json()["error"]["code"] == "SNAPSHOT_NOT_FOUND"
        assert crossed.json()["error"]["message"] == unknown.json()["error"]["message"]
    listed = await api(as_=stranger).get(f"/api/v1/projects/{project_id}/source")
    assert listed.status_code == 404


async def test_a_viewer_reads(api: Api, world: World, owner: Account) -> None:
    project = await world.project(owner=owner)
    viewer = await world.member(project, role="viewer")
    snapshot = (await upload(api(as_=owner), project.id, zip_of(FILES))).json()["data"]
    path = f"/api/v1/projects/{project.id}/source/{snapshot['id']}"
    for rest in ("", "/files", "/files/content?path=README.md", "/archive"):
        assert (await api(as_=viewer).get(path + rest)).status_code == 200


async def test_pages_of_snapshots(api: Api, owner: Account, project_id: UUID) -> None:
    client = api(as_=owner)
    made = [
        (await upload(client, project_id, zip_of({"a.py": b"%d" % number}))).json()["data"]["id"]
        for number in range(5)
    ]
    path = f"/api/v1/projects/{project_id}/source"
    pages = [(await client.get(path, params={"page": n, "page_size": 2})).json() for n in (1, 2, 3)]
    assert [item["id"] for page in pages for item in page["items"]] == made[::-1]
    assert {page["total"] for page in pages} == {5}
    assert (await client.get(path, params={"cursor": "x"})).status_code == 422
    assert (await client.get(path, params={"page_size": 201})).status_code == 422
