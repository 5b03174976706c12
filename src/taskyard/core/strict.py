"""Routes that refuse what the framework would quietly let through."""

from collections.abc import Callable, Collection, Coroutine, Iterator
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from fastapi.utils import create_model_field
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from taskyard.core import idempotency, shortcut, strictjson
from taskyard.core.admission import GENERAL, admission_of
from taskyard.core.db import is_outage
from taskyard.core.problems import (
    CANONICAL,
    Form,
    PayloadTooLarge,
    UnsupportedMediaType,
    ValidationFailed,
    documented,
)
from taskyard.kit.errors import TaskyardError

#: Bodies larger than this are refused unless a route says otherwise.
BODY_LIMIT_BYTES = 1024 * 1024
#: Where a route's own limit stands in the OpenAPI document.
BODY_LIMIT = "x-body-limit-bytes"
#: Where a route's rate and its promise about repeats stand there.
BUCKET = "x-rate-limit-bucket"
IDEMPOTENT = "x-idempotent"
SHOWN_ONCE = "x-shown-once"
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


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

    #: What it may refuse, and how that is worded.
    refusals: Collection[type[TaskyardError]] = ()
    form: Form = CANONICAL

    def describe_refusals(self) -> None:
        """Have the document say them. Only for a document: of a start it was a quarter."""
        said = documented(*self.refusals, form=self.form)
        shape = create_model_field("Refusal", self.form.model, mode="serialization")
        self.response_fields = dict.fromkeys(said, shape) | self.response_fields
        self.responses = said | self.responses

    def get_route_handler(self) -> Handler:
        """Return the request handler with the checks in front."""
        handle = super().get_route_handler()
        extra = self.openapi_extra or {}
        limit = extra.get(BODY_LIMIT, BODY_LIMIT_BYTES)
        bucket, shown_once = extra.get(BUCKET, GENERAL), extra.get(SHOWN_ONCE, ())
        taker = shortcut.taker_of(self)
        reads_json = self.body_field is not None and not any(
            type(self.body_field.field_info).__name__ == name for name in ("Form", "File")
        )

        async def strict(request: Request) -> Response:
            if reads_json:
                _check_media_type(request)
            asked = StrictRequest(request.scope, limited(request, limit))
            if taker is not None and not idempotency.has_key(request.headers):
                done = await taker.take(asked)
                if done is not None:
                    return done
            return await handle(asked)

        async def kept(request: Request) -> Response:
            response = await strict(request)
            await idempotency.keep(request, response, shown_once=shown_once)
            return response

        idempotent = extra.get(IDEMPOTENT, False)
        return self.checked(kept if idempotent else strict, bucket=bucket, idempotent=idempotent)

    def checked(self, handle: Handler, *, bucket: str, idempotent: bool = False) -> Handler:
        """Return a handler that looks at the query first, and has a refused request counted."""
        known, lists = _query_names(self)

        async def counted(request: Request) -> Response:
            admission = admission_of(request)
            admission.enter(bucket, later=idempotent and idempotency.has_key(request.headers))
            try:
                if request.scope["query_string"]:
                    _check_query(request, known, lists)
                return await handle(request)
            except (TaskyardError, RequestValidationError, HTTPException) as error:
                if not is_outage(error):
                    await admission.stranger()
                raise

        return counted


def limited(request: Request, limit: int) -> Receive:
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
