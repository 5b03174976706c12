"""How routes are declared.

One declaration carries everything that is not the route's own work: who may call (from the
signature), the rate-limit bucket, idempotency, audit and the refusals it documents. No route has
to be opened again when one of those mechanisms changes.
"""

from collections.abc import Callable, Collection, Iterator
from typing import Any, TypeVar

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant

from taskyard.core import idempotency, shortcut
from taskyard.core.access import Access, CsrfFailed, PublicAccess, access_of
from taskyard.core.admission import EXEMPT, GENERAL
from taskyard.core.db import DatabaseBusy
from taskyard.core.hot import HotRoute
from taskyard.core.index import IndexedRouter, own_path, path_of, use_index
from taskyard.core.limits import RATES, RateLimitExceeded
from taskyard.core.problems import (
    CANONICAL,
    BadRequest,
    Form,
    HeadersTooLarge,
    InternalError,
    MalformedJson,
    MethodNotAllowed,
    PayloadTooLarge,
    UnsupportedMediaType,
    ValidationFailed,
)
from taskyard.core.strict import (
    BODY_LIMIT,
    BODY_LIMIT_BYTES,
    BUCKET,
    IDEMPOTENT,
    SHOWN_ONCE,
    StrictRequest,
    StrictRoute,
)
from taskyard.core.uow import SAFE_METHODS, open_uow
from taskyard.kit.errors import TaskyardError

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
#: What every address may answer, whatever it does.
_ANYWHERE = (BadRequest, ValidationFailed, HeadersTooLarge, DatabaseBusy, InternalError)
_CREDENTIALS: list[dict[str, list[str]]] = [{"BearerAuth": []}, {"SessionCookie": []}]
_OF_KEYS = (
    idempotency.IdempotencyKeyInvalid,
    idempotency.IdempotencyInProgress,
    idempotency.IdempotencyKeyReused,
)


class Router(APIRouter):
    """Collects the routes of one room; its prefix is the full path from the root.

    `form` is how the contract it speaks words refusals, for the OpenAPI document.
    """

    def __init__(self, *, prefix: str, tags: list[str], form: Form = CANONICAL) -> None:
        self._form = form
        super().__init__(
            prefix=prefix,
            tags=list(tags),
            route_class=StrictRoute,
            # Operation ids are the functions' names: clean names in generated clients.
            generate_unique_id_function=lambda route: route.name,
        )

    def _declare(
        self,
        method: str,
        path: str,
        *,
        bucket: str = GENERAL,
        idempotent: bool = False,
        shown_once: Collection[str] = (),
        audit: str | None = None,
        errors: Collection[type[TaskyardError]] = (),
        body_limit: int = BODY_LIMIT_BYTES,
        at_once: shortcut.Shortcut | None = None,
        **fastapi: Any,
    ) -> Callable[[Endpoint], Endpoint]:
        def register(endpoint: Endpoint) -> Endpoint:
            access = _declared_access(endpoint)
            refusals = [*errors, *access.refusals, *_refusals(method, bucket, idempotent)]
            if at_once is not None:
                shortcut.give(endpoint, at_once)
            self.add_api_route(
                path,
                idempotency.once(endpoint) if idempotent else endpoint,
                methods=[method],
                operation_id=endpoint.__name__,
                summary=endpoint.__name__.replace("_", " ").capitalize(),
                openapi_extra={
                    "security": [] if isinstance(access, PublicAccess) else _CREDENTIALS,
                    "x-access": access.text,
                    BUCKET: bucket,
                    IDEMPOTENT: idempotent,
                    **({SHOWN_ONCE: list(shown_once)} if shown_once else {}),
                    "x-audit": audit,
                    BODY_LIMIT: body_limit,
                    **fastapi.pop("openapi_extra", {}),
                },
                **fastapi,
            )
            route = self.routes[-1]
            assert isinstance(route, StrictRoute)
            route.refusals, route.form = tuple(dict.fromkeys(refusals)), self._form
            if idempotent:
                _check_repeatable(route)
            return endpoint

        return register

    def get(self, path: str, **declared: Any) -> Callable[[Endpoint], Endpoint]:
        """Declare a GET route."""
        return self._declare("GET", path, **declared)

    def hot(self, path: str, *, answers: Any, **declared: Any) -> Callable[[Endpoint], Endpoint]:
        """Declare a hot read (`core.hot`): the endpoint says what to ask of the database."""
        declared |= {"response_model": answers, "route_class_override": HotRoute}
        return self._declare("GET", path, **declared)

    def post(self, path: str, **declared: Any) -> Callable[[Endpoint], Endpoint]:
        """Declare a POST route."""
        return self._declare("POST", path, **declared)

    def put(self, path: str, **declared: Any) -> Callable[[Endpoint], Endpoint]:
        """Declare a PUT route."""
        return self._declare("PUT", path, **declared)

    def patch(self, path: str, **declared: Any) -> Callable[[Endpoint], Endpoint]:
        """Declare a PATCH route."""
        return self._declare("PATCH", path, **declared)

    def delete(self, path: str, **declared: Any) -> Callable[[Endpoint], Endpoint]:
        """Declare a DELETE route."""
        return self._declare("DELETE", path, **declared)


def _declared_access(endpoint: Callable[..., Any]) -> Access:
    access = access_of(endpoint)
    if access is None:
        raise TypeError(
            f"{endpoint.__module__}.{endpoint.__name__} does not say who may call it: "
            "annotate a parameter with permit(…), signed_in(), public() or a room's own."
        )
    return access


def _refusals(method: str, bucket: str, idempotent: bool) -> Iterator[type[TaskyardError]]:
    """Yield what a route may answer by its declaration alone."""
    yield from _ANYWHERE
    if bucket not in {GENERAL, EXEMPT, *RATES}:
        raise TypeError(f"core.limits has no rate {bucket!r}; it has {', '.join(RATES)}")
    if bucket != EXEMPT:
        yield RateLimitExceeded
    if idempotent:
        yield from _OF_KEYS
    if method not in SAFE_METHODS:
        yield CsrfFailed
    if method in {"POST", "PUT", "PATCH"}:
        yield from (MalformedJson, PayloadTooLarge, UnsupportedMediaType)


def _check_repeatable(route: StrictRoute) -> None:
    """Refuse what could not keep the promise: a caller nobody knows, work in other transactions."""
    calls = list(_calls(route.dependant))
    if open_uow not in calls or any(isinstance(call, PublicAccess) for call in calls):
        raise TypeError(
            f"{route.name} cannot be idempotent: that takes a signed-in caller, and work in the "
            "request's own unit of work (UowDep)."
        )


def _calls(dependant: Dependant) -> Iterator[Any]:
    for part in dependant.dependencies:
        yield part.call
        yield from _calls(part)


__all__ = [
    "BODY_LIMIT_BYTES",
    "IndexedRouter",
    "MethodNotAllowed",
    "Router",
    "StrictRequest",
    "StrictRoute",
    "own_path",
    "path_of",
    "use_index",
]
