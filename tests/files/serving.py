"""The API over real HTTP in a process of its own, and archives too large for memory."""

import io
import os
import secrets
import socket
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from taskyard.core.settings import Settings

MIB = 1024 * 1024
SERVER = """
import socket, sys
from taskyard.entry.server import serve
sys.exit(serve(socket.socket(fileno=int(sys.argv[1]))))
"""


@contextmanager
def server(settings: Settings) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run the API over HTTP; yield its address and process."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        environment = os.environ | {
            "TASKYARD_ENVIRONMENT": "test",
            "TASKYARD_DATA_DIR": str(settings.data_dir),
            "TASKYARD_DATABASE_URL": settings.database_url,
            "TASKYARD_REDIS_URL": settings.redis_url or "",
            "TASKYARD_SECRET_KEY": settings.secret_key.get_secret_value(),
            "TASKYARD_RATE_LIMITS": settings.rate_limits,
            "TASKYARD_LOG_LEVEL": "error",
        }
        child = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(listening.fileno())],
            pass_fds=[listening.fileno()],
            env=environment,
        )
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}", child
        finally:
            child.terminate()
            child.wait(timeout=20)


def noise(folder: Path, size_mib: int) -> Path:
    """Make a tar that no compression shrinks: files of 0.5 to 15 MiB."""
    path = folder / f"{size_mib}.tar"
    with tarfile.open(path, "w") as archive:
        left, number = size_mib * MIB, 0
        while left > 0:
            size = min(left, [MIB // 2, MIB, 3 * MIB, 15 * MIB][number % 4])
            entry = tarfile.TarInfo(f"noise/{number}.bin")
            entry.size = size
            archive.addfile(entry, io.BytesIO(secrets.token_bytes(size)))
            left, number = left - size, number + 1
    return path
