"""Handing out files: links that carry a right, and headers that keep content harmless."""

import base64
import hashlib
import hmac
import json
import re
import time
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Literal
from urllib.parse import quote

from taskyard.kit.errors import Kind, TaskyardError

#: The longest a token may be: room for a path of 1,024 bytes that are all quotes, and its name.
TOKEN_LENGTH = 4_400
_TOKEN = re.compile(r"([A-Za-z0-9_-]{20,4340})\.([A-Za-z0-9_-]{43})\.([0-9a-f]{8})")
_KEY_ID_BYTES = 4
_UNSAFE_ASCII = re.compile(r"[^A-Za-z0-9 ._()+-]")
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


class SignedUrlInvalid(TaskyardError):
    """This link was changed or was not made here. Ask for a new one."""

    kind = Kind.FORBIDDEN
    code = "SIGNED_URL_INVALID"


class SignedUrlExpired(TaskyardError):
    """This link has expired. Ask for a new one."""

    kind = Kind.GONE
    code = "SIGNED_URL_EXPIRED"


@dataclass(frozen=True, slots=True)
class Link:
    """What a link gives: every field is under the signature."""

    #: What it is, in the words of the room that made the link.
    resource: str
    #: Whose right it carries; asked again when it is used.
    user_id: str
    #: The name the file is saved under.
    name: str
    disposition: Literal["attachment", "inline"] = "attachment"
    method: str = "GET"


class LinkSigner:
    """Makes and opens link tokens (HMAC-SHA256).

    The first key signs, all of them open: put a new key in front, drop the old one once the links
    it made have expired.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = {hashlib.sha256(key).hexdigest()[: 2 * _KEY_ID_BYTES]: key for key in keys}
        self._current = next(iter(self._keys))

    def sign(self, link: Link, *, expires_in: timedelta) -> str:
        """Return the token of a link: claims, signature and key id, each safe in a URL.

        It has the shape of a JWT, so that whatever keeps those out of logs keeps this out too.
        """
        claims = asdict(link) | {"expires": int(time.time() + expires_in.total_seconds())}
        body = _to_text(json.dumps(claims, separators=(",", ":"), ensure_ascii=False).encode())
        return f"{body}.{self._mac(self._current, body)}.{self._current}"

    def open(self, token: str, *, method: str) -> Link:
        """Return the link a token holds. Raises SignedUrlInvalid, SignedUrlExpired.

        The signature is compared in constant time, before anything it covers is read.
        """
        match = _TOKEN.fullmatch(token)
        if match is None or match[3] not in self._keys:
            raise SignedUrlInvalid
        body, mac, key_id = match.groups()
        if not hmac.compare_digest(mac, self._mac(key_id, body)):
            raise SignedUrlInvalid
        claims = json.loads(_to_bytes(body))
        if time.time() >= claims.pop("expires"):
            raise SignedUrlExpired
        link = Link(**claims)
        if link.method != method:
            raise SignedUrlInvalid
        return link

    def _mac(self, key_id: str, body: str) -> str:
        signed = f"{key_id}.{body}".encode()
        return _to_text(hmac.digest(self._keys[key_id], signed, hashlib.sha256))


def download_headers(name: str, *, disposition: str = "attachment") -> dict[str, str]:
    """Return the headers under which foreign content may leave: it can run nothing here."""
    return {
        "Content-Disposition": content_disposition(name, disposition),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
        "Referrer-Policy": "no-referrer",
    }


def plain_name(name: str, fallback: str) -> str:
    """Return the last part of a path as a file name of one line, 150 characters at most."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    return "".join(char for char in last if char.isprintable()).strip(". ")[:150] or fallback


def content_disposition(name: str, disposition: str = "attachment") -> str:
    """Return the header for any name (RFC 6266): no path, no control character, no quote."""
    plain = plain_name(name, "download")
    ascii_name = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    ascii_name = _UNSAFE_ASCII.sub("_", ascii_name) or "download"
    return f"{disposition}; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(plain, safe='')}"


def byte_range(header: str | None, size: int) -> tuple[int, int] | None:
    """Return the (start, end) a Range header asks for, end not included.

    None where the whole is to be sent: no header, several ranges, or one that cannot be met, all
    of which RFC 9110 section 14.2 lets a server ignore.
    """
    match = _RANGE.fullmatch(header or "")
    if match is None or match.group() == "bytes=-":
        return None
    first, last = match.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(int(last) + 1 if last else size, size)
    return (start, end) if start < end else None


def _to_text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _to_bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
