"""The one spelling of an address that both a person and the code below read the same way."""

import ipaddress
import re
from dataclasses import dataclass
from typing import Final, Literal

from taskyard.core.outgoing.errors import AddressForbidden

IP = ipaddress.IPv4Address | ipaddress.IPv6Address
Scheme = Literal["https", "http"]

_PORTS: Final[dict[Scheme, int]] = {"https": 443, "http": 80}
_LENGTH: Final = 2000
#: RFC 3986 characters that may stand in a path or query as they are, and percent signs.
_TARGET = re.compile(r"[A-Za-z0-9\-._~!$&'()*+,;=:@/%?]*")
_NAME = re.compile(
    r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z]([a-z0-9-]{0,61}[a-z0-9])?"
)
#: What inet_aton and the URL standard take for an IPv4 address: `127.1`, `2130706433`, `0x7f.1`.
_NUMBERS = re.compile(r"(.*\.)?(\d+|0x[0-9a-f]*)")


@dataclass(frozen=True, slots=True)
class Address:
    """A URL in its one spelling: lower case, no user, no default port, no fragment."""

    scheme: Scheme
    #: A DNS name, or an IP address without brackets.
    host: str
    port: int
    #: Path and query.
    target: str

    @property
    def ip(self) -> IP | None:
        """The address the URL names itself; None where it names a host."""
        try:
            return ipaddress.ip_address(self.host)
        except ValueError:
            return None

    @property
    def site(self) -> str:
        """Host and port as people write them: the port only where it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.site}{self.target}"

    @classmethod
    def parse(cls, url: str) -> "Address":
        """Return the address a URL spells. Raises AddressForbidden.

        Refused is whatever two readers could read in two ways: other schemes, a user, numbers
        that some take for an IPv4 address (WHATWG URL, "ends in a number"), a backslash, a space.
        """
        if len(url) > _LENGTH:
            raise AddressForbidden(reason=f"it is longer than {_LENGTH:,} characters")
        match = re.match(r"(https?)://", url, re.IGNORECASE)
        if match is None:
            raise AddressForbidden(reason="write it as https://host/path")
        scheme: Scheme = "https" if match[1].lower() == "https" else "http"
        rest = url[match.end() :]
        authority, target = _parts(rest)
        if "@" in authority:
            raise AddressForbidden(reason="leave out the user name, password or token before '@'")
        if "#" in target:
            raise AddressForbidden(reason="leave out what follows '#'")
        if not _TARGET.fullmatch(target):
            raise AddressForbidden(reason="its path holds characters that need a %-escape")
        host, port = _host_and_port(authority)
        return cls(scheme, _checked_host(host), port or _PORTS[scheme], target or "/")


def _parts(rest: str) -> tuple[str, str]:
    """Split at the first character that ends the authority, a backslash among them."""
    end = re.search(r"[/?#\\]", rest)
    at = end.start() if end else len(rest)
    return rest[:at], rest[at:]


def _host_and_port(authority: str) -> tuple[str, int | None]:
    match = re.fullmatch(r"(\[[^\[\]]*\]|[^:\[\]]*)(?::([0-9]{1,5}))?", authority)
    if match is None:
        raise AddressForbidden(reason="its host and port cannot be read")
    host, port = match[1].lower(), match[2]
    if port is not None and not 0 < int(port) < 65_536:
        raise AddressForbidden(reason=f"there is no port {port}")
    return host, None if port is None else int(port)


def _checked_host(host: str) -> str:
    if host.startswith("["):
        try:
            # A zone (`%eth0`) would name one of this machine's own networks.
            return str(ipaddress.IPv6Address(host[1:-1] if "%" not in host else ""))
        except ValueError:
            raise AddressForbidden(reason=f"{host} is no IPv6 address") from None
    host = host.removesuffix(".")
    if _NUMBERS.fullmatch(host):
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError:
            reason = "write its IPv4 address as four decimal numbers, or name the host"
            raise AddressForbidden(reason=reason) from None
    if not host.isascii():
        raise AddressForbidden(reason="write the host in ASCII, as in xn--bcher-kva.example")
    if not _NAME.fullmatch(host):
        raise AddressForbidden(reason="it names no host")
    return host
