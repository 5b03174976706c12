"""Which language a file is in, by its name."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from types import MappingProxyType

_BY_ENDING: Mapping[str, str] = MappingProxyType({
    ".py": "Python", ".pyi": "Python", ".pyx": "Cython", ".js": "JavaScript", ".mjs": "JavaScript",
    ".cjs": "JavaScript", ".jsx": "JavaScript", ".ts": "TypeScript", ".tsx": "TypeScript",
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
