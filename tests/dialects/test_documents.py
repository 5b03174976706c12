"""The dialects' OpenAPI documents, and that every route says what it must."""

from collections import Counter
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIWebSocketRoute
from jsonschema import Draft202012Validator

from taskyard.core.access import access_of
from taskyard.core.problems import STATUS
from taskyard.core.routing import StrictRoute
from taskyard.dialects import DIALECTS
from taskyard.kit.errors import catalogue
from tests.contract.responses import Operation, operations
from tests.dialects.speaking import Document, application

#: What a dialect serves beside its contract.
ABOUT = {"/openapi.json", "/docs"}
SOCKETS = {"/api/ws/analysis/{analysis_id}"}
#: Rate and promise about repeats of every route, written down a second time on purpose.
DECLARED = {
    "jobs": {
        "GET /api/v1/health": ("user", False),
        "GET /api/v1/health/detailed": ("user", False),
        "POST /api/v1/jobs": ("user", True),
        "GET /api/v1/jobs": ("user", False),
        "GET /api/v1/jobs/{job_id}": ("user", False),
        "GET /api/v1/jobs/{job_id}/assets": ("user", False),
        "GET /api/v1/users/me": ("user", False),
        "GET /api/health": ("user", False),
        "POST /api/jobs": ("user", True),
        "GET /api/jobs": ("user", False),
        "GET /api/jobs/{job_id}": ("user", False),
    },
    "builds": {
        "POST /auth/login": ("login", False),
        "POST /api/analysis/": ("analysis_create", True),
        "GET /api/analysis/{analysis_id}": ("user", False),
        "GET /api/health/": ("none", False),
        "GET /api/health/ready": ("none", False),
        "GET /api/health/live": ("none", False),
        "GET /api/health/status": ("none", False),
    },
    "tasks": {
        "POST /api/auth/register": ("register", False),
        "POST /api/auth/login": ("login", False),
        "POST /api/auth/refresh": ("refresh", False),
        "GET /api/auth/me": ("user", False),
        "GET /api/tasks": ("user", False),
        "POST /api/tasks": ("user", True),
        "GET /api/tasks/search": ("search", False),
        "GET /api/tasks/{task_id}": ("user", False),
        "PUT /api/tasks/{task_id}": ("user", True),
        "DELETE /api/tasks/{task_id}": ("user", False),
        "GET /health": ("user", False),
    },
}
every_dialect = pytest.mark.parametrize("name", DECLARED)


def test_every_dialect_is_known_here(app: FastAPI) -> None:
    assert [dialect.name for dialect in DIALECTS] == list(DECLARED)
    assert [dialect.name for dialect, _ in app.state.dialects] == list(DECLARED)


@every_dialect
def test_every_route_declares_its_rate_and_its_promise(app: FastAPI, name: str) -> None:
    found = {
        f"{one.method} {one.path}": (one.body["x-rate-limit-bucket"], one.body["x-idempotent"])
        for one in Document(application(app, name)).operations
    }
    assert found == DECLARED[name]


@every_dialect
def test_every_route_says_who_may_call_and_is_in_the_document(app: FastAPI, name: str) -> None:
    spoken = application(app, name)
    walked = Counter[tuple[str, str]]()
    for route in spoken.router.routes:
        if isinstance(route, StrictRoute):
            assert access_of(route.endpoint) is not None, route.path
            walked.update((method, route.path_format) for method in route.methods or ())
        elif isinstance(route, APIWebSocketRoute):
            assert route.path in SOCKETS
        else:
            assert getattr(route, "path", None) in ABOUT
    known = {(one.method, one.path) for one in Document(spoken).operations}
    assert walked.keys() == known
    assert set(walked.values()) == {1}


def test_operations_have_names_of_their_own(app: FastAPI) -> None:
    """The keys of repeats are kept by the operation's name, across all contracts."""
    names = Counter(one.id for one in operations(app.openapi()))
    for name in DECLARED:
        names.update(one.id for one in Document(application(app, name)).operations)
    assert [name for name, count in names.items() if count > 1] == []


@every_dialect
def test_the_document_is_well_formed(app: FastAPI, name: str) -> None:
    document = Document(application(app, name))
    whole = document.whole
    assert whole["openapi"].startswith("3.1")
    assert {"title", "version", "description"} <= whole["info"].keys()
    for schema in whole["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    for reference in _references(whole):
        at: Any = whole
        for part in reference.removeprefix("#/").split("/"):
            at = at[part]
    tags = {tag["name"] for tag in whole["tags"]}
    for operation in document.operations:
        assert set(operation.body["tags"]) <= tags
        assert operation.body["description"].endswith("."), operation.id
        _check_parameters(operation)


def _references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [found for item in value.values() for found in _references(item)]
    if isinstance(value, list):
        return [found for item in value for found in _references(item)]
    return []


def _check_parameters(operation: Operation) -> None:
    named = {
        parameter["name"]
        for parameter in operation.body.get("parameters", [])
        if parameter["in"] == "path"
    }
    assert named == {part[1:-1] for part in operation.path.split("/") if part.startswith("{")}
    if operation.body["x-idempotent"]:
        headers = [p["name"] for p in operation.body["parameters"] if p["in"] == "header"]
        assert "Idempotency-Key" in headers


@every_dialect
def test_every_documented_refusal_is_worded_as_the_contract_does(app: FastAPI, name: str) -> None:
    statuses = {error.code: STATUS[error.kind] for error in catalogue()}
    document = Document(application(app, name))
    seen = 0
    for operation in document.operations:
        for status, answer in operation.body["responses"].items():
            if int(status) < 400:
                continue
            content = answer["content"]["application/json"]
            schema = {**content["schema"], "components": document.whole["components"]}
            for code, example in content["examples"].items():
                assert statuses[code] == int(status), (operation.id, code)
                Draft202012Validator(schema).validate(example["value"])
                seen += 1
    assert seen > 60
