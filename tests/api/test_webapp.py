"""The web app's files: packed where the browser takes it, cached where they never change."""

from pathlib import Path

import pytest

from taskyard.api import webapp
from tests.conftest import Api

INDEX = "<!doctype html><title>Yard</title>"


@pytest.fixture
def dist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A build as `make web` leaves one, beside a file that is none of it."""
    (tmp_path / "outside.js").write_text("secret")
    made = tmp_path / "dist"
    (made / "assets").mkdir(parents=True)
    (made / "index.html").write_text(INDEX)
    (made / "favicon.svg").write_text("<svg/>")
    (made / ".hidden.js").write_text("secret")
    (made / "assets" / "app-1a2b.js").write_text("plain")
    (made / "assets" / "app-1a2b.js.gz").write_bytes(b"gzipped")
    (made / "assets" / "app-1a2b.js.br").write_bytes(b"brotli")
    (made / "link.js").symlink_to(tmp_path / "outside.js")
    monkeypatch.setattr(webapp, "DIST", made)
    return made


@pytest.mark.usefixtures("dist")
@pytest.mark.parametrize("path", ["/app/", "/app/projects", "/app/runs/019b0000", "/app/a/b/c"])
async def test_every_page_is_the_app_which_routes_it(api: Api, path: str) -> None:
    answer = await api().get(path)
    assert (answer.status_code, answer.text) == (200, INDEX)
    assert answer.headers["cache-control"] == "no-cache"
    csp = answer.headers["content-security-policy"]
    assert csp.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in csp
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.usefixtures("dist")
@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("br, gzip", "br"), ("gzip, deflate", "gzip"), ("identity", None), ("", None)],
)
async def test_a_file_is_sent_as_the_browser_takes_it(
    api: Api, accepted: str, encoding: str | None
) -> None:
    client, path = api(), "/app/assets/app-1a2b.js"
    request = client.build_request("GET", path, headers={"Accept-Encoding": accepted})
    answer = await client.send(request, stream=True)
    raw = b"".join([part async for part in answer.aiter_raw()])
    assert answer.headers.get("content-encoding") == encoding
    assert raw == {"br": b"brotli", "gzip": b"gzipped", None: b"plain"}[encoding]
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "Accept-Encoding" in answer.headers["vary"]


@pytest.mark.usefixtures("dist")
@pytest.mark.parametrize(
    "path",
    [
        "/app/none.js",
        "/app/.hidden.js",
        "/app/link.js",
        "/app/..%2foutside.js",
        "/app/assets/..%2f..%2foutside.js",
        "/app/assets/app-1a2b.js.br",
        "/app/assets/app-1a2b.js.gz",
        "/app/assets/app-1a2b.js/x.js",
    ],
)
async def test_what_is_no_file_of_the_build_is_not_there(api: Api, path: str) -> None:
    answer = await api().get(path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "RESOURCE_NOT_FOUND")


@pytest.mark.usefixtures("dist")
async def test_the_icon_is_also_where_browsers_look(api: Api) -> None:
    assert (await api().get("/favicon.ico")).text == "<svg/>"


@pytest.mark.usefixtures("dist")
async def test_a_page_may_be_asked_for_its_head(api: Api) -> None:
    assert (await api().head("/app/")).headers["content-length"] == str(len(INDEX))


async def test_without_a_build_the_page_says_what_to_do(api: Api, dist: Path) -> None:
    (dist / "index.html").unlink()
    answer = await api().get("/app/")
    assert answer.status_code == 503
    assert "make web" in answer.text
