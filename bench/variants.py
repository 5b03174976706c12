"""What is compared: how each is started, and the load scripts that ask each the same."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from psycopg.conninfo import conninfo_to_dict

from bench import seed
from taskyard.core.settings import Settings

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parent
PEERS_PYTHON: Final = HERE / ".venv" / "bin"
WORKERS: Final = 2
POOL: Final = 10
Speech = Literal["ours", "peer"]


@dataclass(frozen=True)
class Variant:
    """A server to measure."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: Path
    health: str = "/health"
    speaks: Speech = "peer"


def variants(settings: Settings, env: Mapping[str, str]) -> dict[str, Variant]:
    """Return everything that can be measured; `{port}` is filled in when one is started."""
    at = conninfo_to_dict(settings.sync_dsn)
    shared = {
        "PATH": os.environ["PATH"],
        "BENCH_DSN": settings.sync_dsn,
        "BENCH_SECRET": seed.PEER_SECRET,
        "BENCH_POOL": str(POOL),
        "BENCH_WORKERS": str(WORKERS),
        "PORT": "{port}",
    }
    node = shared | {
        "NODE_ENV": "production",
        "BENCH_HOST": str(at["host"]),
        "BENCH_USER": str(at["user"]),
        "BENCH_PASSWORD": str(at["password"]),
        "BENCH_DATABASE": str(at["dbname"]),
    }
    peers = HERE / "peers"
    gunicorn = (str(PEERS_PYTHON / "gunicorn"), "-b", "127.0.0.1:{port}", "-w", str(WORKERS))
    threads = ("-k", "gthread", "--threads", "4", "--keep-alive", "30", "--log-level", "warning")
    path = {"PYTHONPATH": os.environ["PYTHONPATH"]} if "PYTHONPATH" in os.environ else {}
    serve = ("serve", "--workers", str(WORKERS), "--port", "{port}")
    ours = (str(ROOT / ".venv" / "bin" / "taskyard"), *serve)
    found = (
        Variant("limit", _uvicorn("limit_app:app"), shared, peers),
        Variant("ours", ours, {**shared, **path, **env}, ROOT, "/api/v1/health", "ours"),
        Variant("drf", (*gunicorn, *threads, "drf_app:application"), shared, peers),
        Variant("template", _uvicorn("template_app:app"), shared, peers),
        Variant("express", ("node", "express.js"), node, peers),
        Variant("fastify", ("node", "fastify.js"), node, peers),
    )
    return {variant.name: variant for variant in found}


def _uvicorn(app: str) -> tuple[str, ...]:
    options = (
        "--no-access-log",
        "--log-level",
        "warning",
        "--loop",
        "uvloop",
        "--http",
        "httptools",
    )
    where = ("--host", "127.0.0.1", "--port", "{port}", "--workers", str(WORKERS))
    return (str(PEERS_PYTHON / "uvicorn"), app, *where, *options)


#: Scenario -> speech -> how wrk asks. `P`, `T` and `W` make ids of projects and tasks, and words.
_LISTED: Final = 'get("/projects/" .. P() .. "/tasks?limit=50")'
_ONE: Final = 'get("/tasks/" .. T())'
ASKING: Final[dict[str, dict[Speech, str]]] = {
    "list": {"ours": 'get("/api/v1/projects/" .. P() .. "/tasks?page_size=50")', "peer": _LISTED},
    "one": {"ours": 'get(task("/api/v1/projects/", "/tasks/"))', "peer": _ONE},
    "create": {
        "ours": """post("/api/v1/projects/" .. P() .. "/tasks", '{"title":"A new task"}')""",
        "peer": """post("/tasks", '{"title":"A new task","project_id":"' .. P() .. '"}')""",
    },
    # What only ours has, against the limit's `list` or `one`.
    "board": {
        "ours": 'get("/api/v1/projects/" .. P() .. "/tasks?sort=position&status=open")',
        "peer": _LISTED,
    },
    "mine": {"ours": 'get("/api/v1/tasks?status=open&page_size=50")', "peer": _LISTED},
    "search": {"ours": 'get("/api/v1/search/tasks?q=" .. W() .. "%20" .. W())', "peer": _LISTED},
    "account": {"ours": 'get("/api/v1/auth/me")', "peer": _ONE},
    "projects": {"ours": 'get("/api/v1/projects?page_size=50")', "peer": _LISTED},
}
#: Scenarios that only we and the limit have.
OURS_ALONE: Final = frozenset({"board", "mine", "search", "account", "projects"})
_SCRIPT: Final = """
math.randomseed({seed})
local H = {{ ["Authorization"] = "Bearer {token}", ["Content-Type"] = "application/json" }}
local function P() return string.format("{project}", math.random(0, {projects} - 1)) end
local function T() return string.format("{task}", math.random(0, {tasks} - 1)) end
local function task(path, below)
  local i = math.random(0, {tasks} - 1)
  return path .. string.format("{project}", i % {projects}) .. below .. string.format("{task}", i)
end
local words = {{ {words} }}
local function W() return words[math.random(#words)] end
local function get(path) return wrk.format("GET", path, H) end
local function post(path, body) return wrk.format("POST", path, H, body) end
function request() return {asking} end
"""


def script(scenario: str, speaks: Speech, token: str, number: int) -> str:
    """Return the load script of a scenario."""
    return _SCRIPT.format(
        seed=number,
        token=token,
        project=seed.PROJECT_IDS,
        task=seed.TASK_IDS,
        projects=seed.PROJECTS,
        tasks=seed.TASKS,
        words=", ".join(f'"{word}"' for word in seed.WORDS.split()),
        asking=ASKING[scenario][speaks],
    )
