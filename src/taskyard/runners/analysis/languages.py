"""Which language a file is in, by its name, and where its UTF-8 copy goes."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from types import MappingProxyType

PYTHON = "Python"
SCRIPTS = frozenset({"JavaScript", "TypeScript"})

_BY_ENDING: Mapping[str, str] = MappingProxyType({
    ".py": "Python", ".pyi": "Python", ".pyx": "Cython", ".js": "JavaScript", ".mjs": "JavaScript",
    ".cjs": "JavaScript", ".jsx": "JavaScript", ".ts": "TypeScript", ".tsx": "TypeScript",
    ".mts": "TypeScript", ".cts": "TypeScript",
    ".go": "Go", ".rs": "Rust", ".java": "Java", ".kt": "Kotlin", ".swift": "Swift", ".c": "C",
    ".h": "C", ".cc": "C++", ".cpp": "C++", ".hpp": "C++", ".cs": "C#", ".rb": "Ruby",
    ".php": "PHP", ".scala": "Scala", ".lua": "Lua", ".r": "R", ".jl": "Julia", ".dart": "Dart",
    ".ex": "Elixir", ".exs": "Elixir", ".erl": "Erlang", ".hs": "Haskell", ".ml": "OCaml",
    ".pl": "Perl", ".sh": "Shell", ".bash": "Shell", ".ps1": "PowerShell", ".sql": "SQL",
    ".html": "HTML", ".htm": "HTML", ".css": "CSS", ".scss": "CSS", ".less": "CSS",
    ".vue": "Vue", ".svelte": "Svelte", ".tf": "Terraform",
})  # fmt: skip


def language_of(path: str) -> str | None:
    """Return the programming language of a file, None for text, data and pictures."""
    return _BY_ENDING.get(PurePosixPath(path).suffix.lower())


def copy_of(path: str) -> str:
    """Return where below the copies a file's copy stands.

    Each tool sees the tree of its own language, so that no settings, hooks or plug-ins of the
    project lie beside what it reads.
    """
    language = language_of(path)
    tree = "python" if language == PYTHON else "scripts" if language in SCRIPTS else "texts"
    return f"{tree}/{path}"
