"""How the contract tasks words a refusal."""

from typing import Any, Final, Literal

from pydantic import BaseModel, Field

from taskyard.core.problems import Form, Refusal
from taskyard.dialects.errors import UNEXPECTED
from taskyard.kit.errors import Kind


class ErrorBody(BaseModel):
    """What was refused."""

    code: str = Field(description="Stable; clients decide by it.")
    message: str
    field: str | None = Field(default=None, description="The first field that is wrong.")
    details: dict[str, Any]


class TasksProblem(BaseModel):
    """A refusal."""

    success: Literal[False]
    error: ErrorBody


def _words(refusal: Refusal) -> dict[str, Any]:
    error = refusal.error
    message = UNEXPECTED if error.kind is Kind.INTERNAL else error.message
    said: dict[str, Any] = {"code": error.code, "message": message, "details": error.details}
    fields = error.fields.get("fields")
    if fields:
        # Such as body.title: which field, what is expected of it, and what was given.
        name = fields[0]["field"].partition(".")[2] or fields[0]["field"]
        said |= {"field": name, "message": f"{name}: {fields[0]['message']}"}
    return {"success": False, "error": said}


FORM: Final = Form(TasksProblem, _words)
