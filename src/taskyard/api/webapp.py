"""The web app's files: built ahead, compressed ahead, under a policy that runs only our scripts."""

import mimetypes
from pathlib import Path
from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from taskyard.core.problems import ResourceNotFound

DIST: Final = Path(__file__).parent.parent / "web_dist"
CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; frame-src 'self'; manifest-src 'self'; "
    "worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'"
)
_ENCODINGS: Final = (("br", ".br"), ("gzip", ".gz"))
_FOREVER: Final = "public, max-age=31536000, immutable"
#: Pages whose address is a secret: no search engine keeps it, and no other site is told of it.
_SECRET_PAGES: Final = ("login/session/",)
_SECRET: Final = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}
_NOT_BUILT: Final = (
    "<!doctype html><title>Taskyard</title><p>The web app is not built. "
    "Run <code>make web</code>; the API's document is at <a href=/openapi.json>/openapi.json</a>."
)


async def serve(request: Request) -> Response:
    """Answer a path under /app: a file of the build, else the app itself, which routes it."""
    path = request.path_params["path"]
    if "." in path.rpartition("/")[2]:
        return _file(request, path)
    page = _index(request)
    if path.startswith(_SECRET_PAGES):
        page.headers.update(_SECRET)
    return page


def _index(request: Request) -> Response:
    if not (DIST / "index.html").is_file():
        return HTMLResponse(_NOT_BUILT, 503)
    return _file(request, "index.html")


def _file(request: Request, path: str) -> Response:
    file = (DIST / path).resolve()
    # What was packed ahead is served as what it packs, never by its own name.
    hidden = path.endswith((".br", ".gz")) or any(p.startswith(".") for p in Path(path).parts)
    if hidden or not file.is_relative_to(DIST.resolve()) or not _exists(file):
        raise ResourceNotFound
    headers = {
        "Content-Security-Policy": CSP,
        "Cache-Control": _FOREVER if path.startswith("assets/") else "no-cache",
        "Vary": "Accept-Encoding",
    }
    media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    accepted = request.headers.get("accept-encoding", "")
    for encoding, suffix in _ENCODINGS:
        packed = file.with_name(file.name + suffix)
        if encoding in accepted and packed.is_file():
            headers["Content-Encoding"] = encoding
            return FileResponse(packed, headers=headers, media_type=media_type)
    return FileResponse(file, headers=headers, media_type=media_type)


def _exists(file: Path) -> bool:
    try:
        return file.is_file()
    except OSError:  # a name longer than the file system takes
        return False


async def _to_app(_: Request) -> Response:
    return RedirectResponse("/app/", 307)


async def _to_session_link(request: Request) -> Response:
    """Lead to the page of a sign-in link (contract workspace); looking at it uses nothing up."""
    token = quote(request.path_params["token"], safe="")
    return RedirectResponse(f"/app/login/session/{token}", 307, headers=_SECRET)


async def favicon(request: Request) -> Response:
    """Answer browsers that ask for the icon at the root."""
    return _file(request, "favicon.svg")


ROUTES = (
    Route("/app", _to_app),
    Route("/favicon.ico", favicon),
    Route("/login/session/{token}", _to_session_link),
    Route("/app/{path:path}", serve, methods=["GET", "HEAD"]),
)
