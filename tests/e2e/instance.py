"""A whole Taskyard for the browser: `taskyard up`, as a person starts it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

START_WITHIN_S = 90
STOP_WITHIN_S = 30


class Instance:
    """One `taskyard up` on a free port, with a data directory of its own."""

    def __init__(self, data_dir: Path, **settings: str) -> None:
        self._log = data_dir.with_suffix(".log")
        # The browser tests sign in more often than a person does, and bcrypt means to take long.
        environment = {
            **os.environ,
            "TASKYARD_PASSWORD_HASHER": "argon2id",
            "TASKYARD_RATE_LIMITS": "off",
            "TASKYARD_DEFAULT_TIER": "premium",
            **settings,
        }
        command = (
            "-m",
            "taskyard.entry.cli",
            "up",
            "--port=0",
            f"--data-dir={data_dir}",
        )
        with self._log.open("wb") as stream:
            self._process = subprocess.Popen(
                (sys.executable, *command),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                env=environment,
                start_new_session=True,
            )
        self.url = self._said(r"Taskyard is ready at (http://\S+)")
        self.setup_path = self._said(r"first admin, once: http://[^/]+(/app/setup\?token=\S+)")

    def _said(self, pattern: str) -> str:
        deadline = time.monotonic() + START_WITHIN_S
        while time.monotonic() < deadline:
            found = re.search(pattern, self._log.read_text())
            if found:
                return found[1]
            if self._process.poll() is not None:
                break
            time.sleep(0.05)
        text = self._log.read_text()
        self.stop()
        raise AssertionError(f"taskyard up did not say {pattern!r}. It said:\n{text}")

    def stop(self) -> None:
        """End it as Ctrl-C does."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(STOP_WITHIN_S)
