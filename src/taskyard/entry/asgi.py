"""The API process: settings, wiring, middleware, routes."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from taskyard import __version__
from taskyard.accounts import bootstrap
from taskyard.analytics.recorder import Recorder, recording
from taskyard.api import openapi, v1, webapp
from taskyard.api.middleware import RequestEdge
from taskyard.core import logs, problems
from taskyard.core.admission import admission_of
from taskyard.core.platform import Platform
from taskyard.core.routing import use_index
from taskyard.core.settings import Settings, get_settings
from taskyard.core.silence import noticed
from taskyard.dialects import DIALECTS, FrontDoor, reference
from taskyard.entry.wiring import build_platform, following, register_kinds, standing

_EXPOSED = [
    "ETag",
    "Link",
    "Live-Position",
    "Location",
    "Retry-After",
    "X-Request-Id",
    "RateLimit",
    "RateLimit-Policy",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
    "Idempotency-Replayed",
    "X-Idempotency-Replayed",
]
_ACCEPTED = [
    "Authorization",
    "Content-Digest",
    "Content-Type",
    "If-Match",
    "Idempotency-Key",
    "X-Idempotency-Key",
]


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the application of one API process."""
    settings = settings or get_settings()
    logs.configure(settings)
    app = FastAPI(
        title="Taskyard",
        version=__version__,
        description=openapi.DESCRIPTION,
        openapi_tags=openapi.TAGS,
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    register_kinds()
    app.state.platform = platform = build_platform(settings)
    app.state.recorder = recorder = Recorder(platform.database)
    app.openapi = lambda: openapi.document(app)  # type: ignore[method-assign]
    problems.install(app)
    use_index(app, _routes())
    app.state.dialects = [
        (dialect, dialect.application(platform))
        for dialect in DIALECTS
        if dialect.name in settings.dialects
    ]
    for one in (app, *(spoken for _, spoken in app.state.dialects)):
        _add_edge(one, settings, recorder)
    app.add_middleware(FrontDoor, dialects=app.state.dialects)
    return app


def _add_edge(app: FastAPI, settings: Settings, recorder: Recorder) -> None:
    """Put around an application what every request and every answer passes."""
    app.add_middleware(RequestEdge, settings=settings, note=recorder.note)
    # Outermost, so that pages of other origins can read refusals and failures too.
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_credentials=True,
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=_ACCEPTED,
        expose_headers=_EXPOSED,
        max_age=600,
    )


def _routes() -> Iterator[BaseRoute]:
    for router in v1.ROUTERS:
        yield from router.routes
    yield from webapp.ROUTES
    yield Route("/", _root)
    yield Route("/openapi.json", _openapi)
    for path in ("/docs", "/redoc"):  # where contracts look for it
        yield Route(path, _docs)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    platform: Platform = app.state.platform
    platform.throttle.announce()
    await bootstrap.ensure_admin(platform.database, platform.settings)
    async with (
        noticed(platform.database, platform.settings.async_dsn),
        following(platform),
        standing(platform),
        recording(app.state.recorder),
    ):
        yield
    await platform.close()


async def _root(request: Request) -> Response:
    """Send a browser to the web app; tell a client what this is (contract agents)."""
    await admission_of(request).stranger()
    if "text/html" in request.headers.get("accept", ""):
        return RedirectResponse("/app/", 307)
    return JSONResponse(
        {"name": "Taskyard", "version": __version__, "status": "ok", "docs": "/openapi.json"}
    )


async def _openapi(request: Request) -> Response:
    await admission_of(request).stranger()
    state = request.app.state
    if getattr(state, "document", None) is None:  # a megabyte, written once
        state.document = JSONResponse(request.app.openapi())
    document: Response = state.document
    return document


async def _docs(request: Request) -> Response:
    await admission_of(request).stranger()
    state = request.app.state
    if getattr(state, "docs", None) is None:  # it takes a third of a second, once
        state.docs = reference.page(request.app.openapi())
    page: Response = state.docs
    return page
