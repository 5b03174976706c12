"""Which files a source has, which of them are looked at, and why not the others.

Runs in our own process, so it does nothing with a file but read at most a mebibyte of it.
"""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from pydantic import Field

from taskyard.runners.analysis import roles, searched
from taskyard.runners.analysis.decoding import NotText, decode, decode_other
from taskyard.runners.analysis.finding import Value
from taskyard.runners.analysis.languages import PYTHON, SCRIPTS, copy_of, language_of
from taskyard.runners.analysis.roles import Role
from taskyard.runners.analysis.searched import How

MAX_BYTES = 1 << 20
MAX_LINES = 20_000
MAX_LINE = 10_000
#: Made by tools or installed for them; never what people want judged.
_NOT_OURS = frozenset({
    ".git", ".hg", ".svn", ".tox", ".nox", ".eggs", "__pycache__", "node_modules", "site-packages",
    "bower_components", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".venv", "__pypackages__",
})  # fmt: skip
_VIRTUAL_ENVIRONMENT = "pyvenv.cfg"


class Skipped(Value):
    """A file or folder that was left out, wholly or by one tool."""

    file: str
    reason: str
    by: str = Field("analysis", description="Which tool left it out; `analysis` for all of them.")
    expected: bool = Field(
        False, description="Left out by rule, as installed packages are: the report is whole."
    )


class SourceFile(Value):
    """A file of code that could be read."""

    path: str
    role: Role
    lines: int


class Undecodable(Value):
    """A Python file that is no text of a known encoding."""

    path: str
    role: Role
    reason: str
    line: int


class Text(Value):
    """Any other file that may hold a secret."""

    path: str
    how: How


class Language(Value):
    """How much of a language there is."""

    name: str
    files: int
    lines: int
    share_percent: float


class Survey(Value):
    """A source, file by file."""

    files: int
    python: tuple[SourceFile, ...]
    #: JavaScript and TypeScript.
    scripts: tuple[SourceFile, ...] = ()
    texts: tuple[Text, ...] = ()
    undecodable: tuple[Undecodable, ...] = ()
    languages: tuple[Language, ...]
    skipped: tuple[Skipped, ...]
    #: A folder that holds all else, as archives often have; empty or ending with a slash.
    wrapper: str
    top_folders: tuple[str, ...]


class Surveyor:
    """Walks a source once."""

    def __init__(self, root: Path, copies: Path, only: tuple[str, ...] = ()) -> None:
        self._root, self._copies, self._only = root, copies, only
        self._python: list[SourceFile] = []
        self._scripts: list[SourceFile] = []
        self._texts: list[Text] = []
        self._undecodable: list[Undecodable] = []
        self._skipped: list[Skipped] = []
        self._sizes: dict[str, tuple[int, int]] = {}
        self._named: set[str] = set()

    def survey(self) -> Survey:
        """Read every file and write UTF-8 copies to `copies`, a tree for each group of tools.

        Blocks; run it in a thread.
        """
        wrapper = _wrapper(self._root)
        count = 0
        for path, entry in self._walk(self._root, PurePosixPath()):
            count += 1
            self._look_at(path, entry, roles.role_of(path.removeprefix(wrapper)))
        python, scripts = self._python, self._scripts
        if not any(file.role == "code" for file in (*python, *scripts)):
            python, scripts = _all_code(python), _all_code(scripts)
        return Survey(
            files=count,
            python=tuple(python),
            scripts=tuple(scripts),
            texts=tuple(self._texts),
            undecodable=tuple(self._undecodable),
            languages=tuple(self._languages()),
            skipped=tuple(self._skipped),
            wrapper=wrapper,
            top_folders=tuple(_folders(self._root / wrapper)),
        )

    def _walk(self, folder: Path, at: PurePosixPath) -> Iterator[tuple[str, os.DirEntry[str]]]:
        for entry in sorted(os.scandir(folder), key=lambda one: one.name):
            path = at / entry.name
            if not _printable(entry.name):
                self._skip(path, "its name cannot be written as text")
            elif entry.is_dir(follow_symlinks=False):
                if entry.name in _NOT_OURS or Path(entry, _VIRTUAL_ENVIRONMENT).is_file():
                    self._skip(path, "made or installed by a tool", expected=True)
                else:
                    yield from self._walk(Path(entry), path)
            elif entry.is_file(follow_symlinks=False):
                if not self._only or str(path).startswith(self._only):
                    yield str(path), entry
            else:
                self._skip(path, "no regular file")

    def _look_at(self, path: str, entry: os.DirEntry[str], role: Role) -> None:
        size = entry.stat(follow_symlinks=False).st_size
        language = language_of(path)
        if language == PYTHON or language in SCRIPTS:
            self._look_at_code(path, size, language, role)
        elif language is not None or searched.how_to_search(path) is not None:
            self._look_at_text(path, size, language, role)

    def _look_at_code(self, path: str, size: int, language: str, role: Role) -> None:
        if language in SCRIPTS and (found := roles.not_written_here(path)):
            name, reason = found
            if name not in self._named:
                self._named.add(name)
                self._skip(name, reason, expected=True)
        elif size > MAX_BYTES:
            self._skip(path, f"larger than {MAX_BYTES >> 20} MiB")
        elif (content := _read(self._root / path)) is None:
            self._skip(path, "could not be read")
        else:
            self._count(language, content)
            try:
                text = decode(content) if language == PYTHON else decode_other(content)
            except NotText as problem:
                self._not_text(path, language, role, problem)
            else:
                self._take(path, language, text, role)

    def _not_text(self, path: str, language: str, role: Role, problem: NotText) -> None:
        if language == PYTHON:
            broken = Undecodable(path=path, role=role, reason=problem.reason, line=problem.line)
            self._undecodable.append(broken)
        else:
            self._skip(path, problem.reason)

    def _take(self, path: str, language: str, text: str, role: Role) -> None:
        if language in SCRIPTS and (reason := roles.not_written_so(text)):
            self._skip(path, reason, expected=True)
        elif reason := _too_much(text):
            self._skip(path, reason)
        else:
            write_copy(self._copies / copy_of(path), text)
            file = SourceFile(path=path, role=role, lines=text.count("\n") + 1)
            (self._python if language == PYTHON else self._scripts).append(file)

    def _look_at_text(self, path: str, size: int, language: str | None, role: Role) -> None:
        """Count a file of another language, and take it if it is searched for secrets."""
        content = _read(self._root / path) if size <= MAX_BYTES else None
        if language is not None and content is not None:
            self._count(language, content)
        how = searched.how_to_search(path)
        if how is None:
            return
        if content is None or size > searched.MAX_BYTES:
            reason = f"larger than {searched.MAX_BYTES >> 10} KiB"
        elif len(self._texts) >= searched.MOST_FILES:
            reason = f"there are {searched.MOST_FILES:,} such files before it"
        else:
            try:
                text = decode_other(content)
            except NotText:
                return
            reason = _too_much(text) or ""
            if not reason:
                write_copy(self._copies / copy_of(path), text)
                self._texts.append(Text(path=path, how="tokens" if role == "test" else how))
                return
        self._skip(path, f"{reason}: not searched for secrets", expected=True)

    def _count(self, language: str, content: bytes) -> None:
        lines = content.count(b"\n") + (not content.endswith(b"\n") and bool(content))
        files, total = self._sizes.get(language, (0, 0))
        self._sizes[language] = files + 1, total + lines

    def _skip(self, path: PurePosixPath | str, reason: str, *, expected: bool = False) -> None:
        name = str(path).encode(errors="replace").decode()
        self._skipped.append(Skipped(file=name, reason=reason, expected=expected))

    def _languages(self) -> Iterator[Language]:
        total = sum(lines for _, lines in self._sizes.values()) or 1
        for name, (files, lines) in sorted(self._sizes.items(), key=lambda item: -item[1][1]):
            share = round(100 * lines / total, 1)
            yield Language(name=name, files=files, lines=lines, share_percent=share)


def _too_much(text: str) -> str | None:
    lines = text.split("\n")
    if len(lines) > MAX_LINES:
        return f"more than {MAX_LINES:,} lines"
    if max(map(len, lines)) > MAX_LINE:
        return f"a line of more than {MAX_LINE:,} characters"
    return None


def _all_code(files: Iterable[SourceFile]) -> list[SourceFile]:
    return [file.model_copy(update={"role": "code"}) for file in files]


def write_copy(target: Path, text: str) -> None:
    """Write a file that the sandbox's user can read, and make its folders so."""
    make_folder(target.parent)
    target.unlink(missing_ok=True)
    target.write_text(text, encoding="utf-8", errors="replace", newline="")
    target.chmod(0o644)


def share_copy(source: Path, target: Path) -> None:
    """Show a copy at a second place."""
    make_folder(target.parent)
    target.hardlink_to(source)


def make_folder(folder: Path) -> None:
    """Make a folder and its parents, open to the sandbox's user whatever our umask is."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(exist_ok=True)
        one.chmod(0o755)


def _read(path: Path) -> bytes | None:
    """Read a regular file; what became a link since the look at it is not followed."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(fd, "rb") as file:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            return None
        return file.read(MAX_BYTES + 1)[:MAX_BYTES]


def _printable(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return name.isprintable()


def _folders(folder: Path) -> list[str]:
    return sorted(one.name for one in os.scandir(folder) if one.is_dir(follow_symlinks=False))


def _wrapper(root: Path) -> str:
    entries = list(os.scandir(root))
    if len(entries) == 1 and entries[0].is_dir(follow_symlinks=False):
        inside = {one.name for one in os.scandir(entries[0])}
        # A package alone is no wrapper: its folder is part of its modules' names.
        if "__init__.py" not in inside:
            return f"{entries[0].name}/"
    return ""
