"""The page that documents an API, made from its OpenAPI document; it needs no script."""

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

_PAGE: Final = Path(__file__).parent / "page"
_ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(_PAGE),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_STYLE: Final = (_PAGE / "reference.css").read_text("utf-8")
_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_CSP: Final = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; frame-ancestors 'none'"
)
_CODE: Final = re.compile("`([^`]+)`")


class _Answer(NamedTuple):
    status: int
    shape: str
    #: What may be wrong; empty for a good answer.
    reasons: list[str]


class _Call(NamedTuple):
    """One operation, as the page shows it."""

    method: str
    path: str
    body: dict[str, Any]
    asks: str | None
    answers: list[_Answer]


def _coded(text: str) -> Markup:
    """Return text with what stands between backticks as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 — escaped


_ENVIRONMENT.filters["coded"] = _coded


def page(document: dict[str, Any]) -> HTMLResponse:
    """Return the page of a document."""
    calls = list(_calls(document))
    text = _ENVIRONMENT.get_template("reference.html.j2").render(
        document=document,
        style=_STYLE,
        server=document.get("servers", [{"url": ""}])[0]["url"],
        parts=[
            (tag, [c for c in calls if tag["name"] in c.body["tags"]]) for tag in document["tags"]
        ],
    )
    return HTMLResponse(text, headers={"Content-Security-Policy": _CSP})


def _calls(document: dict[str, Any]) -> Iterator[_Call]:
    shapes = _Shapes(document["components"]["schemas"])
    for path, item in document["paths"].items():
        for method, body in item.items():
            asked = body.get("requestBody", {}).get("content", {}).get("application/json")
            answers = [
                _answer(int(status), answer, shapes) for status, answer in body["responses"].items()
            ]
            asks = shapes.of(asked["schema"]) if asked else None
            yield _Call(method.upper(), path, body, asks, sorted(answers))


def _answer(status: int, answer: dict[str, Any], shapes: "_Shapes") -> _Answer:
    content = answer.get("content", {}).get("application/json")
    if content is None:  # a file, a stream, or nothing
        return _Answer(status, ", ".join(answer.get("content", ())) or "nothing", [])
    reasons = [example["summary"] for example in content.get("examples", {}).values()]
    return _Answer(status, shapes.of(content["schema"]), reasons)


class _Shapes:
    """Writes a JSON schema as people would sketch the body."""

    def __init__(self, known: dict[str, Any]) -> None:
        self._known = known

    def of(self, schema: dict[str, Any], indent: str = "") -> str:
        """Return the sketch of a body."""
        if "$ref" in schema:
            return self.of(self._known[schema["$ref"].rpartition("/")[2]], indent)
        if "anyOf" in schema:
            return " or ".join(self.of(one, indent) for one in schema["anyOf"])
        if "enum" in schema or "const" in schema:
            return " | ".join(f'"{one}"' for one in schema.get("enum", [schema.get("const")]))
        if schema.get("type") == "array":
            return f"[{self.of(schema.get('items', {}), indent)}, …]"
        if "properties" in schema:
            return self._object(schema, indent)
        kind = schema.get("type", "any value")
        return "{…}" if kind == "object" else str(schema.get("format", kind))

    def _object(self, schema: dict[str, Any], indent: str) -> str:
        deeper = indent + "  "
        needed = schema.get("required", ())
        lines = [
            f'{deeper}"{name}"{"" if name in needed else "?"}: {self.of(one, deeper)}'
            for name, one in schema["properties"].items()
        ]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
