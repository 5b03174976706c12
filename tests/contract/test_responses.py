"""The check of every answer sees what it is there to see."""

from typing import Any

import httpx
import pytest

from tests.contract.responses import ResponseContract

PROJECTS = "/api/v1/projects"


def _answer(
    status: int, body: Any = None, *, method: str = "GET", path: str = PROJECTS, **headers: str
) -> httpx.Response:
    request = httpx.Request(method, f"http://taskyard.test{path}")
    if body is None:
        return httpx.Response(status, request=request, headers=headers)
    return httpx.Response(status, json=body, request=request, headers=headers)


def _refusal(code: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": "No.", "details": {"request_id": "x"}}}


PAGE = {"items": [], "total": 0, "page": 1, "page_size": 20, "next_cursor": None}


@pytest.mark.parametrize(
    "answer",
    [
        _answer(200, PAGE),
        _answer(401, _refusal("AUTH_REQUIRED")),
        _answer(404, _refusal("RESOURCE_NOT_FOUND"), path="/api/v1/nowhere"),
        _answer(405, _refusal("METHOD_NOT_ALLOWED"), method="PUT", allow="GET, POST"),
        _answer(204, method="DELETE", path=f"{PROJECTS}/7"),
        _answer(200, {"anything": 1}, path="/elsewhere"),
    ],
)
def test_what_the_document_says_is_fine(contract: ResponseContract, answer: httpx.Response) -> None:
    assert contract.faults(answer) == []


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (_answer(418, _refusal("TEAPOT")), "does not document this status"),
        (_answer(401, _refusal("AUTH_INVALID_CREDENTIALS")), "not among its documented codes"),
        (_answer(401, {"detail": "Not authenticated"}), "'error' is a required property"),
        (_answer(200, PAGE | {"total": "many"}), "'many' is not of type 'integer'"),
        (_answer(200, {"items": []}), "is a required property"),
        (_answer(200, PAGE | {"items": [{"id": 1}]}), "items[0]"),
        (_answer(200), "its media type is none"),
        (_answer(204, {"data": 1}, method="DELETE", path=f"{PROJECTS}/7"), "its media type is"),
        (_answer(200, PAGE, path="/api/v1/secret-door"), "does not know this path"),
        (_answer(200, PAGE, method="PUT"), "should be a 405"),
        (_answer(405, _refusal("METHOD_NOT_ALLOWED"), method="PUT", allow="GET"), "Allow is GET"),
    ],
)
def test_anything_else_is_a_fault(
    contract: ResponseContract, answer: httpx.Response, fault: str
) -> None:
    assert fault in " ".join(contract.faults(answer))
