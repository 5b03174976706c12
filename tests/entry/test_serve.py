"""`taskyard serve` by itself: several processes behind one socket."""

import os
import signal
from collections.abc import Callable

import httpx

from taskyard.core.settings import Settings
from taskyard.entry.up import listener
from tests.entry.conftest import Command, alive, eventually


def test_several_processes_share_a_port_and_end_with_their_parent(
    taskyard: Callable[..., Command], settings: Settings
) -> None:
    env = os.environ | {
        "TASKYARD_DATABASE_URL": settings.sync_dsn,
        "TASKYARD_REDIS_URL": settings.redis_url or "",
        "TASKYARD_SECRET_KEY": settings.secret_key.get_secret_value(),
        "TASKYARD_DATA_DIR": str(settings.data_dir),
    }
    with listener.bind("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    run = taskyard("serve", f"--port={port}", "--workers=2", env=env)
    url = f"http://127.0.0.1:{port}/api/v1/health"
    assert eventually(lambda: answered(url)), run.output
    assert eventually(lambda: run.output.count("Application startup complete") == 2), run.output
    left = run.tree()
    run.process.kill()
    assert eventually(lambda: not any(alive(process) for process in left), within=7)

    again = taskyard("serve", f"--port={port}", env=env)
    assert eventually(lambda: answered(url)), again.output
    again.process.send_signal(signal.SIGTERM)
    assert again.ended(10) in {0, -signal.SIGTERM}


def answered(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).status_code == 200
    except httpx.HTTPError:
        return False
