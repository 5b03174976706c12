"""Holds every answer the tests see against the OpenAPI document."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
from jsonschema import Draft202012Validator, FormatChecker

from taskyard.core.problems import Problem

METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
#: What the edge answers before it knows which operation is meant.
_EDGE_CODES = {
    400: "BAD_REQUEST",
    404: "RESOURCE_NOT_FOUND",
    429: "RATE_LIMIT_EXCEEDED",
    431: "HEADERS_TOO_LARGE",
}


@dataclass(frozen=True)
class Operation:
    """One operation of the document."""

    method: str
    path: str
    body: dict[str, Any]

    @property
    def id(self) -> str:
        """Its name in generated clients."""
        return str(self.body["operationId"])


def operations(document: dict[str, Any]) -> list[Operation]:
    """Return every operation of an OpenAPI document."""
    return [
        Operation(method.upper(), path, item[method])
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item
    ]


class ResponseContract:
    """Knows what each operation may answer, and says where an answer is another."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._components = document["components"]
        # Fixed paths before those with parameters, as the router tries them.
        known = sorted(operations(document), key=lambda operation: operation.path.count("{"))
        self._operations = [(_pattern(operation.path), operation) for operation in known]
        self._validators: dict[tuple[str, int], Draft202012Validator] = {}
        self._problem = Draft202012Validator(Problem.model_json_schema())

    def faults(self, response: httpx.Response) -> list[str]:
        """Return what is wrong with an answer whose body has been read, if anything."""
        request = response.request
        where = f"{request.method} {request.url.path} -> {response.status_code}"
        return [f"{where}: {fault}" for fault in self._faults(response)]

    def _faults(self, response: httpx.Response) -> Iterator[str]:
        method, path = response.request.method, response.request.url.path
        here = [known for pattern, known in self._operations if pattern.fullmatch(path)]
        as_get = "GET" if method == "HEAD" else method
        operation = next((known for known in here if known.method == as_get), None)
        if operation is not None and method == "HEAD":
            if str(response.status_code) not in operation.body["responses"]:
                yield f"{operation.id} does not document this status"
        elif operation is not None:
            yield from self._faults_of(operation, response)
        elif method == "OPTIONS" or not path.startswith("/api/v1"):
            return
        elif here and response.status_code != 429:
            if response.status_code != 405:
                yield "the document knows this path but not this method, so it should be a 405"
            elif set(response.headers["allow"].split(", ")) != {known.method for known in here}:
                yield f"Allow is {response.headers['allow']}"
        elif _code(response) != _EDGE_CODES.get(response.status_code, "none"):
            yield f"the document does not know this path, yet it answers {_code(response)}"

    def _faults_of(self, operation: Operation, response: httpx.Response) -> Iterator[str]:
        status = response.status_code
        documented = operation.body["responses"].get(str(status))
        if documented is None:
            yield f"{operation.id} does not document this status ({_code(response)})"
            return
        if status >= 400:
            yield from self._faults_of_refusal(documented, response)
            return
        media = _media_type(response)
        content = documented.get("content", {})
        if media not in content and (response.content or content):
            yield f"its media type is {media or 'none'}, documented: {', '.join(content) or 'none'}"
        elif media == "application/json":
            validator = self._validator(operation, status, content[media]["schema"])
            yield from _mismatches(validator, response)

    def _faults_of_refusal(
        self, documented: dict[str, Any], response: httpx.Response
    ) -> Iterator[str]:
        if _media_type(response) not in {"application/json", "application/problem+json"}:
            yield f"a refusal is JSON, not {_media_type(response)}"
            return
        yield from _mismatches(self._problem, response)
        codes = documented["content"]["application/json"]["examples"]
        if _code(response) not in codes:
            yield f"{_code(response)} is not among its documented codes {sorted(codes)}"

    def _validator(
        self, operation: Operation, status: int, schema: dict[str, Any]
    ) -> Draft202012Validator:
        key = (operation.id, status)
        if key not in self._validators:
            self._validators[key] = Draft202012Validator(
                {**schema, "components": self._components}, format_checker=FormatChecker()
            )
        return self._validators[key]


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"({[^}]*})", path)
    return re.compile("".join("[^/]+" if p.startswith("{") else re.escape(p) for p in parts))


def _media_type(response: httpx.Response) -> str:
    return str(response.headers.get("content-type", "")).partition(";")[0]


def _code(response: httpx.Response) -> str | None:
    if "json" not in _media_type(response) or response.status_code < 400:
        return None
    code: str | None = response.json().get("error", {}).get("code")
    return code


def _mismatches(validator: Draft202012Validator, response: httpx.Response) -> Iterator[str]:
    for error in list(validator.iter_errors(response.json()))[:3]:
        yield f"{error.json_path}: {error.message[:200]}"
