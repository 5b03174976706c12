"""How a project is laid out: where imports start, and which files its tests are to cover."""

import re
import tomllib
from collections.abc import Iterable
from email.parser import HeaderParser
from pathlib import Path, PurePosixPath

from taskyard.runners.analysis.survey import Survey

#: Python files beside a package that are no part of it.
_BESIDE = frozenset(
    {"setup", "conftest", "noxfile", "fabfile", "manage", "versioneer", "wsgi", "asgi"}
)
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.!+_-]{0,60}")
_MOST_METADATA_BYTES = 256 << 10


def import_roots(survey: Survey) -> tuple[str, ...]:
    """Return the folders that imports start from, the deepest first; "" is the source's top."""
    paths = {file.path for file in survey.python}
    inner = [f"{survey.wrapper}{name}/" for name in ("src", "lib")]
    roots = [
        root
        for root in inner
        if f"{root}__init__.py" not in paths and any(path.startswith(root) for path in paths)
    ]
    return (*roots, survey.wrapper)


def measured(survey: Survey, roots: Iterable[str]) -> tuple[str, ...]:
    """Return the files whose coverage counts: the project's packages, or its modules if none.

    Scripts, documentation and examples beside a package are not what its tests are about.
    """
    code = [file.path for file in survey.python if file.role == "code"]
    for root in roots:
        below = [path for path in code if path.startswith(root)]
        packages = {
            path.removesuffix("__init__.py")
            for path in below
            if path.endswith("/__init__.py") and path.removeprefix(root).count("/") == 1
        }
        modules = [path for path in below if "/" not in path.removeprefix(root)]
        modules = [path for path in modules if PurePosixPath(path).stem not in _BESIDE]
        found = [path for path in below if path.startswith(tuple(packages))]
        if found or modules:
            return tuple(path for path in (*found, *modules) if path.endswith(".py"))
    return tuple(path for path in code if path.endswith(".py"))


def folders_of(files: Iterable[str], roots: Iterable[str]) -> tuple[str, ...]:
    """Return the fewest folders below `roots` that hold `files`: packages, or a root itself."""
    folders = set()
    roots = tuple(roots)
    for file in files:
        root = next((one for one in roots if file.startswith(one)), "")
        package, slash, _ = file.removeprefix(root).partition("/")
        folders.add(f"{root}{package}/" if slash else root)
    return tuple(
        sorted(
            one
            for one in folders
            if not any(one != other and one.startswith(other) for other in folders)
        )
    )


def name_and_version(root: Path) -> tuple[str, str] | None:
    """Return what the project calls itself, from PKG-INFO or pyproject.toml.

    Many packages ask importlib.metadata for their own version when they are imported.
    """
    name = version = None
    if info := text(root / "PKG-INFO"):
        headers = HeaderParser().parsestr(info)
        name, version = headers.get("Name"), headers.get("Version")
    elif declared := text(root / "pyproject.toml"):
        try:
            project = tomllib.loads(declared).get("project", {})
            name, version = project.get("name"), project.get("version", "0")
        except (tomllib.TOMLDecodeError, RecursionError, AttributeError):
            return None
    if not isinstance(name, str) or not isinstance(version, str):
        return None
    if not _NAME.fullmatch(name) or not _VERSION.fullmatch(version):
        return None
    return name, version


def text(path: Path) -> str | None:
    """Return a small regular file's text, None where there is no such file."""
    if path.is_symlink() or not path.is_file() or path.stat().st_size > _MOST_METADATA_BYTES:
        return None
    return path.read_text(encoding="utf-8", errors="replace")
