"""What the OpenAPI document says of every route, and that every route is in it."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIWebSocketRoute
from starlette.routing import Route

from taskyard.api.openapi import TAGS
from taskyard.core.access import access_of
from taskyard.core.problems import STATUS
from taskyard.core.routing import StrictRoute
from taskyard.kit.errors import catalogue
from tests.conftest import Api
from tests.contract.responses import Operation, operations

ROOT = Path(__file__).parent.parent.parent
#: What answers outside of the API: the web app's files, and what this is.
PLAIN_ROUTES = {
    "/",
    "/app",
    "/app/{path:path}",
    "/favicon.ico",
    "/login/session/{token}",
    "/docs",
    "/openapi.json",
    "/redoc",
}
#: Sockets say themselves who may speak, after the handshake; each needs tests of its own.
SOCKETS = {"/api/v1/ws"}
#: Refusals that no operation documents, with the reason.
NOT_OF_AN_OPERATION = {
    "METHOD_NOT_ALLOWED": "the address answers other methods",
    "RESOURCE_NOT_FOUND": "no operation has the address",
    "TICKET_INVALID": "told when a socket is opened",
    "TOPIC_NOT_FOUND": "told over the socket",
    "MAIL_DEFERRED": "a job waits or fails with it",
    "MAIL_REFUSED": "a job fails with it",
    "MAIL_TOO_LATE": "a job fails with it",
    "MAIL_UNWANTED": "a job fails with it",
    "SANDBOX_BUSY": "a job fails with it",
    "SANDBOX_MOUNT_UNREACHABLE": "a job fails with it",
    "SANDBOX_TOOLBOX_INCOMPLETE": "a job fails with it",
    "SANDBOX_UNAVAILABLE": "a job fails with it",
    "SOURCE_GONE": "a job fails with it",
    "ANSWER_TOO_LARGE": "a job fails with it",
    "CERTIFICATE_REFUSED": "a job fails with it",
    "HOST_UNKNOWN": "a job fails with it",
    "HOST_UNREACHABLE": "a job waits or fails with it",
    "NO_REPOSITORY": "a job fails with it",
    "REF_NOT_FOUND": "a job fails with it",
    "REPOSITORY_BUSY": "a job waits or fails with it",
    "REPOSITORY_DAMAGED": "a job fails with it",
    "REPOSITORY_EMPTY": "a job fails with it",
    "REPOSITORY_NOT_FOUND": "a job fails with it",
    "REPOSITORY_REFUSED": "a job fails with it",
    "REPOSITORY_TOO_LARGE": "a job fails with it",
    "REPOSITORY_UNSAFE": "a job fails with it",
    "ANALYSIS_OF_ANOTHER": "the dialect builds documents it",
    "ANALYSIS_UNKNOWN": "the dialect builds documents it",
    "NOTHING_TO_ANALYSE": "the dialect builds documents it",
    "NOT_READY": "the dialect builds documents it",
}


@pytest.fixture(scope="module")
def document(app: FastAPI) -> dict[str, Any]:
    return app.openapi()


@pytest.fixture(scope="module")
def known(document: dict[str, Any]) -> list[Operation]:
    found = operations(document)
    assert len(found) >= 40, "a walk that finds nothing would prove nothing"
    return found


def _routes(app: FastAPI) -> Iterator[StrictRoute]:
    for route in app.router.routes:
        if isinstance(route, StrictRoute):
            yield route
        elif isinstance(route, APIWebSocketRoute):
            assert route.path in SOCKETS, f"{route.path}: say in SOCKETS how it admits"
        else:
            assert isinstance(route, Route), f"{route} is of no kind this test knows"
            assert route.path in PLAIN_ROUTES, f"{route.path} is declared past core.routing"


def test_every_route_is_in_the_document_and_the_other_way_round(
    app: FastAPI, known: list[Operation]
) -> None:
    walked = Counter(
        (method, route.path_format) for route in _routes(app) for method in route.methods or ()
    )
    assert set(walked.values()) == {1}, "each is declared once"
    assert walked.keys() == {(operation.method, operation.path) for operation in known}
    assert len(walked) == len(known)


def test_every_route_says_who_may_call_it(app: FastAPI, known: list[Operation]) -> None:
    declared = {operation.id: operation.body for operation in known}
    for route in _routes(app):
        access = access_of(route.endpoint)
        assert access is not None, route.path
        body = declared[route.endpoint.__name__]
        assert body["x-access"] == access.text
        assert bool(body["security"]) is (access.text != "public")
        assert {"x-rate-limit-bucket", "x-idempotent"} <= body.keys()


def test_operations_have_names_generated_clients_can_use(known: list[Operation]) -> None:
    ids = Counter(operation.id for operation in known)
    assert {name: count for name, count in ids.items() if count > 1} == {}
    for name in ids:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", name), name


def test_operations_are_described_under_a_known_tag(known: list[Operation]) -> None:
    tags = {tag["name"] for tag in TAGS}
    for operation in known:
        assert operation.body["description"].endswith("."), operation.id
        assert len(operation.body["summary"]) <= 60, operation.id
        assert set(operation.body["tags"]) <= tags, operation.id
        for parameter in operation.body.get("parameters", []):
            assert parameter["in"] in {"path", "query", "header"}, operation.id


def test_every_documented_code_is_in_the_catalogue_under_its_status(
    known: list[Operation],
) -> None:
    statuses = {error.code: STATUS[error.kind] for error in catalogue()}
    seen = set()
    for operation, status, code in _documented(known):
        assert statuses.get(code) == status, (operation.id, code)
        seen.add(code)
    assert len(seen) > 20


def test_every_code_of_the_catalogue_is_documented_somewhere(known: list[Operation]) -> None:
    documented = {code for _, _, code in _documented(known)}
    ours = {error.code for error in catalogue() if error.__module__.startswith("taskyard.")}
    reasons = set(NOT_OF_AN_OPERATION)
    assert ours - documented - reasons == set(), "undeclared: no route says it may answer this"
    assert reasons & documented == set(), "these are documented by now; drop their reason"


def _documented(known: list[Operation]) -> Iterator[tuple[Operation, int, str]]:
    for operation in known:
        for status, response in operation.body["responses"].items():
            if int(status) >= 400:
                examples = response["content"]["application/json"]["examples"]
                assert examples, (operation.id, status)
                for code in examples:
                    yield operation, int(status), code


def test_bounds_are_told_in_the_words_of_json_schema(app: FastAPI) -> None:
    """Pydantic writes a bound as it finds it where a validator of ours stands before it."""
    assert not re.findall(r'"(?:ge|gt|le|lt|min_length|max_length)":', json.dumps(app.openapi()))


async def test_the_document_served_is_the_one_in_the_repository(api: Api) -> None:
    served = await api().get("/openapi.json")
    assert served.json() == json.loads((ROOT / "openapi.json").read_text("utf-8"))
