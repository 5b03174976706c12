"""Write openapi.json from the code, or with --check fail where it is stale."""

import json
import sys
import tempfile
from pathlib import Path

from pydantic import SecretStr

from taskyard.core.settings import Settings
from taskyard.entry.asgi import create_app

FILE = Path(__file__).parent.parent / "openapi.json"


def main() -> int:
    """Return the exit code."""
    with tempfile.TemporaryDirectory() as nowhere:
        settings = Settings(
            environment="test",
            data_dir=Path(nowhere),
            secret_key=SecretStr("only to render the document"),
        )
        text = json.dumps(create_app(settings).openapi(), indent=1, ensure_ascii=False) + "\n"
    if "--check" in sys.argv:
        if not FILE.is_file() or FILE.read_text("utf-8") != text:
            print("openapi.json is stale: run `make openapi` and commit it.")
            return 1
        return 0
    FILE.write_text(text, "utf-8")
    print(f"openapi.json: {len(json.loads(text)['paths'])} paths")
    return 0


if __name__ == "__main__":
    sys.exit(main())
