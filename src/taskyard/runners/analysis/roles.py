"""Telling tests from code, and code from what tools made of it, by the customs of each language."""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Literal

from taskyard.runners.analysis.languages import PYTHON, SCRIPTS, language_of

Role = Literal["code", "test"]

_SCRIPT_TEST_FOLDERS = frozenset({
    "__tests__", "__mocks__", "__fixtures__", "test", "tests", "spec", "specs", "e2e", "cypress",
})  # fmt: skip
_SCRIPT_TEST = re.compile(r"(?:.*[._-])?(?:tests?|specs?|e2e|cy)\.[cm]?[jt]sx?", re.IGNORECASE)

#: Folders that bundlers and frameworks write.
_MADE = frozenset({
    "dist", ".next", ".nuxt", ".output", ".svelte-kit", ".angular", ".turbo", ".parcel-cache",
    ".vite", ".yarn", "storybook-static", "lcov-report",
})  # fmt: skip
_SOMEBODY_ELSES = frozenset({"vendor", "vendors", "third_party", "third-party", "jspm_packages"})
_MADE_NAME = re.compile(r".*[.-](?:min|bundle)\.[cm]?js|\.pnp\.[a-z.]*[cm]?js", re.IGNORECASE)
_SAYS_SO = re.compile(
    r"@generated\b|\b(?:file|code)\b.{0,40}\bgenerated\b|\bgenerated (?:file|code)\b"
    r"|\bdo not edit\b|webpackBootstrap",
    re.IGNORECASE,
)
_FLOW = re.compile(r"@flow\b")
_HEAD = 600
_MINIFIED_BYTES, _MINIFIED_LINE = 10_000, 200


def role_of(path: str) -> Role:
    """Tell whether a file is a test, by its path below the source's own folder."""
    *folders, name = PurePosixPath(path).parts
    language = language_of(path)
    if language == PYTHON:
        return _python_role(folders, name)
    if _SCRIPT_TEST_FOLDERS.intersection(folders):
        return "test"
    return "test" if language in SCRIPTS and _SCRIPT_TEST.fullmatch(name) else "code"


def _python_role(folders: Iterable[str], name: str) -> Role:
    """Go by pytest and unittest. A folder `test` counts only at the top: `django.test` is code."""
    folders = list(folders)
    if "tests" in folders or folders[:1] == ["test"]:
        return "test"
    stem = name.removesuffix("i").removesuffix(".py")
    if stem == "conftest" or stem.startswith("test_") or stem.endswith("_test") or stem == "tests":
        return "test"
    return "code"


def not_written_here(path: str) -> tuple[str, str] | None:
    """Return what makes a script nobody's to put right (its folder, or itself) and why.

    None where it is somebody's. Published packages carry their bundles along, and pages their
    libraries.
    """
    *folders, name = PurePosixPath(path).parts
    for depth, folder in enumerate(folders, 1):
        if folder in _MADE:
            return "/".join(folders[:depth]), "scripts in there are made by a tool"
        if folder in _SOMEBODY_ELSES:
            return "/".join(folders[:depth]), "scripts in there are somebody else's, kept here"
    return (path, "made by a tool") if _MADE_NAME.fullmatch(name) else None


def not_written_so(text: str) -> str | None:
    """Return why a script is nobody's to put right, by its text; None where it is."""
    if _SAYS_SO.search(text, 0, _HEAD):
        return "made by a tool"
    if len(text) > _MINIFIED_BYTES and len(text) > _MINIFIED_LINE * (text.count("\n") + 1):
        return "minified"
    if _FLOW.search(text, 0, _HEAD):
        return "its types are Flow's, which no tool here reads"
    return None
