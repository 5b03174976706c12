"""Which commit is meant, and how its server speaks (gitprotocol-http, gitprotocol-v2)."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import urljoin

from pydantic import BaseModel

from taskyard import __version__
from taskyard.core.outgoing.address import Address
from taskyard.core.outgoing.http import Answer, Outgoing, Patience
from taskyard.files.archive.limits import MIB
from taskyard.runners.source.errors import (
    NoRepository,
    RefNotFound,
    RepositoryBusy,
    RepositoryEmpty,
    RepositoryNotFound,
)
from taskyard.runners.source.git.packets import DELIMITER, FLUSH, Mark, Packets, packet

ObjectFormat = Literal["sha1", "sha256"]

#: What every request says. Servers tell Git from browsers by the first word of the agent.
HEADERS: Final = {"User-Agent": f"git/taskyard-{__version__}", "Git-Protocol": "version=2"}
#: Servers of the old protocol name all branches and tags: half a million of them fit in here.
_REFS_BYTES: Final = 32 * MIB
_PATIENCE: Final = Patience(total_bytes=_REFS_BYTES)
_SERVICE: Final = "git-upload-pack"
_REDIRECTS: Final = {301, 302, 303, 307, 308}
_REDIRECTS_MAX: Final = 3
_COMMIT: Final = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_ANY_COMMIT: Final = ("allow-any-sha1-in-want", "allow-reachable-sha1-in-want")
#: What is heeded of what a server of the newer protocol says that it can do, line by line.
_HEEDED: Final = {"fetch", "object-format"}


class Found(BaseModel):
    """A commit (or a tag of one) that can be fetched, and what has to be known for that."""

    #: The repository's address, after redirects.
    url: str
    version: Literal[0, 2]
    object_format: ObjectFormat
    #: What to ask for.
    want: str
    #: The branch or tag; None where a commit was named.
    ref: str | None
    can_shallow: bool
    can_filter: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asked for: names in the order they are looked for, or a commit."""

    names: tuple[str, ...] = ()
    commit: str | None = None

    @classmethod
    def of(cls, ref: str | None) -> "Wanted":
        """Return what a ref may mean: a branch before a tag, as `git clone --branch` has it."""
        if ref is None:
            return cls(("HEAD",))
        if _COMMIT.fullmatch(ref):
            return cls(commit=ref)
        if ref.startswith("refs/"):
            return cls((ref,))
        return cls((f"refs/heads/{ref}", f"refs/tags/{ref}"))


@dataclass(slots=True)
class _Said:
    """What a server says of itself and, in the old protocol, at once of its branches and tags."""

    address: Address
    version: Literal[0, 2] = 0
    #: Value by name; an empty value where there is none.
    able: dict[str, str] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    #: The name that HEAD stands for.
    head: str | None = None
    names_commit: bool = False

    @property
    def object_format(self) -> ObjectFormat:
        return "sha256" if self.able.get("object-format") == "sha256" else "sha1"


async def find(outgoing: Outgoing, address: Address, ref: str | None) -> Found:
    """Ask a repository for a branch, tag or commit; for its default branch where none is named.

    Raises the refusals of this room and of `core.outgoing`.
    """
    wanted = Wanted.of(ref)
    said = await _discover(outgoing, address, wanted)
    # Who has no branch at all says nothing of itself either.
    if said.version == 0 and said.able and "side-band-64k" not in said.able:
        raise NoRepository(url=str(address), reason="its protocol is from before 2007")
    if said.version == 2 and wanted.names:
        await _list(outgoing, said, wanted)
    name = next((name for name in wanted.names if name in said.refs), None)
    want = wanted.commit if name is None else said.refs[name]
    if want is None:
        if ref is None:
            raise RepositoryEmpty(reason="the repository has no commit on its default branch")
        raise RefNotFound(ref=ref)
    if wanted.commit and said.version == 0 and not _gives_commits(said):
        raise RefNotFound(ref=ref)
    services = said.able.get("fetch", "").split() if said.version == 2 else said.able
    return Found(
        url=str(said.address),
        version=said.version,
        object_format=said.object_format,
        want=want,
        ref=_shown(said.head if name == "HEAD" else name),
        can_shallow="shallow" in services,
        # Servers that know filters know the newer protocol, but for those that get them wrong.
        can_filter=said.version == 2 and "filter" in services,
    )


def _gives_commits(said: _Said) -> bool:
    return said.names_commit or any(name in said.able for name in _ANY_COMMIT)


def _shown(name: str | None) -> str | None:
    return name and name.removeprefix("refs/heads/").removeprefix("refs/tags/")


async def _discover(outgoing: Outgoing, address: Address, wanted: Wanted) -> _Said:
    """Return what the server says, following where the repository has moved to."""
    for _ in range(_REDIRECTS_MAX + 1):
        target = Address.parse(f"{str(address).rstrip('/')}/info/refs?service={_SERVICE}")
        async with outgoing.ask("GET", target, patience=_PATIENCE, headers=HEADERS) as answer:
            if answer.status in _REDIRECTS:
                address = _moved(target, answer)
                continue
            check(answer, address, f"application/x-{_SERVICE}-advertisement")
            return await _read(Packets(answer.chunks), _Said(address), wanted)
    raise NoRepository(url=str(address), reason="it leads from one address to the next")


def _moved(target: Address, answer: Answer) -> Address:
    """Return the repository's new address. Where that leads is judged like any other."""
    try:
        goal = Address.parse(urljoin(str(target), answer.headers.get("location", "")))
    except ValueError:
        reason = "it leads to an address that cannot be read"
        raise NoRepository(url=str(target), reason=reason) from None
    suffix = f"/info/refs?service={_SERVICE}"
    base = Address.parse(str(goal).removesuffix(suffix))
    if base == goal or "?" in base.target:
        raise NoRepository(url=str(target), reason="it leads to a page, such as one to sign in at")
    return base


def check(answer: Answer, address: Address, media_type: str) -> None:
    """Raise the refusal that fits an answer which is not the one hoped for."""
    if answer.status in {401, 403, 404, 410}:
        raise RepositoryNotFound(url=str(address))
    if answer.status == 429 or answer.status >= 500:
        raise RepositoryBusy(status=answer.status)
    given = answer.headers.get("content-type", "").partition(";")[0].strip()
    if answer.status != 200:
        raise NoRepository(url=str(address), reason=f"its status is {answer.status}")
    if given != media_type or answer.headers.get("content-encoding", "identity") != "identity":
        raise NoRepository(url=str(address), reason=f"it sends {given[:100] or 'nothing we know'}")


async def _read(packets: Packets, said: _Said, wanted: Wanted) -> _Said:
    line = await packets.line()
    if isinstance(line, str) and line.startswith("# service="):
        await packets.next()
        line = await packets.line()
    if line == "version 2":
        said.version = 2
        async for line in _lines(packets):
            name, _, value = line.partition("=")
            if name in _HEEDED:
                said.able[name] = value
        return said
    if isinstance(line, Mark):
        return said
    first, _, able = line.partition("\0")
    for word in able.split():
        name, _, value = word.partition("=")
        if (name, value[:5]) == ("symref", "HEAD:"):
            said.head = value[5:]
        said.able[name] = value
    _note(said, first, wanted)
    async for line in _lines(packets):
        _note(said, line, wanted)
    return said


async def _lines(packets: Packets) -> AsyncIterator[str]:
    while isinstance(line := await packets.line(), str):
        yield line


def _note(said: _Said, line: str, wanted: Wanted) -> None:
    """Keep a line `<id> <name>` where it is one of those asked for."""
    oid, _, name = line.partition(" ")
    if not _COMMIT.fullmatch(oid):
        return
    said.names_commit = said.names_commit or oid == wanted.commit
    if name in wanted.names:
        said.refs[name] = oid


async def _list(outgoing: Outgoing, said: _Said, wanted: Wanted) -> None:
    """Ask a server of the newer protocol for what is wanted alone."""
    content = b"".join(
        [
            *command("ls-refs", said.object_format),
            packet("symrefs"),
            *(packet(f"ref-prefix {name}") for name in wanted.names),
            FLUSH,
        ]
    )
    async with ask(outgoing, said.address, content, _PATIENCE) as answer:
        async for line in _lines(Packets(answer.chunks)):
            words = line.split(" ")
            _note(said, " ".join(words[:2]), wanted)
            targets = [word for word in words[2:] if word.startswith("symref-target:")]
            if words[1:2] == ["HEAD"] and targets:
                said.head = targets[0].removeprefix("symref-target:")


def command(name: str, object_format: ObjectFormat) -> tuple[bytes, ...]:
    """Return how a request of the newer protocol begins."""
    # Servers from before 2020 refuse what they do not know, the name of the usual format too.
    other = [packet(f"object-format={object_format}")] if object_format != "sha1" else []
    return packet(f"command={name}"), *other, DELIMITER


@asynccontextmanager
async def ask(
    outgoing: Outgoing, address: Address, content: bytes, patience: Patience
) -> AsyncIterator[Answer]:
    """Send a request to the repository's service. A redirect from here is refused."""
    headers: Mapping[str, str] = {
        **HEADERS,
        "Content-Type": f"application/x-{_SERVICE}-request",
        "Accept": f"application/x-{_SERVICE}-result",
    }
    target = Address.parse(f"{str(address).rstrip('/')}/{_SERVICE}")
    async with outgoing.ask(
        "POST", target, patience=patience, headers=headers, content=content
    ) as answer:
        check(answer, address, f"application/x-{_SERVICE}-result")
        yield answer
