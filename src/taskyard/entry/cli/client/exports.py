"""The report as files: which, where to, and written whole or not at all."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from taskyard.entry.cli.client.answers import Analysis
from taskyard.entry.cli.client.api import Api
from taskyard.entry.cli.client.exits import ClientError, Exit

_STDOUT = "-"


@dataclass(frozen=True)
class Export:
    """One file to write."""

    format: str
    target: str

    @property
    def to_stdout(self) -> bool:
        """Whether it goes to standard output."""
        return self.target == _STDOUT


def chosen(**targets: str | None) -> list[Export]:
    """Return what was asked for, by format, after a look at where it would go.

    Raises ClientError: better now than after minutes of work.
    """
    exports = [Export(name, target) for name, target in targets.items() if target is not None]
    if sum(export.to_stdout for export in exports) > 1:
        raise ClientError("Only one report fits on standard output.", Exit.USAGE)
    files = [export for export in exports if not export.to_stdout]
    if len({os.path.realpath(export.target) for export in files}) < len(files):
        raise ClientError("Two reports would be written to one file.", Exit.USAGE)
    for export in files:
        _check(export)
    return exports


def _check(export: Export) -> None:
    target = Path(export.target)
    reason = None
    if not export.target or target.is_dir():
        reason = "it is a folder, not a file"
    elif not target.parent.is_dir():
        reason = f"there is no folder {target.parent}"
    elif not os.access(target if target.exists() else target.parent, os.W_OK):
        reason = "it is not writable"
    if reason:
        message = f"--{export.format} {export.target} cannot be written: {reason}."
        raise ClientError(message, Exit.USAGE)


def write(api: Api, analysis: Analysis, export: Export) -> None:
    """Fetch one report and write it. Raises ClientError and OSError."""
    path = f"/projects/{analysis.project_id}/analyses/{analysis.id}/export/{export.format}"

    def fill(out: Callable[[bytes], object]) -> None:
        api.download(path, out)

    if export.to_stdout:
        fill(sys.stdout.buffer.write)
        sys.stdout.buffer.flush()
        return
    target = Path(os.path.realpath(export.target))
    if target.exists() and not target.is_file():
        # A pipe or a device is written to, never replaced.
        with target.open("wb") as stream:
            fill(stream.write)
        return
    part = target.with_name(f".{target.name}.part-{os.getpid()}")
    try:
        with part.open("wb") as stream:
            fill(stream.write)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
