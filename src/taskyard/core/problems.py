"""From refusals to HTTP answers, in one place.

`{"error": {"code, message, details"}}`; clients that accept `application/problem+json` get RFC 9457
members beside it. 400 means "could not be read", 422 "read, but wrong". An application that speaks
another contract says in its `state.form_at` how that contract words a refusal.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.types import ExceptionHandler, Scope

from taskyard.core.db import DatabaseBusy, is_outage
from taskyard.kit.clock import now
from taskyard.kit.errors import Kind, TaskyardError

_log = structlog.get_logger(__name__)

STATUS: dict[Kind, int] = {
    Kind.BAD_REQUEST: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.METHOD: 405,
    Kind.CONFLICT: 409,
    Kind.GONE: 410,
    Kind.PRECONDITION: 412,
    Kind.TOO_LARGE: 413,
    Kind.UNSUPPORTED: 415,
    Kind.INVALID: 422,
    Kind.THROTTLED: 429,
    Kind.HEADERS: 431,
    Kind.INTERNAL: 500,
    Kind.UPSTREAM: 502,
    Kind.UNAVAILABLE: 503,
}
#: Values longer than this are not echoed back in a validation error.
_ECHO_LIMIT = 100
_MAX_FIELDS = 50


class ResourceNotFound(TaskyardError):
    """There is nothing at this address that you can see."""

    kind = Kind.NOT_FOUND
    code = "RESOURCE_NOT_FOUND"


class MethodNotAllowed(TaskyardError):
    """This address does not answer {method}. It answers {allow}."""

    kind = Kind.METHOD
    code = "METHOD_NOT_ALLOWED"


class BadRequest(TaskyardError):
    """The request could not be read: {reason}."""

    kind = Kind.BAD_REQUEST
    code = "BAD_REQUEST"


class MalformedJson(TaskyardError):
    """The body is not JSON we accept: {reason}."""

    kind = Kind.BAD_REQUEST
    code = "MALFORMED_JSON"


class PayloadTooLarge(TaskyardError):
    """The body is larger than {limit_bytes} bytes, the most this address accepts."""

    kind = Kind.TOO_LARGE
    code = "PAYLOAD_TOO_LARGE"


class UnsupportedMediaType(TaskyardError):
    """This address reads {expected}, not {given}."""

    kind = Kind.UNSUPPORTED
    code = "UNSUPPORTED_MEDIA_TYPE"


class HeadersTooLarge(TaskyardError):
    """The request's headers are larger than {limit_bytes} bytes."""

    kind = Kind.HEADERS
    code = "HEADERS_TOO_LARGE"


class ValidationFailed(TaskyardError):
    """Some fields are wrong; details.fields names each."""

    kind = Kind.INVALID
    code = "VALIDATION_ERROR"


class InternalError(TaskyardError):
    """Something went wrong on our side. It was logged under the request id in details."""

    kind = Kind.INTERNAL
    code = "INTERNAL_ERROR"


class ErrorBody(BaseModel):
    """The one shape of every refusal."""

    code: str = Field(description="Stable; clients decide by it.", examples=["PROJECT_NOT_FOUND"])
    message: str = Field(description="For people: what was wrong and what would be right.")
    details: dict[str, Any] = Field(description="Always holds `request_id`.")


class Problem(BaseModel):
    """A refusal."""

    error: ErrorBody


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal on its way to a client."""

    error: TaskyardError
    request_id: str
    at: datetime

    @property
    def status(self) -> int:
        """Its HTTP status."""
        return STATUS[self.error.kind]


@dataclass(frozen=True, slots=True)
class Form:
    """How a contract words its refusals: the shape its document gives, and the words."""

    model: type[BaseModel]
    body: Callable[[Refusal], dict[str, Any]]


def _canonical(refusal: Refusal) -> dict[str, Any]:
    error = refusal.error
    details = {**error.details, "request_id": refusal.request_id}
    return {"error": {"code": error.code, "message": error.message, "details": details}}


CANONICAL: Final = Form(Problem, _canonical)
_EXAMPLE: Final = ("019b0000-0000-7000-8000-000000000000", datetime(2026, 1, 1, tzinfo=UTC))


def documented(
    *errors: type[TaskyardError], form: Form = CANONICAL
) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI `responses` for these refusals, one entry per status, with examples."""
    out: dict[int | str, dict[str, Any]] = {}
    for error in errors:
        status = STATUS[error.kind]
        entry = out.setdefault(
            status,
            {
                "model": form.model,
                "description": "",
                "content": {"application/json": {"examples": {}}},
            },
        )
        entry["description"] = ", ".join(filter(None, [entry["description"], f"`{error.code}`"]))
        entry["content"]["application/json"]["examples"][error.code] = {
            "summary": error.template(),
            "value": form.body(Refusal(error(), *_EXAMPLE)),
        }
    return out


def answer(
    request: Request, error: TaskyardError, *, headers: dict[str, str] | None = None
) -> JSONResponse:
    """Return the HTTP answer for a refusal."""
    headers = {**_headers_of(error), **(headers or {})}
    refusal = Refusal(error, request.scope.get("request_id", "-"), now())
    request.scope["error_code"] = error.code
    form = _form_at(request.scope)
    body = form.body(refusal)
    if form is not CANONICAL:
        return JSONResponse(body, refusal.status, headers=headers)
    if "application/problem+json" not in request.headers.get("accept", ""):
        return JSONResponse(body, refusal.status, headers={"Vary": "Accept", **headers})
    members = {
        "type": f"urn:taskyard:problem:{error.code.lower().replace('_', '-')}",
        "title": error.code.replace("_", " ").capitalize(),
        "status": refusal.status,
        "detail": error.message,
        "instance": f"urn:uuid:{refusal.request_id}",
    }
    return JSONResponse(
        members | body,
        refusal.status,
        headers={"Vary": "Accept", **headers},
        media_type="application/problem+json",
    )


def _form_at(scope: Scope) -> Form:
    """Return how the application that answers words a refusal at this address."""
    state = getattr(scope.get("app"), "state", None)
    form_at: Callable[[Scope], Form] | None = getattr(state, "form_at", None)
    return CANONICAL if form_at is None else form_at(scope)


def _headers_of(error: TaskyardError) -> dict[str, str]:
    headers: dict[str, str] = {}
    if error.kind is Kind.UNAUTHENTICATED:
        reason = "" if error.code == "AUTH_REQUIRED" else ' error="invalid_token"'
        headers["WWW-Authenticate"] = f'Bearer realm="taskyard"{reason}'
    if "retry_after" in error.fields:
        headers["Retry-After"] = str(max(1, int(error.fields["retry_after"])))
    return headers


def from_validation(error: RequestValidationError) -> TaskyardError:
    """Return the refusal for input that pydantic found wrong."""
    return ValidationFailed(fields=[_field(item) for item in error.errors()[:_MAX_FIELDS]])


def _field(item: dict[str, Any]) -> dict[str, Any]:
    path = ".".join(str(part) for part in item["loc"])
    out = {"field": path, "type": item["type"], "message": item["msg"]}
    given = item.get("input")
    secret = any(word in path.lower() for word in ("password", "token", "secret", "key"))
    if isinstance(given, str | int | float | bool) and not secret:
        out["given"] = str(given)[:_ECHO_LIMIT]
    return out


def from_http(request: Request, error: HTTPException) -> TaskyardError:
    """Return the refusal for what the framework itself refused."""
    if isinstance(error.__cause__, TaskyardError):
        return error.__cause__
    if error.status_code == 404:
        return ResourceNotFound()
    if error.status_code == 405:
        allow = (error.headers or {}).get("Allow", "")
        return MethodNotAllowed(method=request.method, allow=allow or "nothing")
    if error.status_code < 500:
        return BadRequest(reason=str(error.detail))
    return InternalError()


async def _on_refusal(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, TaskyardError)
    return answer(request, error)


async def _on_validation(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return answer(request, from_validation(error))


async def _on_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return answer(request, from_http(request, error), headers=dict(error.headers or {}))


async def _on_database(request: Request, error: Exception) -> JSONResponse:
    """Answer 503 while PostgreSQL is away; a fault in our own SQL stays a 500."""
    if is_outage(error):
        _log.warning("database_away", error=type(error).__name__)
        return answer(request, DatabaseBusy(retry_after=2))
    return await on_anything(request, error)


async def on_anything(request: Request, error: Exception) -> JSONResponse:
    """Answer what nobody expected: logged whole, told as little as its request id."""
    _log.error("unhandled", path=request.url.path, exc_info=error)
    return answer(request, InternalError())


def install(app: FastAPI) -> None:
    """Give an application these answers."""
    handlers: dict[type[Exception], ExceptionHandler] = {
        TaskyardError: _on_refusal,
        RequestValidationError: _on_validation,
        HTTPException: _on_http,
        DBAPIError: _on_database,
        ConnectionError: _on_database,
        TimeoutError: _on_database,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)
