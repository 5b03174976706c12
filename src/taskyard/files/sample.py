"""The sample source that comes with the platform: a small program with a few real faults."""

from pathlib import Path

import taskyard
from taskyard.files.archive.names import junk

NAME = "bookshop"
_FOLDER = Path(taskyard.__file__).parent / "samples" / NAME


def sample_files() -> dict[str, bytes]:
    """Return the sample's files by path, for `service.take_files`."""
    paths = {path.relative_to(_FOLDER).as_posix(): path for path in _FOLDER.rglob("*")}
    return {
        name: path.read_bytes()
        for name, path in sorted(paths.items())
        if path.is_file() and not junk(name)
    }
