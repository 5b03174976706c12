"""Where this server may be sent by somebody else's address, and how long it listens there."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address

import pytest
from pydantic import ValidationError

from taskyard.core.outgoing.address import IP, Address
from taskyard.core.outgoing.errors import (
    AddressForbidden,
    AnswerTooLarge,
    CertificateRefused,
    HostUnknown,
    HostUnreachable,
)
from taskyard.core.outgoing.http import Outgoing, Patience
from taskyard.core.outgoing.rules import Rules, inside
from taskyard.core.settings import Settings
from tests.core.web_server import Asked, plain, web_server
from tests.world.post import CERTIFICATE

Send = Callable[[bytes], Awaitable[None]]
QUICK = Patience(total_bytes=100_000, connect_s=2, silence_s=0.4, window_s=0.6, window_bytes=100)


def _resolving(*answers: Sequence[str]) -> tuple[Callable[..., Awaitable[list[IP]]], list[str]]:
    """Return a name server with one answer after another, and what it was asked."""
    left, asked = list(answers), []

    async def resolve(host: str, port: int) -> list[IP]:
        asked.append(f"{host}:{port}")
        return [ip_address(text) for text in (left.pop(0) if len(left) > 1 else left[0])]

    return resolve, asked


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ext::sh -c id", "write it as https://"),
        ("file:///etc/passwd", "write it as https://"),
        ("ssh://git@github.com/a/b", "write it as https://"),
        ("git@github.com:a/b.git", "write it as https://"),
        ("git://github.com/a/b", "write it as https://"),
        ("--upload-pack=x", "write it as https://"),
        ("//github.com/a", "write it as https://"),
        (" https://github.com/a", "write it as https://"),
        ("", "write it as https://"),
        ("https://x@127.0.0.1/", "before '@'"),
        ("https://user:pw@example.com/", "before '@'"),
        ("https://example.com\\@127.0.0.1/", "its path holds"),
        ("https://127.1/", "four decimal numbers"),
        ("https://2130706433/", "four decimal numbers"),
        ("https://0x7f.1/", "four decimal numbers"),
        ("https://0x7f000001/", "four decimal numbers"),
        ("https://0177.0.0.1/", "four decimal numbers"),
        ("https://127.0.0.1.2/", "four decimal numbers"),
        ("https://0/", "four decimal numbers"),
        ("https://example.1/", "four decimal numbers"),
        ("https://①②⑦.⓪.⓪.①/", "in ASCII"),
        ("https://bücher.example/", "in ASCII"),
        ("https://[::1/", "cannot be read"),
        ("https://[fe80::1%25eth0]/", "no IPv6 address"),
        ("https://[1::2::3]/", "no IPv6 address"),
        ("https://a..b/", "names no host"),
        ("https://-a.example/", "names no host"),
        ("https:///path", "names no host"),
        ("https://?x", "names no host"),
        ("https://example.com:0/", "no port 0"),
        ("https://example.com:65536/", "no port 65536"),
        ("https://example.com:x/", "cannot be read"),
        ("https://example.com:443:443/", "cannot be read"),
        ("https://example.com/a b", "its path holds"),
        ("https://example.com/a\r\nX: y", "its path holds"),
        ("https://example.com/a\x00", "its path holds"),
        ("https://example.com/ä", "its path holds"),
        ("https://example.com/a#b", "'#'"),
        ("https://example.com/" + "a" * 2000, "longer than 2,000"),
    ],
)
def test_what_can_be_read_in_two_ways_is_no_address(url: str, reason: str) -> None:
    with pytest.raises(AddressForbidden) as refused:
        Address.parse(url)
    assert reason in refused.value.message
    assert "user:pw" not in refused.value.message


@pytest.mark.parametrize(
    ("url", "spelled"),
    [
        ("HTTPS://Example.COM", "https://example.com/"),
        ("https://example.com.:443/a", "https://example.com/a"),
        ("http://example.com:80/a?b=c", "http://example.com/a?b=c"),
        ("https://example.com:8443/~a/%20b", "https://example.com:8443/~a/%20b"),
        ("https://[2606:4700:0:0::1]/", "https://[2606:4700::1]/"),
        ("https://[::FFFF:7f00:1]:8443/", "https://[::ffff:7f00:1]:8443/"),
        ("https://1.1.1.1/", "https://1.1.1.1/"),
        ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"),
        ("https://a_b.example/", "https://a_b.example/"),
    ],
)
def test_an_address_has_one_spelling(url: str, spelled: str) -> None:
    assert str(Address.parse(url)) == spelled
    assert str(Address.parse(spelled)) == spelled


INNER = [
    *("127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.5", "172.16.0.1"),
    *("172.31.255.255", "192.168.1.1", "100.64.0.1", "100.100.100.200", "169.254.169.254"),
    *("168.63.129.16", "192.0.0.192", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.7"),
    *("203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1"),
    *("64:ff9b:1::1", "100::1", "2001::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::"),
    *("3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1"),
]
PUBLIC = ["8.8.8.8", "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:4700::1", "2a00::1"]


@pytest.mark.parametrize("ip", INNER)
async def test_nothing_inside_is_reached(ip: str) -> None:
    assert inside(ip_address(ip)) is not None
    host = f"[{ip}]" if ":" in ip else ip
    with pytest.raises(AddressForbidden, match="it leads to"):
        Rules([]).check(Address.parse(f"https://{host}/"))
    # The same by a name, also where only one of its addresses leads inside.
    resolve, asked = _resolving(["93.184.216.34", ip])
    with pytest.raises(AddressForbidden, match="it leads to"):
        async with Outgoing([], resolve=resolve).ask(
            "GET", Address.parse("https://example.com/"), patience=QUICK, headers={}
        ):
            pass
    assert asked == ["example.com:443"]


@pytest.mark.parametrize("ip", PUBLIC)
def test_what_is_public_is_reached(ip: str) -> None:
    assert inside(ip_address(ip)) is None
    host = f"[{ip}]" if ":" in ip else ip
    Rules([]).check(Address.parse(f"https://{host}/"))


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.com/", "only https"),
        ("https://example.com:22/", "port 22"),
        ("https://example.com:80/", "port 80"),
        ("https://8.8.8.8:6379/", "port 6379"),
        ("https://localhost/", "this machine"),
        ("https://LOCALHOST./", "this machine"),
        ("https://metadata.google.internal/", "this machine or a private network"),
        ("https://printer.local/", "a private network"),
        ("https://redis/", "a private network"),
        ("https://app.localhost:8443/", "this machine"),
    ],
)
def test_a_name_is_refused_by_what_it_says(url: str, reason: str) -> None:
    with pytest.raises(AddressForbidden) as refused:
        Rules([]).check(Address.parse(url))
    assert reason in refused.value.message


@pytest.mark.parametrize(
    ("allow", "url"),
    [
        ("git.internal", "https://git.internal/x"),
        ("git.internal", "http://git.internal/x"),
        ("GIT.internal", "https://git.internal:8443/x"),
        ("git.internal:3000", "http://git.internal:3000/x"),
        ("redis", "https://redis/"),
        ("10.1.0.0/16", "http://10.1.2.3/x"),
        ("10.1.2.3:3000", "http://10.1.2.3:3000/x"),
        ("10.1.0.0/16:3000", "http://10.1.2.3:3000/x"),
        ("[fd00::/8]", "https://[fd00::1]/x"),
        ("[::1]:3000", "http://[::1]:3000/x"),
        ("127.0.0.0/8", "http://127.0.0.1/"),
        # By name: what it resolves to decides, later.
        ("10.1.0.0/16:3000", "http://git.internal:3000/"),
    ],
)
def test_an_operator_can_allow_more(allow: str, url: str) -> None:
    with pytest.raises(AddressForbidden):
        Rules([]).check(Address.parse(url))
    Rules([allow]).check(Address.parse(url))


@pytest.mark.parametrize(
    ("allow", "url"),
    [
        ("git.internal", "https://evil.git.internal/"),
        ("git.internal", "https://git.internal.evil.internal/"),
        ("git.internal", "http://git.internal:6379/"),
        ("git.internal:3000", "http://git.internal:3001/"),
        ("git.internal:3000", "http://git.internal/"),
        ("10.1.0.0/16", "https://10.2.0.1/"),
        ("10.1.0.0/16", "http://10.1.2.3:22/"),
        ("[fd00::/8]", "https://10.0.0.1/"),
        ("10.0.0.0/8", "https://[fd00::1]/"),
    ],
)
def test_what_is_allowed_is_no_more_than_was_named(allow: str, url: str) -> None:
    with pytest.raises(AddressForbidden):
        Rules([allow]).check(Address.parse(url))


@pytest.mark.parametrize(
    "entry",
    ["https://git.internal", "git.internal/x", "10.1.2.3/16", "fd00::/8", "a:b", "a:0", "a:70000"],
)
def test_a_setting_that_names_nothing_is_refused_at_start(entry: str) -> None:
    with pytest.raises(ValidationError, match="outgoing_allow"):
        Settings(outgoing_allow=[entry])


async def _fetch(
    outgoing: Outgoing, url: str, *, patience: Patience = QUICK, **headers: str
) -> tuple[int, bytes]:
    async with outgoing.ask(
        "GET", Address.parse(url), patience=patience, headers=headers
    ) as answer:
        return answer.status, b"".join([chunk async for chunk in answer.chunks])


async def _hello(_: Asked, send: Send) -> None:
    await send(plain(b"hello"))


async def test_what_was_judged_is_what_is_reached_whatever_the_name_says_next() -> None:
    async with web_server(_hello) as server:
        resolve, asked = _resolving(["127.0.0.1"], ["169.254.169.254"])
        outgoing = Outgoing([f"127.0.0.0/8:{server.port}"], resolve=resolve)
        url = server.url("/a?b=c", host="moves.example.com")
        assert await _fetch(outgoing, url) == (200, b"hello")
        assert len(asked) == 1, "a second question could have a second answer"
        assert server.asked[0].target == "/a?b=c"
        assert server.asked[0].headers["host"] == f"moves.example.com:{server.port}"
        assert server.asked[0].headers["accept-encoding"] == "identity"
        with pytest.raises(AddressForbidden, match="only https"):
            await _fetch(outgoing, url)
        assert server.connections == 1


async def test_nothing_is_sent_to_what_is_forbidden() -> None:
    async with web_server(_hello) as server:
        resolve, _ = _resolving(["127.0.0.1"])
        outgoing = Outgoing([], resolve=resolve)
        for url in (server.url(), server.url(host="evil.example.com", scheme="https")):
            with pytest.raises(AddressForbidden):
                await _fetch(outgoing, url)
        assert server.connections == 0


async def test_the_settings_of_proxies_and_netrc_are_not_heeded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with web_server(_hello) as server, web_server(_hello) as proxy:
        for name in ("http_proxy", "all_proxy", "HTTP_PROXY"):
            monkeypatch.setenv(name, proxy.url())
        outgoing = Outgoing([f"127.0.0.1:{server.port}"])
        assert await _fetch(outgoing, server.url()) == (200, b"hello")
        assert proxy.connections == 0


async def test_a_redirect_is_an_answer_and_no_more() -> None:
    async def elsewhere(_: Asked, send: Send) -> None:
        await send(plain(b"", status="302 Found", Location="http://169.254.169.254/"))

    async with web_server(elsewhere) as server:
        outgoing = Outgoing([f"127.0.0.1:{server.port}"])
        assert await _fetch(outgoing, server.url()) == (302, b"")


async def test_an_answer_is_not_unpacked() -> None:
    async def packed(_: Asked, send: Send) -> None:
        await send(plain(b"\x1f\x8bwhatever", Content_Encoding="gzip"))

    async with web_server(packed) as server:
        outgoing = Outgoing([f"127.0.0.1:{server.port}"])
        assert await _fetch(outgoing, server.url()) == (200, b"\x1f\x8bwhatever")


async def _endless(_: Asked, send: Send) -> None:
    await send(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        await send(b"x" * 10_000)


async def _dripping(_: Asked, send: Send) -> None:
    await send(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        await send(b"x")
        await asyncio.sleep(0.02)


async def _dripping_headers(_: Asked, send: Send) -> None:
    await send(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        await send(b"x")
        await asyncio.sleep(0.02)


async def _silent(_: Asked, send: Send) -> None:
    await send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
    await asyncio.sleep(30)


async def _broken_off(_: Asked, send: Send) -> None:
    await send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")


async def _long_headers(_: Asked, send: Send) -> None:
    await send(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while True:
        await send(b"x" * 10_000)


async def _no_http(_: Asked, send: Send) -> None:
    await send(b"220 mail.example.com ESMTP\r\n")


@pytest.mark.parametrize(
    ("answer", "refusal", "reason"),
    [
        (_endless, AnswerTooLarge, "more than 100000 bytes"),
        (_dripping, HostUnreachable, "too slowly"),
        (_dripping_headers, HostUnreachable, "it fell silent"),
        (_silent, HostUnreachable, "it fell silent"),
        (_broken_off, HostUnreachable, "broke off"),
        (_long_headers, HostUnreachable, "does not speak HTTP"),
        (_no_http, HostUnreachable, "does not speak HTTP"),
    ],
)
async def test_nobody_is_listened_to_for_ever(
    answer: Callable[[Asked, Send], Awaitable[None]], refusal: type[Exception], reason: str
) -> None:
    async with web_server(answer) as server:
        outgoing = Outgoing([f"127.0.0.1:{server.port}"])
        async with asyncio.timeout(10):
            with pytest.raises(refusal, match=reason):
                await _fetch(outgoing, server.url())


async def test_a_host_that_is_not_there_is_told_from_one_that_is_away() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        with pytest.raises(HostUnreachable, match="refused"):
            await _fetch(Outgoing([f"127.0.0.1:{port}"]), f"http://127.0.0.1:{port}/")

    async def unknown(_: str, __: int) -> list[IP]:
        raise socket.gaierror(socket.EAI_NONAME, "")

    async def away(_: str, __: int) -> list[IP]:
        raise socket.gaierror(socket.EAI_AGAIN, "")

    with pytest.raises(HostUnknown, match=r"no host called example\.com"):
        await _fetch(Outgoing([], resolve=unknown), "https://example.com/")
    with pytest.raises(HostUnreachable, match="name was not found"):
        await _fetch(Outgoing([], resolve=away), "https://example.com/")


async def test_of_several_addresses_one_that_answers_is_enough() -> None:
    async with web_server(_hello) as server:
        resolve, _ = _resolving(["127.0.0.2", "127.0.0.3", "127.0.0.1"])
        outgoing = Outgoing([f"127.0.0.0/8:{server.port}"], resolve=resolve)
        url = server.url(host="many.example.com")
        assert await _fetch(outgoing, url) == (200, b"hello")


async def test_a_name_over_tls_is_proved_although_the_connection_is_to_an_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(CERTIFICATE)
    resolve, _ = _resolving(["127.0.0.1"])
    patience = Patience(total_bytes=1000)
    async with web_server(_hello, tls) as server:
        allow = [f"127.0.0.0/8:{server.port}"]
        url = server.url(host="localhost", scheme="https")
        with pytest.raises(CertificateRefused, match="self-signed certificate"):
            await _fetch(Outgoing(allow, resolve=resolve), url, patience=patience)
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        trusting = Outgoing(allow, resolve=resolve)
        assert await _fetch(trusting, url, patience=patience) == (200, b"hello")
        other = server.url(host="other.example.com", scheme="https")
        with pytest.raises(CertificateRefused, match="Hostname mismatch"):
            await _fetch(trusting, other, patience=patience)


@pytest.mark.parametrize("answer", [plain(b"no TLS"), b""], ids=["other", "silent"])
async def test_a_host_without_tls_is_given_up(answer: bytes) -> None:
    async def without_tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(answer)
        await writer.drain()
        await reader.read()
        writer.close()

    listening = await asyncio.start_server(without_tls, "127.0.0.1", 0)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        reason = "it does not speak TLS" if answer else "it fell silent"
        with pytest.raises(HostUnreachable, match=reason):
            await _fetch(Outgoing([f"127.0.0.1:{port}"]), f"https://127.0.0.1:{port}/")
