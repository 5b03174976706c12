"""Asking for one commit, and taking in the pack that comes (gitprotocol-pack, gitprotocol-v2)."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Final

from taskyard.core.outgoing.address import Address
from taskyard.core.outgoing.http import Outgoing, Patience
from taskyard.files.archive.limits import MIB
from taskyard.runners.source.errors import RefNotFound, RepositoryDamaged, RepositoryRefused
from taskyard.runners.source.git.discovery import Found, ask, command
from taskyard.runners.source.git.packets import FLUSH, Mark, Packets, packet, said

#: What a server may say besides the pack: progress, and padding while it thinks.
_WORDS_BYTES: Final = 16 * MIB
_LINE_BYTES: Final = 4096
_DATA, _WORDS = b"\x01", b"\x02"


async def receive(
    outgoing: Outgoing,
    found: Found,
    *,
    limit_bytes: int,
    largest_blob: int,
    say: Callable[[str], None],
) -> AsyncGenerator[bytes]:
    """Yield the pack that holds a commit and its files, as it comes.

    The server is asked to leave out larger files and all history; whether it does is not known.
    Raises the refusals of this room and of `core.outgoing`.
    """
    newer = found.version == 2
    content = (_request if newer else _old_request)(found, largest_blob)
    patience = Patience(total_bytes=limit_bytes + _WORDS_BYTES)
    try:
        async with ask(outgoing, Address.parse(found.url), content, patience) as answer:
            packets = Packets(answer.chunks)
            await (_skip_to_pack if newer else _skip_to_answer)(packets)
            async for data in _pack(packets, say):
                yield data
    except RepositoryRefused as refused:
        if "not our ref" in refused.message:
            raise RefNotFound(ref=found.want) from None
        raise


def _request(found: Found, largest_blob: int) -> bytes:
    return b"".join(
        [
            *command("fetch", found.object_format),
            packet("ofs-delta"),
            packet(f"want {found.want}"),
            *_less(found, largest_blob),
            packet("done"),
            FLUSH,
        ]
    )


def _old_request(found: Found, largest_blob: int) -> bytes:
    # Some servers insist on `thin-pack`; who has nothing gets a whole pack anyway.
    able = ["side-band-64k", "ofs-delta", "thin-pack"]
    able += ["shallow"] if found.can_shallow else []
    able += ["object-format=sha256"] if found.object_format == "sha256" else []
    first = packet(f"want {found.want} {' '.join(able)}")
    return b"".join([first, *_less(found, largest_blob), FLUSH, packet("done")])


def _less(found: Found, largest_blob: int) -> list[bytes]:
    """Return what asks for less: no history, no large files."""
    shallow = [packet("deepen 1")] if found.can_shallow else []
    filtered = [packet(f"filter blob:limit={largest_blob + 1}")] if found.can_filter else []
    return shallow + filtered


async def _skip_to_pack(packets: Packets) -> None:
    """Pass over the sections before the pack (gitprotocol-v2, "fetch")."""
    while (line := await packets.line()) != "packfile":
        if line in {Mark.END, Mark.FLUSH}:
            raise RepositoryDamaged(reason="it holds no pack")


async def _skip_to_answer(packets: Packets) -> None:
    """Pass over what became shallow, to the word that the pack follows."""
    while (line := await packets.line()) != "NAK":
        if line is Mark.END:
            raise RepositoryDamaged(reason="it holds no pack")


async def _pack(packets: Packets, say: Callable[[str], None]) -> AsyncIterator[bytes]:
    """Yield what comes on the first of three bands; the others carry words, and errors."""
    unsaid = b""
    while not isinstance(content := await packets.next(), Mark):
        band, data = content[:1], content[1:]
        if band == _DATA:
            if data:
                yield data
        elif band == _WORDS:
            # What is overwritten on a terminal is no line yet.
            *lines, unsaid = (unsaid[-_LINE_BYTES:] + data).split(b"\n")
            for line in lines:
                if words := said(line.rpartition(b"\r")[2]):
                    say(f"remote: {words}")
        else:
            raise RepositoryRefused(reason=said(data) or "it does not say why")
    if content is Mark.END:
        raise RepositoryDamaged(reason="it broke off within the pack")
