"""Analytics over HTTP."""

from typing import Annotated

from fastapi import Query, Response

from taskyard.analytics import service
from taskyard.analytics.errors import TooManyCalls
from taskyard.analytics.schemas import ApiCallPage, ApiCallQuery, ApiCallWindow
from taskyard.core.access import Actor, AuthForbidden, signed_in
from taskyard.core.downloads import download_headers
from taskyard.core.routing import Router
from taskyard.core.schemas import PaginationTooDeep
from taskyard.core.uow import UowDep

router = Router(prefix="/api/v1/analytics/api-calls", tags=["analytics"])
ROUTERS = (router,)

Caller = Annotated[Actor, signed_in()]


@router.get("", errors=(AuthForbidden, PaginationTooDeep, TooManyCalls))
async def list_api_calls(
    actor: Caller, query: Annotated[ApiCallQuery, Query()], uow: UowDep
) -> ApiCallPage:
    """List the endpoints you called: how often, with how many errors, how fast they answered."""
    return await service.calls(uow, actor, query)


@router.get(
    "/export",
    errors=(AuthForbidden, TooManyCalls),
    response_class=Response,
    responses={
        200: {
            "description": "A line for each endpoint and method (RFC 4180).",
            "content": {"text/csv": {"schema": {"type": "string"}}},
        }
    },
)
async def export_api_calls(
    actor: Caller, query: Annotated[ApiCallWindow, Query()], uow: UowDep
) -> Response:
    """Return the same figures of every endpoint as CSV."""
    text = await service.table(uow, actor, query)
    return Response(text, media_type="text/csv", headers=download_headers("api-calls.csv"))
