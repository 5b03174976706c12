"""How the contract builds words a refusal."""

from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, Field

from taskyard.core.problems import Form, Refusal
from taskyard.dialects.errors import UNEXPECTED
from taskyard.kit.errors import Kind

#: Refusals by their kind, where the contract has one word for all of it; else by their code.
_WORDS: Final = {Kind.THROTTLED: "rate_limit_exceeded", Kind.NOT_FOUND: "not_found"}


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    loc: list[str] = Field(description="The way to it.", examples=[["body", "project_name"]])
    msg: str
    type: str


class BuildsProblem(BaseModel):
    """A refusal."""

    error: str = Field(description="Stable; clients decide by it.")
    detail: str | list[FieldProblem]
    status_code: int
    timestamp: datetime


def _words(refusal: Refusal) -> dict[str, Any]:
    error = refusal.error
    fields = error.fields.get("fields")
    text = UNEXPECTED if error.kind is Kind.INTERNAL else error.message
    return {
        "error": _WORDS.get(error.kind, error.code.lower()),
        "detail": [_field(field) for field in fields] if fields else text,
        "status_code": refusal.status,
        "timestamp": refusal.at.isoformat(),
    }


def _field(field: dict[str, Any]) -> dict[str, Any]:
    return {"loc": field["field"].split("."), "msg": field["message"], "type": field["type"]}


FORM: Final = Form(BuildsProblem, _words)
