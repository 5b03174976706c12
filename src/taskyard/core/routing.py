"""How routes are declared.

One declaration carries everything that is not the route's own work: who may call (from the
signature), the rate-limit bucket, idempotency, audit and the refusals it documents. No route has
to be opened again when one of those mechanisms changes.
"""

from collections.abc import Callable, Collection, Coroutine, Iterator
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute
from starlette.types import Message, Receive

from taskyard.core import idempotency, strictjson
from taskyard.core.access import SAFE_METHODS, Access, CsrfFailed, PublicAccess, access_of
from taskyard.core.admission import EXEMPT, GENERAL, admission_of
from taskyard.core.db import DatabaseBusy, is_outage
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
    documented,
)
from taskyard.core.uow import open_uow
from taskyard.kit.errors import TaskyardError

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
#: Bodies larger than this are refused unless a route says otherwise.
BODY_LIMIT_BYTES = 1024 * 1024
#: Where a route's own limit stands in the OpenAPI document.
BODY_LIMIT = "x-body-limit-bytes"
#: Where a route's rate and its promise about repeats stand there.
BUCKET = "x-rate-limit-bucket"
IDEMPOTENT = "x-idempotent"
SHOWN_ONCE = "x-shown-once"
#: What every address may answer, whatever it does.
_ANYWHERE = (BadRequest, ValidationFailed, HeadersTooLarge, DatabaseBusy, InternalError)
_CREDENTIALS: list[dict[str, list[str]]] = [{"BearerAuth": []}, {"SessionCookie": []}]
_OF_KEYS = (
    idempotency.IdempotencyKeyInvalid,
    idempotency.IdempotencyInProgress,
    idempotency.IdempotencyKeyReused,
)


class StrictRequest(Request):
    """Reads its body with the strict JSON reader."""

    async def json(self) -> Any:
        """Return the body's value. Raises MalformedJson."""
        if not hasattr(self, "_json"):
            self._json = strictjson.loads(await self.body())
        return self._json


class StrictRoute(APIRoute):
    """A route that refuses what FastAPI would quietly let through.

    Another media type than JSON, a query parameter nobody reads, one given twice, and a body
    larger than the route's limit, by its declared and by its counted length. Whatever it refuses
    is counted, and a good answer is kept for repeats before the transaction ends.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the request handler with the checks in front."""
        handle = super().get_route_handler()
        extra = self.openapi_extra or {}
        limit = extra.get(BODY_LIMIT, BODY_LIMIT_BYTES)
        bucket, shown_once = extra.get(BUCKET, GENERAL), extra.get(SHOWN_ONCE, ())
        idempotent = extra.get(IDEMPOTENT, False)
        known, lists = _query_names(self)
        reads_json = self.body_field is not None and not any(
            type(self.body_field.field_info).__name__ == name for name in ("Form", "File")
        )

        async def strict(request: Request) -> Response:
            _check_query(request, known, lists)
            if reads_json:
                _check_media_type(request)
            return await handle(StrictRequest(request.scope, _limited(request, limit)))

        async def counted(request: Request) -> Response:
            admission = admission_of(request)
            admission.enter(bucket, later=idempotent and idempotency.has_key(request.headers))
            try:
                response = await strict(request)
            except (TaskyardError, RequestValidationError, HTTPException) as error:
                if not is_outage(error):
                    await admission.stranger()
                raise
            if idempotent:
                await idempotency.keep(request, response, shown_once=shown_once)
            return response

        return counted


def _limited(request: Request, limit: int) -> Receive:
    """Return the request's `receive`, refusing more than `limit` bytes with our own answer."""
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > limit:
        raise PayloadTooLarge(limit_bytes=limit)
    seen = 0

    async def receive() -> Message:
        nonlocal seen
        message = await request.receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise PayloadTooLarge(limit_bytes=limit)
        return message

    return receive


def _query_names(route: APIRoute) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names of the query parameters a route reads, and those that may repeat."""
    known: set[str] = set()
    lists: set[str] = set()
    todo = [route.dependant]
    while todo:
        dependant = todo.pop()
        todo.extend(dependant.dependencies)
        for param in dependant.query_params:
            for name, annotation in _fields_of(param.alias, param.field_info.annotation):
                known.add(name)
                if "list" in str(annotation):
                    lists.add(name)
    return frozenset(known), frozenset(lists)


def _fields_of(alias: str, annotation: Any) -> Iterator[tuple[str, Any]]:
    """Yield the parameters one argument reads: a model's fields, else itself."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            yield field.alias or name, field.annotation
    else:
        yield alias, annotation


def _check_query(request: Request, known: frozenset[str], lists: frozenset[str]) -> None:
    wrong: list[dict[str, str]] = []
    seen: set[str] = set()
    for name, _ in request.query_params.multi_items():
        if name not in known:
            expected = ", ".join(sorted(known)) or "none"
            text = f"This address reads no such parameter. It reads: {expected}"
            wrong.append({"field": f"query.{name}", "type": "extra_forbidden", "message": text})
        elif name in seen and name not in lists:
            text = "Give this parameter once"
            wrong.append({"field": f"query.{name}", "type": "repeated", "message": text})
        seen.add(name)
    if wrong:
        raise ValidationFailed(fields=wrong)


def _check_media_type(request: Request) -> None:
    given = request.headers.get("content-type", "")
    kind = given.partition(";")[0].strip().lower()
    empty = request.headers.get("content-length", "0") == "0"
    if empty and "transfer-encoding" not in request.headers:
        return
    if kind != "application/json" and not kind.endswith("+json"):
        raise UnsupportedMediaType(expected="application/json", given=kind or "nothing")
    if request.headers.get("content-encoding", "identity") != "identity":
        raise UnsupportedMediaType(
            expected="bodies that are not compressed", given=request.headers["content-encoding"]
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
        **fastapi: Any,
    ) -> Callable[[Endpoint], Endpoint]:
        def register(endpoint: Endpoint) -> Endpoint:
            access = _declared_access(endpoint)
            refusals = [*errors, *access.refusals, *_refusals(method, bucket, idempotent)]
            self.add_api_route(
                path,
                idempotency.once(endpoint) if idempotent else endpoint,
                methods=[method],
                operation_id=endpoint.__name__,
                summary=endpoint.__name__.replace("_", " ").capitalize(),
                responses=documented(*dict.fromkeys(refusals), form=self._form)
                | fastapi.pop("responses", {}),
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
            if idempotent:
                _check_repeatable(self.routes[-1])
            return endpoint

        return register

    def get(self, path: str, **declared: Any) -> Callable[[Endpoint], Endpoint]:
        """Declare a GET route."""
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


def _check_repeatable(route: BaseRoute) -> None:
    """Refuse what could not keep the promise: a caller nobody knows, work in other transactions."""
    assert isinstance(route, StrictRoute)
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
