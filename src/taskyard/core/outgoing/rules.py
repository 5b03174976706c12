"""Which addresses this server may ask in somebody else's name.

What is public may be asked over https on the usual ports. Everything else, the operator has to
name: TASKYARD_OUTGOING_ALLOW.
"""

import ipaddress
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from taskyard.core.outgoing.address import IP, Address
from taskyard.core.outgoing.errors import AddressForbidden

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

#: Where https is served to strangers, and http to who is named.
_PORTS: Final = frozenset({443, 8443})
_NAMED_PORTS: Final = _PORTS | {80}
_ENTRY = re.compile(
    r"(?:\[(?P<six>[0-9a-f:.]+(?:/\d+)?)\]|(?P<other>[^\[\]:\s]+))(?::(?P<port>\d+))?"
)
#: IANA's special-purpose addresses (RFC 6890 and its registry), what clouds keep their own
#: services at, and what once led through relays. Spelled out, since the lists that come with
#: Python differ from release to release, and know neither relays nor clouds.
_INSIDE: Final[dict[str, Sequence[str]]] = {
    "this machine": ("127.0.0.0/8", "0.0.0.0/8", "::1/128", "::/128"),
    "a private network": (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "192.0.0.0/24",
        "198.18.0.0/15",
        "fc00::/7",
        "fec0::/10",
    ),
    "the local link, where clouds keep their metadata": (
        "169.254.0.0/16",
        "168.63.129.16/32",
        "fe80::/10",
    ),
    "a group of machines": ("224.0.0.0/4", "ff00::/8"),
    "no public host": (
        "192.0.2.0/24",
        "192.88.99.0/24",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "240.0.0.0/4",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
    ),
}
_NETWORKS: Final = tuple(
    (ipaddress.ip_network(network), words) for words, all_ in _INSIDE.items() for network in all_
)
#: The only IPv6 addresses handed out to hosts so far; IPv4 in disguise lies outside of it.
_GLOBAL_UNICAST: Final = ipaddress.IPv6Network("2000::/3")
#: Names that lead inside wherever they are asked (RFC 6761, 6762, 8375, 9476).
_INNER_NAMES: Final = (".localhost", ".local", ".internal", ".home.arpa")


def inside(ip: IP) -> str | None:
    """Say where an address leads that is not for everybody; None for a public one."""
    for network, words in _NETWORKS:
        if ip in network:
            return words
    return "no public host" if ip.version == 6 and ip not in _GLOBAL_UNICAST else None


@dataclass(frozen=True, slots=True)
class Allowed:
    """What an operator lets people reach: a host or a network, on one port or the usual ones."""

    what: str | Network
    port: int | None

    @classmethod
    def parse(cls, entry: str) -> "Allowed":
        """Read `host`, `host:3000`, `10.1.0.0/16`, `10.1.2.3:8080` or `[fd00::/8]:3000`.

        Raises ValueError.
        """
        match = _ENTRY.fullmatch(entry.lower())
        if match is None:
            raise ValueError(f"{entry!r} is no host, network or host:port")
        written = match["six"] or match["other"]
        port = int(match["port"]) if match["port"] else None
        if port is not None and not 0 < port < 65_536:
            raise ValueError(f"{entry!r} names no port there is")
        if match["six"] or re.fullmatch(r"[\d.]+(/\d+)?", written):
            return cls(ipaddress.ip_network(written), port)
        if "/" in written:
            raise ValueError(f"{entry!r} is no host: leave out the path")
        return cls(written, port)

    def fits(self, address: Address, ip: IP | None) -> bool:
        """Say whether this lets people reach the address, at `ip` where that is known."""
        if address.port != self.port and (self.port or address.port not in _NAMED_PORTS):
            return False
        if isinstance(self.what, str):
            return address.host == self.what
        return ip is None or (ip.version == self.what.version and ip in self.what)


class Rules:
    """What may be reached."""

    def __init__(self, allow: Iterable[str]) -> None:
        self._allowed = tuple(Allowed.parse(entry) for entry in allow)

    def check(self, address: Address) -> None:
        """Raise AddressForbidden for what may not be reached, wherever its name leads.

        Says no more than the address itself does: nobody is asked. A name that passes is judged
        again by what it resolves to.
        """
        if address.ip is not None:
            self.judge(address, address.ip)
            return
        if any(allowed.fits(address, None) for allowed in self._allowed):
            return
        _check_usual(address)
        if "." not in address.host or address.host.endswith(_INNER_NAMES):
            raise _inner("this machine or a private network")

    def judge(self, address: Address, ip: IP) -> None:
        """Raise AddressForbidden where the address leads to an `ip` that may not be reached."""
        if any(allowed.fits(address, ip) for allowed in self._allowed):
            return
        _check_usual(address)
        where = inside(ip)
        if where is not None:
            raise _inner(where)


def _check_usual(address: Address) -> None:
    if address.scheme != "https":
        raise AddressForbidden(reason="only https is allowed")
    if address.port not in _PORTS:
        raise AddressForbidden(reason=f"port {address.port} is not allowed; https is on 443")


def _inner(where: str) -> AddressForbidden:
    return AddressForbidden(
        reason=f"it leads to {where}. Whoever runs this server can allow it by "
        "TASKYARD_OUTGOING_ALLOW"
    )
