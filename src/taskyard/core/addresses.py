"""Where a request came from."""

import ipaddress
from functools import lru_cache

from starlette.requests import HTTPConnection

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_IPV6_SITE_BITS = 64


def client_address(connection: HTTPConnection) -> str:
    """Return the caller's address: the right-most hop that is not one of our proxies.

    Hops further left were written by whoever called the proxy, and could say anything.
    """
    peer = connection.client.host if connection.client else "127.0.0.1"
    proxies = _networks(tuple(connection.app.state.platform.settings.trusted_proxies))
    if not _within(peer, proxies):
        return peer
    # A proxy may add a line of its own instead of to the line that came.
    lines = ",".join(connection.headers.getlist("x-forwarded-for"))
    hops = [_bare(hop.strip()) for hop in lines.split(",")]
    for hop in reversed(list(filter(None, hops))):
        if not _within(hop, proxies):
            return hop
    return peer


def site_of(address: str) -> str:
    """Return what an address is counted under: an IPv6 subscriber has a whole /64."""
    ip = _parsed(address)
    if isinstance(ip, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((int(ip), _IPV6_SITE_BITS), strict=False))
    return str(ip) if ip else address


def _bare(hop: str) -> str:
    """Return a hop without its port: some proxies write `192.0.2.7:4711` or `[2001:db8::1]:443`."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    host, _, port = hop.partition(":")
    return host if port.isdigit() and "." in host else hop


def _within(address: str, networks: tuple[Network, ...]) -> bool:
    if not networks:
        return False
    ip = _parsed(address)
    return ip is not None and any(ip in network for network in networks)


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return None
    # A socket that listens for both families shows IPv4 callers as `::ffff:192.0.2.7`.
    return getattr(ip, "ipv4_mapped", None) or ip


@lru_cache(maxsize=16)
def _networks(written: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(network, strict=False) for network in written)
