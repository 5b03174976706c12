"""Repeats of one request do its work once (IETF draft idempotency-key-header, Stripe's rules).

A route declares `idempotent=True`, and nothing else. The endpoint is wrapped: with a key, a repeat
gets the answer that was kept. What is kept is written after the answer was rendered and before
the request's transaction is committed, so that the work and the memory of it are one.
"""

import functools
import hashlib
import inspect
import json
import re
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from fastapi import Request, Response
from pydantic_core import to_jsonable_python
from sqlalchemy import (
    Boolean,
    Interval,
    LargeBinary,
    SmallInteger,
    bindparam,
    delete,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from starlette.datastructures import Headers

from taskyard.core.admission import admission_of
from taskyard.core.db import Base
from taskyard.core.uow import Uow, uow_of
from taskyard.kit.errors import Kind, TaskyardError

#: How long an answer is kept.
LIFE: Final = timedelta(hours=24)
NAMES: Final = ("idempotency-key", "x-idempotency-key")
_KEY: Final = re.compile(r'("?)([\x21\x23-\x7e]{1,255})\1')
_KEPT: Final = ("content-type", "location", "etag")
_NEW: Final = "taskyard.idempotency"
_REQUEST: Final = "request_with_the_key"


class IdempotencyKeyInvalid(TaskyardError):
    """This idempotency key cannot be used: {reason}."""

    kind = Kind.BAD_REQUEST
    code = "IDEMPOTENCY_KEY_INVALID"


class IdempotencyInProgress(TaskyardError):
    """The first request with this idempotency key is still at work. Ask in {retry_after} s."""

    kind = Kind.CONFLICT
    code = "IDEMPOTENCY_IN_PROGRESS"


class IdempotencyKeyReused(TaskyardError):
    """This idempotency key came with another request before. Take a new key for a new request."""

    kind = Kind.INVALID
    code = "IDEMPOTENCY_KEY_REUSED"


class IdempotencyRecord(Base):
    """An answer that repeats get. Of caller, operation and key only a hash is kept."""

    __tablename__ = "idempotency_keys"

    id: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int] = mapped_column(SmallInteger)
    headers: Mapped[dict[str, str]] = mapped_column(JSONB)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime] = mapped_column(index=True)


#: Takes the lock and looks, in one question.
_LOOK: Final = text(
    "SELECT pg_try_advisory_xact_lock(:lock) AS is_ours, fingerprint, status, headers, body"
    " FROM (SELECT 1) AS always LEFT JOIN idempotency_keys ON id = :id AND expires_at > now()"
).columns(
    is_ours=Boolean,
    fingerprint=LargeBinary,
    status=SmallInteger,
    headers=JSONB,
    body=LargeBinary,
)
#: One whose time is over may still lie there, and gives way.
_KEEP: Final = text(
    "INSERT INTO idempotency_keys AS kept (id, fingerprint, status, headers, body, expires_at)"
    " VALUES (:id, :fingerprint, :status, :headers, :body, now() + :life) ON CONFLICT (id)"
    " DO UPDATE SET (fingerprint, status, headers, body, expires_at) = (excluded.fingerprint,"
    " excluded.status, excluded.headers, excluded.body, excluded.expires_at)"
    " WHERE kept.expires_at <= now() RETURNING true"
).bindparams(bindparam("headers", type_=JSONB), bindparam("life", type_=Interval))


@dataclass(frozen=True, slots=True)
class _New:
    """A request whose answer is to be kept."""

    id: bytes
    fingerprint: bytes


def has_key(headers: Headers) -> bool:
    """Whether a request carries an idempotency key, good or bad."""
    return any(name in headers for name in NAMES)


def key_of(headers: Headers) -> str | None:
    """Return a request's key, from either header, quoted or bare. Raises IdempotencyKeyInvalid."""
    given = [value.strip(" \t") for name in NAMES for value in headers.getlist(name)]
    keys = {match[2] if (match := _KEY.fullmatch(value)) else None for value in given}
    if None in keys:
        raise IdempotencyKeyInvalid(reason="write 1 to 255 visible ASCII characters")
    if len(keys) > 1:
        raise IdempotencyKeyInvalid(reason="the request carries two that differ")
    return keys.pop() if keys else None


def once(endpoint: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """Return the endpoint with repeats answered from what is kept; it reads the request too."""
    signature = inspect.signature(endpoint)
    parameters = list(signature.parameters.values())
    own = next((p.name for p in parameters if p.annotation is Request), None)

    @functools.wraps(endpoint)
    async def answer(**values: Any) -> Any:
        request: Request = values[own] if own else values.pop(_REQUEST)
        key = key_of(request.headers)
        if key is not None:
            new = _New(_id(request, key), _fingerprint(request, values))
            kept = await _recall(uow_of(request).db, new)
            if kept is not None:
                return kept
            await admission_of(request).route()
            request.scope[_NEW] = new
        return await endpoint(**values)

    if own is None:
        kind = inspect.Parameter.KEYWORD_ONLY
        parameters.append(inspect.Parameter(_REQUEST, kind, annotation=Request))
    answer.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    return answer


async def keep(request: Request, response: Response, *, shown_once: Collection[str]) -> None:
    """Keep a good answer, in the transaction of the work it tells of.

    The names of `shown_once` inside `data` are kept as null: a secret is told once.
    """
    new: _New | None = request.scope.pop(_NEW, None)
    if new is None or not 200 <= response.status_code < 300:
        return
    headers = {name: response.headers[name] for name in _KEPT if name in response.headers}
    row = {
        "id": new.id,
        "fingerprint": new.fingerprint,
        "status": response.status_code,
        "headers": headers,
        "body": _without(bytes(response.body), shown_once),
        "life": LIFE,
    }
    written = await uow_of(request).db.scalar(_KEEP, row)
    if written is None:
        # Another was done between the look and the lock, which are one question. Undo this one.
        raise IdempotencyInProgress(retry_after=1)


async def forget_expired(uow: Uow) -> None:
    """Remove answers whose time is over."""
    await uow.db.execute(delete(IdempotencyRecord).where(IdempotencyRecord.expires_at < func.now()))


async def _recall(db: AsyncSession, new: _New) -> Response | None:
    """Return what is kept. Raises IdempotencyInProgress or IdempotencyKeyReused.

    The lock lasts as long as the transaction. Nobody waits for it: whoever comes second is told
    that there is a first, where a unique index alone would have them wait.
    """
    lock = int.from_bytes(new.id[:8], "big", signed=True)
    found = (await db.execute(_LOOK, {"lock": lock, "id": new.id})).one()
    if found.fingerprint is None:
        if not found.is_ours:
            raise IdempotencyInProgress(retry_after=1)
        return None
    if found.fingerprint != new.fingerprint:
        raise IdempotencyKeyReused
    replayed = {"Idempotency-Replayed": "true", "X-Idempotency-Replayed": "true"}
    return Response(found.body, found.status, headers={**found.headers, **replayed})


def _id(request: Request, key: str) -> bytes:
    """Name caller, operation, path parameters and key: nobody meets the key of somebody else."""
    path = sorted((name, str(value)) for name, value in request.path_params.items())
    operation = request.scope["route"].operation_id
    return _hash([request.scope["user_id"], operation, path, key])


def _fingerprint(request: Request, values: dict[str, Any]) -> bytes:
    """Name what was asked for, as it was understood: defaults filled in, spelling aside."""
    reads = request.scope["route"].dependant
    names = sorted(param.name for param in (*reads.body_params, *reads.query_params))
    return _hash([(name, to_jsonable_python(values[name])) for name in names])


def _hash(value: Any) -> bytes:
    # The standard writer: whole numbers have no end in JSON.
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).digest()


def _without(body: bytes, names: Iterable[str]) -> bytes:
    if not names:
        return body
    content = json.loads(body)
    content["data"].update(dict.fromkeys(names))
    return json.dumps(content, separators=(",", ":")).encode()
