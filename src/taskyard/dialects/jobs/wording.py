"""How the two halves of the contract jobs word a refusal."""

from collections.abc import Sequence
from typing import Any, Final, Literal

from pydantic import BaseModel

from taskyard.core.problems import Form, Refusal
from taskyard.dialects.errors import UNEXPECTED
from taskyard.kit.errors import Kind

#: The contract's own codes; every other is as in the canonical API.
_CODES: Final[dict[str, str]] = {
    Kind.NOT_FOUND: "RESOURCE_NOT_FOUND",
    "AUTH_FORBIDDEN": "FORBIDDEN",
    "PROJECT_ROLE_TOO_LOW": "FORBIDDEN",
}
#: Refusals that are about one field of the web tier's body.
_OF_A_FIELD: Final = {"JOB_KIND_UNKNOWN": "jobType", "PROJECT_REQUIRED": "parameters"}


class ErrorBody(BaseModel):
    """What was refused."""

    message: str
    code: str
    details: dict[str, Any] | None = None


class WebProblem(BaseModel):
    """A refusal of the web tier."""

    error: ErrorBody


class ServerProblem(WebProblem):
    """A refusal of the server."""

    success: Literal[False]


def _server_words(refusal: Refusal) -> dict[str, Any]:
    error = refusal.error
    code = _CODES.get(error.code) or _CODES.get(error.kind, error.code)
    message = UNEXPECTED if error.kind is Kind.INTERNAL else error.message
    said: dict[str, Any] = {"message": message, "code": code}
    if error.details:
        said["details"] = error.details
    return {"success": False, "error": said}


def _web_words(refusal: Refusal) -> dict[str, Any]:
    error = refusal.error
    said = _server_words(refusal)["error"]
    if error.kind is Kind.UNAUTHENTICATED:
        said["code"] = "AUTH_REQUIRED"
    elif error.code in _OF_A_FIELD:
        by_field = {_OF_A_FIELD[error.code]: [error.message]}
        said |= {"code": "VALIDATION_ERROR", "details": {"formErrors": [], "fieldErrors": by_field}}
    elif error.code == "VALIDATION_ERROR":
        said["details"] = _flattened(error.fields.get("fields", ()))
    return {"error": said}


def _flattened(fields: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return what is wrong by the field it is in, as web forms show it."""
    form: list[str] = []
    by_field: dict[str, list[str]] = {}
    for field in fields:
        # Such as body.parameters.analysis_types.0, or body alone.
        names = field["field"].split(".")[1:]
        text = ": ".join([*filter(None, [".".join(names[1:])]), field["message"]])
        (by_field.setdefault(names[0], []) if names else form).append(text)
    return {"formErrors": form, "fieldErrors": by_field}


SERVER: Final = Form(ServerProblem, _server_words)
WEB: Final = Form(WebProblem, _web_words)
