"""Which names in an archive are safe, and which entries are left out."""

import re
import unicodedata
from collections.abc import Callable

from taskyard.files.archive.limits import ArchiveLimits
from taskyard.files.errors import ArchiveUnsafe

#: PATH_MAX of Linux: no file anybody packed has a longer path. Bringing one to NFC takes the square
#: of its length, without a chance to stop: half a million accents would take a core for minutes.
_LONGEST = 4096
_DRIVE = re.compile(r"^[A-Za-z]:")
#: Control characters, line and paragraph separators, and the marks that turn the direction of
#: text: a name holding one shows as another name ("Trojan Source", CVE-2021-42574).
_DECEPTIVE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_RULES: dict[str, tuple[Callable[[str], object], str]] = {
    "nul": (lambda name: "\0" in name, "its name holds a NUL byte"),
    "control_character": (
        _DECEPTIVE.search,
        "its name holds control characters; rename the file",
    ),
    "backslash": (
        lambda name: "\\" in name,
        "its name holds a backslash; pack it with a tool that writes '/'",
    ),
    "absolute": (
        lambda name: name.startswith("/"),
        "its path is absolute; pack the folder with relative paths",
    ),
    "drive": (
        _DRIVE.match,
        "its path starts with a drive letter; pack the folder with relative paths",
    ),
    "parent": (
        lambda name: ".." in name.split("/"),
        "its path leads out of the archive by '..'",
    ),
}

#: Folders that tools make and make again; a source without them is the same source.
_JUNK_FOLDERS = {
    "__MACOSX": "macOS metadata",
    ".git": "version control",
    ".hg": "version control",
    ".svn": "version control",
    "node_modules": "installed packages",
    ".venv": "virtual environment",
    ".tox": "virtual environment",
    ".nox": "virtual environment",
    "__pycache__": "compiled files",
    ".mypy_cache": "tool cache",
    ".pytest_cache": "tool cache",
    ".ruff_cache": "tool cache",
}
_JUNK_FILES = {".DS_Store": "macOS metadata", "Thumbs.db": "Windows metadata"}


def shown(name: str) -> str:
    """Return a name as it may stand in an error or a log: printable, and not too long."""
    text = "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in name[:201])
    return f"{text[:200]}…" if len(text) > 200 else text or "(an empty name)"


def safe_path(name: str) -> str:
    """Return `name` as a relative path of plain components joined by `/`, or refuse it.

    `.` and empty components are dropped and the text is brought to NFC, so that one tree packed
    by different tools has one set of names. Raises ArchiveUnsafe.
    """
    if len(name) > _LONGEST:
        raise ArchiveUnsafe(
            rule="path_length",
            entry=shown(name),
            reason=f"its path is longer than {_LONGEST:,} characters",
        )
    for rule, (is_broken, reason) in _RULES.items():
        if is_broken(name):
            raise ArchiveUnsafe(rule=rule, entry=shown(name), reason=reason)
    return "/".join(
        part for part in unicodedata.normalize("NFC", name).split("/") if part not in ("", ".")
    )


def check_lengths(path: str, limits: ArchiveLimits) -> None:
    """Raise ArchiveUnsafe for a path that is too deep or too long to be kept."""
    parts = path.split("/")
    if len(path.encode()) > limits.path_bytes:
        rule, reason = "path_length", f"its path is longer than {limits.path_bytes:,} bytes"
    elif len(parts) > limits.depth:
        rule, reason = "depth", f"it lies more than {limits.depth} folders deep"
    elif any(len(part.encode()) > limits.name_bytes for part in parts):
        rule, reason = "path_length", f"a part of its path is over {limits.name_bytes} bytes long"
    else:
        return
    raise ArchiveUnsafe(rule=rule, entry=shown(path), reason=reason)


def junk(path: str) -> tuple[str, str] | None:
    """Return (what is left out, why) for an entry that is no source, else None.

    For a folder the first element is the folder, so that its entries are told of once.
    """
    parts = path.split("/")
    for depth, part in enumerate(parts, start=1):
        if part in _JUNK_FOLDERS:
            return "/".join(parts[:depth]), _JUNK_FOLDERS[part]
    name = parts[-1]
    if name.startswith("._"):
        return path, "macOS metadata"
    if name.endswith((".pyc", ".pyo")):
        return path, "compiled files"
    return (path, _JUNK_FILES[name]) if name in _JUNK_FILES else None
