"""The only door to SMTP (RFC 5321): one letter, one server, one answer.

A letter has one recipient, whose address is plain ASCII. No other text of ours reaches a header
before its control characters are gone, and none an SMTP command. Each letter has one deadline,
whatever the server does.
"""

import asyncio
import ipaddress
import re
import unicodedata
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import localtime
from typing import TYPE_CHECKING, ClassVar, Final, Literal, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID

from taskyard.kit.errors import Kind, TaskyardError

if TYPE_CHECKING:
    import aiosmtplib

#: `implicit`: from the first byte. `required`: by STARTTLS, or nothing is sent.
Tls = Literal["implicit", "required", "off"]

PATIENCE_S: Final = 30.0
_LEAVE_S: Final = 2.0
_REASON_LENGTH: Final = 300
_SUBJECT_LENGTH: Final = 150
_SUBMISSION, _SUBMISSIONS, _RELAY = 587, 465, 25
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_SENDER = re.compile(r"(?P<name>[^<>\x00-\x1f]*?) *<(?P<address>[^<>]+)>|(?P<bare>[^<> ]+)")
#: Seven bits and short lines: fit for every server, whatever it extends.
_POLICY = SMTP.clone(cte_type="7bit")


class MailNotConfigured(TaskyardError):
    """This instance sends no e-mail. Whoever runs it can change that with TASKYARD_SMTP_URL."""

    kind = Kind.UNAVAILABLE
    code = "MAIL_NOT_CONFIGURED"


class MailDeferred(TaskyardError):
    """The mail server did not take the message this time: {reason}."""

    kind = Kind.UPSTREAM
    code = "MAIL_DEFERRED"
    transient: ClassVar = True


class MailRefused(TaskyardError):
    """The mail server refused the message for good: {reason}."""

    kind = Kind.UPSTREAM
    code = "MAIL_REFUSED"


class Reply(NamedTuple):
    """What a server said; `text` is one line and names no recipient."""

    code: int
    text: str


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail to one person."""

    #: Makes the Message-ID: a letter that is sent twice is recognised by it.
    id: UUID
    to: str
    subject: str
    text: str
    html: str
    #: Where its reader can end such letters (RFC 8058); None where nobody may.
    unsubscribe_url: str | None = None


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where letters are handed over, and in whose name."""

    host: str
    port: int
    tls: Tls
    username: str | None
    password: str | None = field(repr=False)
    sender: Address
    #: The longest a letter may take, in seconds.
    patience_s: float = PATIENCE_S

    @classmethod
    def parse(cls, url: str, sender: str) -> "MailServer":
        """Read `smtp[s]://[user:password@]host[:port][?tls=required|off]` and `Name <address>`.

        STARTTLS is required unless the server is this machine. Raises ValueError.
        """
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.path.strip("/"):
            raise ValueError("it is no address such as smtp://user:password@mail.example.com")
        tls = _tls(parts.scheme, parts.query, parts.hostname)
        if parts.username and tls == "off" and not _is_here(parts.hostname):
            raise ValueError("with tls=off the password would travel in the open")
        ports = {"implicit": _SUBMISSIONS, "required": _SUBMISSION, "off": _RELAY}
        return cls(
            host=parts.hostname,
            port=parts.port or ports[tls],
            tls=tls,
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password or ""),
            sender=_sender(sender),
        )

    async def send(self, letter: Letter) -> Reply:
        """Hand a letter over; return the server's answer.

        Whoever repeats this after an error may send the letter twice: the answer can be lost when
        the letter was not. Raises MailDeferred, or MailRefused where a repeat would not help.
        """
        content = self.compose(letter).as_bytes()
        try:
            async with self._connected() as client:
                await client.mail(self.sender.addr_spec)
                await client.rcpt(letter.to)
                code, text = await client.data(content)
        except TaskyardError as error:
            raise type(error)(reason=_without(letter.to, error.fields["reason"])) from error
        return Reply(code, _without(letter.to, one_line(text, _REASON_LENGTH)))

    async def check(self) -> None:
        """Connect, sign in and leave. Raises MailDeferred or MailRefused."""
        async with self._connected() as client:
            await client.noop()

    def compose(self, letter: Letter) -> EmailMessage:
        """Return the letter as it is sent. Raises ValueError where the recipient is no address."""
        if not _ADDRESS.fullmatch(letter.to):
            raise ValueError("the recipient is no plain address")
        message = EmailMessage(policy=_POLICY)
        message["From"] = self.sender
        message["To"] = Address(addr_spec=letter.to)
        message["Subject"] = one_line(letter.subject, _SUBJECT_LENGTH)
        message["Date"] = localtime()
        message["Message-ID"] = f"<{letter.id}@{self.sender.domain}>"
        # No out-of-office notes, please (RFC 3834).
        message["Auto-Submitted"] = "auto-generated"
        if letter.unsubscribe_url is not None:
            message["List-Unsubscribe"] = f"<{letter.unsubscribe_url}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(letter.text)
        message.add_alternative(letter.html, subtype="html")
        return message

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator["aiosmtplib.SMTP"]:
        """Connect for as long as the block lasts; no longer than the patience in all."""
        import aiosmtplib

        client = self._client()
        try:
            async with asyncio.timeout(self.patience_s):
                await self._sign_in(client)
                yield client
            # The answer is in hand: nothing that happens from here on undoes it.
            with suppress(aiosmtplib.SMTPException, OSError):
                await client.quit(timeout=_LEAVE_S)
        except aiosmtplib.SMTPResponseException as error:
            raise _verdict(error) from error
        except TimeoutError as error:
            raise self._away(f"no answer within {self.patience_s:g} s") from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise self._away(str(error) or type(error).__name__) from error
        finally:
            client.close()

    async def _sign_in(self, client: "aiosmtplib.SMTP") -> None:
        await client.connect()
        await client.ehlo()
        if self.tls == "required":
            if not client.supports_extension("starttls"):
                raise self._away(
                    "it offers no STARTTLS; where the way to it is safe, add ?tls=off "
                    "to TASKYARD_SMTP_URL"
                )
            await client.starttls()
            await client.ehlo()
        if self.username is not None:
            if not client.supported_auth_methods:
                raise self._away("it takes no password; leave it out of TASKYARD_SMTP_URL")
            await client.login(self.username, self.password or "")

    def _away(self, reason: str) -> MailDeferred:
        at = f"{self.host}:{self.port}"
        return MailDeferred(reason=one_line(f"{at}: {reason.rstrip('.')}", _REASON_LENGTH))

    def _client(self) -> "aiosmtplib.SMTP":
        import aiosmtplib

        return aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            # By itself the client would ask the name service for it.
            local_hostname=self.sender.domain,
            use_tls=self.tls == "implicit",
            start_tls=False,
            timeout=self.patience_s,
        )


def masked(address: str) -> str:
    """Return an address as logs may show it."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"


def _verdict(error: "Exception") -> TaskyardError:
    """Return what a server's refusal means: 5xx to a letter is final, anything else is not.

    A 5xx to the connection or to our password is about the server, and mended by its operator.
    """
    from aiosmtplib import SMTPDataError, SMTPRecipientRefused, SMTPSenderRefused

    code, text = error.args[:2]
    reason = one_line(f"{code} {text}", _REASON_LENGTH).rstrip(".")
    final = isinstance(error, SMTPDataError | SMTPRecipientRefused | SMTPSenderRefused)
    return (MailRefused if final and 500 <= code < 600 else MailDeferred)(reason=reason)


def _tls(scheme: str, query: str, host: str) -> Tls:
    given = parse_qs(query, keep_blank_values=True)
    if scheme == "smtps" and not given:
        return "implicit"
    chosen = given.pop("tls", ["off" if _is_here(host) else "required"])[-1]
    if given or scheme == "smtps" or chosen not in {"required", "off"}:
        raise ValueError("after the ? it may say tls=required or tls=off, with smtp:// alone")
    return "off" if chosen == "off" else "required"


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _sender(text: str) -> Address:
    found = _SENDER.fullmatch(text)
    if found is None or not _ADDRESS.fullmatch(found["address"] or found["bare"]):
        raise ValueError(f"{text!r} is no sender such as Taskyard <taskyard@example.com>")
    name = one_line((found["name"] or "").strip('"'), _SUBJECT_LENGTH)
    return Address(display_name=name, addr_spec=found["address"] or found["bare"])


def one_line(text: str, limit: int) -> str:
    """Return text fit for a header: no control or invisible characters, no encoded words.

    The standard library decodes `=?utf-8?q?=0D=0A?=` in what it is given, and older Pythons make
    a second header of the line break (CVE-2024-6923).
    """
    visible = (" " if unicodedata.category(char)[0] in "CZ" else char for char in text)
    line = " ".join("".join(visible).replace("=?", "= ?").split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def _without(address: str, text: str) -> str:
    """Return what a server said without the address it repeated."""
    return re.sub(re.escape(address), masked(address), text, flags=re.IGNORECASE)
