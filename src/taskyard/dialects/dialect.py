"""What a dialect is, and the application it becomes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Scope

from taskyard import __version__
from taskyard.api import openapi
from taskyard.core import problems
from taskyard.core.admission import admission_of
from taskyard.core.platform import Platform
from taskyard.core.problems import Form
from taskyard.core.routing import Router, use_index
from taskyard.dialects import reference


@dataclass(frozen=True)
class Dialect:
    """One contract: what it says of itself, its routes, and how it words refusals."""

    name: str
    title: str
    description: str
    tags: Sequence[dict[str, Any]]
    routers: Sequence[Router]
    #: How a refusal is worded at an address.
    form_at: Callable[[Scope], Form]
    #: Its addresses at the root; one that ends with a slash stands for all below it.
    at_root: Sequence[str]

    @property
    def prefix(self) -> str:
        """Where the whole contract is served."""
        return f"/dialects/{self.name}"

    def application(self, platform: Platform) -> FastAPI:
        """Return its application, with a document and refusals of its own."""
        app = FastAPI(
            title=self.title,
            version=__version__,
            description=self.description,
            openapi_tags=list(self.tags),
            servers=[{"url": self.prefix}],
            docs_url=None,
            redoc_url=None,
            openapi_url=None,
            redirect_slashes=False,
        )
        app.state.platform = platform
        app.state.form_at = self.form_at
        app.openapi = lambda: openapi.document(app)  # type: ignore[method-assign]
        problems.install(app)
        routes = [route for router in self.routers for route in router.routes]
        about = (Route("/openapi.json", _document), Route("/docs", _docs))
        use_index(app, [*routes, *about])
        return app


async def _document(request: Request) -> Response:
    await admission_of(request).stranger()
    return JSONResponse(request.app.openapi())


async def _docs(request: Request) -> Response:
    await admission_of(request).stranger()
    return reference.page(request.app.openapi())
