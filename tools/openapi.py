"""Write what is published from the code, or with --check fail where it is stale.

openapi.json      the API's document, from which clients are generated
docs/errors.md    every refusal with its code, status and sentence
"""

import importlib
import json
import pkgutil
import sys
import tempfile
from pathlib import Path

from pydantic import SecretStr

import taskyard
from taskyard.core.problems import STATUS
from taskyard.core.settings import Settings
from taskyard.entry.asgi import create_app
from taskyard.kit.errors import catalogue

ROOT = Path(__file__).parent.parent

_ERRORS_HEAD = """\
# Errors

Every refusal has this shape; decide by `code`, show `message`:

```json
{"error": {"code": "PROJECT_NOT_FOUND", "message": "…", "details": {"request_id": "…"}}}
```

Send `Accept: application/problem+json` to get RFC 9457 members beside it. This page is written
from the code by `make openapi`.

| code | status | message |
| --- | --- | --- |
"""


def document() -> str:
    """Return the OpenAPI document."""
    with tempfile.TemporaryDirectory() as nowhere:
        settings = Settings(
            environment="test",
            data_dir=Path(nowhere),
            secret_key=SecretStr("only to render the document"),
        )
        schema = create_app(settings).openapi()
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def errors() -> str:
    """Return the page of every refusal."""
    for module in pkgutil.walk_packages(taskyard.__path__, "taskyard."):
        if module.name.endswith("errors"):
            importlib.import_module(module.name)
    rows = (
        f"| `{error.code}` | {STATUS[error.kind]} | {error.template()} |\n"
        for error in catalogue()
        if error.__module__.startswith("taskyard.")
    )
    return _ERRORS_HEAD + "".join(rows)


def main() -> int:
    """Return the exit code."""
    wanted = {ROOT / "openapi.json": document(), ROOT / "docs" / "errors.md": errors()}
    stale = [f for f, text in wanted.items() if not f.is_file() or f.read_text("utf-8") != text]
    if "--check" in sys.argv:
        for file in stale:
            print(f"{file.relative_to(ROOT)} is stale: run `make openapi` and commit it.")
        return 1 if stale else 0
    for file in stale:
        file.write_text(wanted[file], "utf-8")
        print(f"wrote {file.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
