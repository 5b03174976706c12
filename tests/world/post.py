"""A mail server on this machine, for tests: a real one, which keeps what it is handed."""

import asyncio
import email.policy
import ssl
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

#: A certificate for `localhost` and 127.0.0.1 with its key; whoever trusts it sets SSL_CERT_FILE.
CERTIFICATE = Path(__file__).with_name("localhost.pem")
USER, PASSWORD = "yard", "a p@ss/word"


@dataclass(frozen=True)
class Delivered:
    """A letter as it came over the wire."""

    sender: str
    to: str
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """The letter as its reader's program sees it."""
        parsed = BytesParser(policy=email.policy.default).parsebytes(self.raw)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def text(self) -> str:
        """The plain part."""
        return self._part("plain")

    @property
    def words(self) -> str:
        """The plain part without its line breaks."""
        return " ".join(self.text.split())

    @property
    def html(self) -> str:
        """The part with a layout."""
        return self._part("html")

    def _part(self, subtype: str) -> str:
        part = self.message.get_body((subtype,))
        assert isinstance(part, EmailMessage)
        return str(part.get_content())


@dataclass
class PostOffice:
    """Takes every letter, unless told to answer otherwise."""

    port: int = 0
    letters: list[Delivered] = field(default_factory=list)
    #: Answers to the next commands; once they are used up, everything is taken.
    to_mail: deque[str] = field(default_factory=deque)
    to_rcpt: deque[str] = field(default_factory=deque)
    to_data: deque[str] = field(default_factory=deque)
    #: Awaited when a letter has come and before that is answered.
    before_answer: Callable[[], Awaitable[None]] | None = None
    #: How often somebody named a recipient, taken or not.
    knocks: int = 0
    #: Whether the latest of them had signed in.
    signed_in: bool = False
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        """Its address for TASKYARD_SMTP_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    def to(self, address: str) -> list[Delivered]:
        """Return the letters for one person, oldest first."""
        return [letter for letter in self.letters if letter.to == address]

    async def wait(self, address: str, *, count: int = 1, seconds: float = 20) -> list[Delivered]:
        """Wait until so many letters for one person have come."""
        async with asyncio.timeout(seconds):
            while len(self.to(address)) < count:
                self._arrived.clear()
                await self._arrived.wait()
        return self.to(address)

    async def handle_MAIL(  # noqa: N802 — the server's own names, here and below
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.to_mail:
            return self.to_mail.popleft()
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, _: list[str]
    ) -> str:
        self.knocks += 1
        self.signed_in = bool(session.authenticated)
        if self.to_rcpt:
            return self.to_rcpt.popleft()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        answer = self.to_data.popleft() if self.to_data else "250 2.0.0 queued as 4711"
        if answer.startswith("2"):
            assert isinstance(envelope.content, bytes)
            for address in envelope.rcpt_tos:
                self.letters.append(Delivered(envelope.mail_from or "", address, envelope.content))
            self._arrived.set()
        if self.before_answer is not None:
            await self.before_answer()
        return answer


@asynccontextmanager
async def open_post_office(
    *, tls: bool = False, starttls: bool = False, password: bool = False
) -> AsyncIterator[PostOffice]:
    """Run a mail server: with TLS from the start, with STARTTLS, with a password."""
    office = PostOffice()
    loop = asyncio.get_running_loop()

    def conversation() -> SMTP:
        return SMTP(
            office,
            hostname="post.test",
            loop=loop,
            tls_context=_certificate() if starttls else None,
            require_starttls=starttls,
            # It takes a stranger's letters where TLS is not its own; `signed_in` says who came.
            auth_required=password and starttls,
            auth_require_tls=not tls,
            authenticator=_authenticate if password else None,
        )

    server = await loop.create_server(
        conversation, "127.0.0.1", 0, ssl=_certificate() if tls else None
    )
    office.port = server.sockets[0].getsockname()[1]
    try:
        yield office
    finally:
        server.close()
        await server.wait_closed()


def _certificate() -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    return context


def _authenticate(
    _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: object
) -> AuthResult:
    right = LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=given == right, handled=False)
