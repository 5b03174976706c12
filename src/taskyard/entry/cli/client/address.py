"""The addresses of servers, as people write them."""

import os
from ipaddress import ip_address
from urllib.parse import urlsplit

from taskyard.entry.cli.client.exits import ClientError, Exit

#: Where `taskyard up` listens when nobody says otherwise.
USUAL = "http://127.0.0.1:8000"


def normalised(text: str) -> str:
    """Return `http(s)://host[:port][/prefix]`, by which a server is told apart. Raises ClientError.

    An address that carries a password, a query or a fragment is refused: it would be kept.
    """
    # What a browser shows is as good: the web app lies below /app.
    written = text.strip().rstrip("/").removesuffix("/app")
    try:
        url = urlsplit(written)
        host, port = url.hostname, url.port
    except ValueError:
        raise _refused(text, "it cannot be read as an address") from None
    if url.scheme not in {"http", "https"}:
        raise _refused(text, "it must begin with http:// or https://")
    if not host or not written.isprintable() or " " in written:
        raise _refused(text, "it names no host")
    if url.username or url.password or url.query or url.fragment:
        raise _refused(text, "write only scheme, host, port and path")
    usual = {"http": 80, "https": 443}[url.scheme]
    name = f"[{host}]" if ":" in host else host
    return f"{url.scheme}://{name}{'' if port in {None, usual} else f':{port}'}{url.path}"


def _refused(text: str, reason: str) -> ClientError:
    return ClientError(
        f"{text!r} is not the address of a server: {reason}, as in {USUAL}", Exit.USAGE
    )


def is_loopback(address: str) -> bool:
    """Say whether an address is this machine's own."""
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def from_environment() -> str | None:
    """Return the access token that TASKYARD_TOKEN gives; it is used and never kept."""
    return os.environ.get("TASKYARD_TOKEN", "").strip() or None
