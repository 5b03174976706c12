"""Handing letters over: what a server makes of them, and what we make of its answers."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from urllib.parse import quote

import pytest

from taskyard.core.mail import Letter, MailDeferred, MailRefused, MailServer, masked
from taskyard.kit.ids import uuid7
from tests.world.post import CERTIFICATE, PASSWORD, USER, PostOffice, open_post_office

SENDER = "Taskyard <yard@example.com>"
MAYA = "maya@example.com"
SIGNED_IN = f"{USER}:{quote(PASSWORD, safe='')}@"


def _server(url: str, *, patience_s: float = 5) -> MailServer:
    return replace(MailServer.parse(url, SENDER), patience_s=patience_s)


def _letter(**changes: object) -> Letter:
    letter = Letter(uuid7(), MAYA, "A subject", "Plain text.\n", "<p>Set text.</p>")
    return replace(letter, **changes)  # type: ignore[arg-type]


@pytest.fixture
async def post() -> AsyncIterator[PostOffice]:
    async with open_post_office() as office:
        yield office


async def test_a_letter_arrives_whole(post: PostOffice) -> None:
    letter = _letter(subject="Grüße ✓", text="Zeile 1\n.\nZeile 3 ✓\n", html="<p>Grüße</p>")
    reply = await _server(post.url).send(letter)
    (got,) = post.letters
    assert reply == (250, "2.0.0 queued as 4711")
    assert (got.sender, got.to) == ("yard@example.com", MAYA)
    assert got.text.replace("\r\n", "\n") == letter.text
    assert got.html.strip() == letter.html
    heads = {name: str(value) for name, value in got.message.items()}
    assert heads.pop("Date")
    assert re.fullmatch(r"multipart/alternative; boundary=.*", heads.pop("Content-Type"))
    assert heads == {
        "From": SENDER,
        "To": MAYA,
        "Subject": "Grüße ✓",
        "Message-ID": f"<{letter.id}@example.com>",
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
    }


async def test_what_is_sent_is_fit_for_every_server(post: PostOffice) -> None:
    await _server(post.url).send(_letter(text="ü" * 5000, html="<p>" + "ü" * 5000 + "</p>"))
    raw = post.letters[0].raw
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert post.letters[0].text.strip() == "ü" * 5000


async def test_its_reader_can_end_such_letters(post: PostOffice) -> None:
    await _server(post.url).send(_letter(unsubscribe_url="https://yard.example.com/u?token=x"))
    message = post.letters[0].message
    assert message["List-Unsubscribe"] == "<https://yard.example.com/u?token=x>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize(
    "text",
    [
        "Yard\r\nBcc: eve@example.com",
        "Yard\nBcc: eve@example.com\n\nAll yours",
        "Yard\rBcc: eve@example.com",
        "Yard\x0bBcc: eve@example.com",
        "Yard\x00\x1b[31m Bcc: eve@example.com",
        "Yard\u2028Bcc: eve@example.com",
        "Yard \u202eBcc: eve@example.com",
        "=?utf-8?q?Yard=0D=0ABcc:_eve@example.com?=",
        "=?utf-8?b?DQpCY2M6IGV2ZUBleGFtcGxlLmNvbQ==?=",
        "Ünal, Maya\r\n Bcc: eve@example.com " * 20,
    ],
)
async def test_no_text_makes_a_header(post: PostOffice, text: str) -> None:
    sender = SENDER if re.search(r"[\x00-\x1f]", text) else f'"{text}" <yard@example.com>'
    server = replace(_server(post.url), sender=MailServer.parse(post.url, sender).sender)
    await server.send(_letter(subject=text))
    (got,) = post.letters
    assert got.to == MAYA
    assert set(got.message.keys()) == {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "MIME-Version",
        "Content-Type",
    }
    assert got.message["From"].addresses[0].addr_spec == "yard@example.com"
    assert len(got.message["From"].addresses) == len(got.message["To"].addresses) == 1
    head, _, _ = got.raw.partition(b"\r\n\r\n")
    assert not re.search(rb"(?mi)^bcc:", head)
    subject = str(got.message["Subject"])
    assert not re.search(r"[\x00-\x1f\x7f\u2028\u202e]", subject)
    assert len(subject) <= 150


@pytest.mark.parametrize(
    "address",
    [
        "maya@example.com\r\nRCPT TO:<eve@example.com>",
        "maya@example.com> SIZE=1",
        "maya@example.com, eve@example.com",
        "Maya <maya@example.com>",
        '"maya eve"@example.com',
        "ma ya@example.com",
        "máya@example.com",
        "maya@exämple.com",
        "maya@example.com\n",
        "maya",
        "",
    ],
)
async def test_only_a_plain_address_is_written_to(post: PostOffice, address: str) -> None:
    with pytest.raises(ValueError, match="no plain address"):
        await _server(post.url).send(_letter(to=address))
    assert post.knocks == 0


@pytest.mark.parametrize(
    ("where", "answer", "refusal"),
    [
        ("to_mail", "451 4.7.1 Greylisted, come back", MailDeferred),
        ("to_mail", "550 5.7.1 Not from you", MailRefused),
        ("to_rcpt", "450 4.2.1 Mailbox busy", MailDeferred),
        ("to_rcpt", "421 4.3.2 Shutting down", MailDeferred),
        ("to_rcpt", "550 5.1.1 No such user", MailRefused),
        ("to_data", "452 4.3.1 Disk full", MailDeferred),
        ("to_data", "554 5.6.0 Looks like spam", MailRefused),
    ],
)
async def test_what_a_server_answers_decides(
    post: PostOffice, where: str, answer: str, refusal: type[Exception]
) -> None:
    getattr(post, where).append(answer)
    server = _server(post.url)
    with pytest.raises(refusal) as refused:
        await server.send(_letter())
    assert answer in str(refused.value)
    assert post.letters == []
    await server.send(_letter())
    assert len(post.letters) == 1


async def test_an_answer_names_no_recipient_in_full(post: PostOffice) -> None:
    post.to_rcpt.append(f"550 5.1.1 <{MAYA.upper()}>: unknown\x07 here")
    with pytest.raises(MailRefused) as refused:
        await _server(post.url).send(_letter())
    assert str(refused.value) == (
        "The mail server refused the message for good: 550 5.1.1 <m…@example.com>: unknown here."
    )
    assert masked("ab@x.org") == "a…@x.org"


async def test_a_server_that_leaves_without_goodbye_has_taken_the_letter(post: PostOffice) -> None:
    async def hang_up(*_: object) -> str:
        raise ConnectionResetError

    post.handle_QUIT = hang_up  # type: ignore[attr-defined]
    assert (await _server(post.url).send(_letter())).code == 250
    assert len(post.letters) == 1


async def test_starttls_and_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    async with open_post_office(starttls=True, password=True) as post:
        server = _server(f"smtp://{SIGNED_IN}localhost:{post.port}?tls=required")
        await server.check()
        await server.send(_letter())
        assert len(post.letters) == 1
        assert post.signed_in


async def test_tls_from_the_first_byte_and_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    async with open_post_office(tls=True, password=True) as post:
        server = _server(f"smtps://{SIGNED_IN}localhost:{post.port}")
        await server.check()
        await server.send(_letter())
        assert len(post.letters) == 1
        assert post.signed_in


async def test_a_server_that_knows_no_passwords_is_given_none(post: PostOffice) -> None:
    with pytest.raises(MailDeferred, match="takes no password"):
        await _server(post.url.replace("//", f"//{SIGNED_IN}")).send(_letter())
    assert post.knocks == 0


@pytest.mark.parametrize("scheme", ["smtp://", "smtps://"])
async def test_an_unknown_certificate_is_not_believed(scheme: str) -> None:
    implicit = scheme == "smtps://"
    async with open_post_office(tls=implicit, starttls=not implicit) as post:
        more = "" if implicit else "?tls=required"
        with pytest.raises(MailDeferred, match="certificate"):
            await _server(f"{scheme}localhost:{post.port}{more}").send(_letter())
        assert post.knocks == 0


async def test_a_wrong_password_is_the_operators_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    async with open_post_office(starttls=True, password=True) as post:
        server = _server(f"smtp://{USER}:wrong@localhost:{post.port}?tls=required")
        with pytest.raises(MailDeferred, match="535"):
            await server.check()
        with pytest.raises(MailDeferred, match="535") as refused:
            await server.send(_letter())
        assert "wrong" not in str(refused.value)


async def test_required_tls_is_never_done_without(post: PostOffice) -> None:
    with pytest.raises(MailDeferred, match=r"offers no STARTTLS.*add .tls=off"):
        await _server(f"smtp://localhost:{post.port}?tls=required").send(_letter())
    assert post.knocks == 0


@asynccontextmanager
async def _listening(greeting: bytes, *, then_close: bool = False) -> AsyncIterator[int]:
    """Listen on a port, say `greeting` to whoever comes, and then nothing more."""
    gone = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        await writer.drain()
        if not then_close:
            await gone.wait()
        writer.close()
        del reader

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        gone.set()
        server.close()
        await server.wait_closed()


@pytest.mark.parametrize("greeting", [b"", b"220 post.test\r\n", b"220-slow\r\n"])
async def test_a_server_that_hangs_holds_nobody_up(greeting: bytes) -> None:
    async with _listening(greeting) as port:
        began = asyncio.get_running_loop().time()
        with pytest.raises(MailDeferred, match=r"127\.0\.0\.1:\d+: no answer within 0\.4 s"):
            await _server(f"smtp://127.0.0.1:{port}", patience_s=0.4).send(_letter())
        assert asyncio.get_running_loop().time() - began < 2


async def test_a_server_that_drips_holds_nobody_up() -> None:
    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while True:
                writer.write(b"220-one moment\r\n")
                await writer.drain()
                await asyncio.sleep(0.05)

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(MailDeferred, match=r"within 0\.5 s"):
            await _server(f"smtp://127.0.0.1:{port}", patience_s=0.5).send(_letter())


@pytest.mark.parametrize(
    "greeting", [b"554 5.3.2 Go away\r\n", b"HTTP/1.1 400 Bad Request\r\n", b"220 x"]
)
async def test_a_server_that_is_none_takes_nothing(greeting: bytes) -> None:
    async with _listening(greeting, then_close=True) as port:
        with pytest.raises(MailDeferred):
            await _server(f"smtp://127.0.0.1:{port}").send(_letter())


async def test_nobody_listens() -> None:
    async with _listening(b"") as port:
        pass
    with pytest.raises(MailDeferred, match=rf"127\.0\.0\.1:{port}: .*[Cc]onnect"):
        await _server(f"smtp://127.0.0.1:{port}").send(_letter())


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("smtp://mail.example.com", ("mail.example.com", 587, "required", None)),
        ("smtps://mail.example.com", ("mail.example.com", 465, "implicit", None)),
        ("smtp://mail.example.com?tls=off", ("mail.example.com", 25, "off", None)),
        ("smtp://mail.example.com:2525/?tls=off", ("mail.example.com", 2525, "off", None)),
        ("smtp://localhost", ("localhost", 25, "off", None)),
        ("smtp://[::1]:1025", ("::1", 1025, "off", None)),
        ("smtp://127.0.0.1?tls=required", ("127.0.0.1", 587, "required", None)),
        ("smtp://me%40x.org:p%2F@mail.example.com", ("mail.example.com", 587, "required", "p/")),
    ],
)
def test_an_address_is_read(url: str, read: tuple[str, int, str, str | None]) -> None:
    server = MailServer.parse(url, SENDER)
    password = server.password if server.username else None
    assert (server.host, server.port, server.tls, password) == read
    assert "p/" not in repr(server)


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.com",
        "http://mail.example.com",
        "smtp://",
        "smtp://mail.example.com/inbox",
        "smtp://mail.example.com:port",
        "smtp://mail.example.com?tls=maybe",
        "smtp://mail.example.com?verify=no",
        "smtps://mail.example.com?tls=off",
        "smtp://me:pw@mail.example.com?tls=off",
    ],
)
def test_a_wrong_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"\w") as refused:
        MailServer.parse(url, SENDER)
    assert ":pw" not in str(refused.value)


@pytest.mark.parametrize(
    "sender", ["Taskyard", "Taskyard <yard>x", "a@b, c@d", "yárd@x.org", "", "x <y@z\r\nBcc: a@b>"]
)
def test_a_wrong_sender_is_refused(sender: str) -> None:
    with pytest.raises(ValueError, match="no sender such as"):
        MailServer.parse("smtp://localhost", sender)
