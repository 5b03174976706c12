"""docs/limits.md says what the code does.

Run as a program, this file writes the page's tables anew.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from fastapi import FastAPI

from taskyard.api import v1
from taskyard.core.limits import RATES
from taskyard.core.strict import BUCKET, IDEMPOTENT, StrictRoute

PAGE = Path(__file__).parents[2] / "docs" / "limits.md"
BLOCK = r"(<!-- {}:.*?-->\n)(.*?)(<!-- /{} -->)"
WRITES = {"POST", "PUT", "PATCH"}
_UNITS = {60: "minute", 900: "15 minutes", 3600: "hour"}


def rates() -> str:
    rows = [
        "| rate | for | free / pro / premium | per |  | routes |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, rate in RATES.items():
        numbers = sorted({rate.free, rate.pro, rate.premium})
        many = f"{rate.free} / {rate.pro} / {rate.premium}" if len(numbers) > 1 else numbers[0]
        routes = ", ".join(f"`{path}`" for path in _with_rate(name))
        rows.append(
            f"| `{name}` | {rate.what} | {many} per {_UNITS[rate.window]} | {rate.per} |"
            f" {'kept' if rate.vital else ''} | {routes} |"
        )
    return "\n".join(rows) + "\n"


def repeats() -> str:
    return "".join(
        f"- `{method} {route.path}`\n" for method, route in _writes() if _repeatable(route)
    )


def _routes() -> Iterator[StrictRoute]:
    found = [r for router in v1.ROUTERS for r in router.routes if isinstance(r, StrictRoute)]
    assert len(found) > 40, "a walk that finds nothing would prove nothing"
    yield from found


def _declared(route: StrictRoute, name: str) -> object:
    assert route.openapi_extra is not None
    return route.openapi_extra[name]


def _repeatable(route: StrictRoute) -> bool:
    return bool(_declared(route, IDEMPOTENT))


def _with_rate(name: str) -> list[str]:
    general = {"user", "session", "ip", "ip_invalid"}
    if name in general:
        return []
    found = [
        f"{method} {route.path.removeprefix('/api/v1')}"
        for route in _routes()
        for method in route.methods or ()
        if _declared(route, BUCKET) == name
    ]
    return found + ([_SOCKET] if name == "ws" else []) + _BESIDE.get(name, [])


#: Rates that a handler counts, and the socket, which declares its own when it is opened.
_SOCKET = "WS /ws"
_OPENING = ["POST /files/shared/open", "POST /analyses/shared/open"]
_BESIDE = {
    "login_email": ["POST /auth/login"],
    "login_browser": ["POST /auth/login"],
    "share_password": _OPENING,
    "share_password_link": _OPENING,
    "analysis_create": ["POST /jobs", "POST /projects/{project_id}/jobs"],
}


def _writes() -> list[tuple[str, StrictRoute]]:
    pairs = [(m, route) for route in _routes() for m in route.methods or () if m in WRITES]
    return sorted(pairs, key=lambda pair: (pair[1].path, pair[0]))


def _block(name: str) -> str:
    found = re.search(BLOCK.format(name, name), PAGE.read_text(), re.DOTALL)
    assert found
    return found[2]


def test_every_rate_is_in_the_table() -> None:
    assert _block("rates") == rates(), f"Run: python {Path(__file__).relative_to(Path.cwd())}"


def test_every_route_that_does_its_work_once_is_in_the_list() -> None:
    assert _block("repeats") == repeats(), f"Run: python {Path(__file__).relative_to(Path.cwd())}"


def test_whatever_makes_or_changes_does_its_work_once_or_says_why_not() -> None:
    page = PAGE.read_text()
    reasons = set(re.findall(r"^\| `(\w+ /[^`]*)` \| ", page, re.MULTILINE))
    without = {
        f"{method} {route.path}"
        for method, route in _writes()
        if not _repeatable(route) and not route.path.startswith("/api/v1/auth/")
    }
    assert without == reasons
    assert all(not _repeatable(route) for _, route in _writes() if "/auth/" in route.path)


def test_every_route_is_counted_but_health(app: FastAPI) -> None:
    for route in _routes():
        uncounted = _declared(route, BUCKET) == "none"
        assert uncounted is route.path.startswith("/api/v1/health")
    assert app.router.default.__qualname__ == "IndexedRouter.not_found", "404 is counted too"


def _write(name: str, block: str) -> None:
    pattern = re.compile(BLOCK.format(name, name), re.DOTALL)
    PAGE.write_text(pattern.sub(lambda found: found[1] + block + found[3], PAGE.read_text()))


if __name__ == "__main__":
    _write("rates", rates())
    _write("repeats", repeats())
