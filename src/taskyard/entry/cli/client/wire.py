"""HTTP to one server: tries again what may be tried again, and puts refusals into words."""

import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

import httpx

from taskyard.entry.cli.client.address import is_loopback
from taskyard.entry.cli.client.exits import ClientError, Exit
from taskyard.entry.cli.client.plain import printable

#: Seconds before each further try, halved at random so that many clients do not come at once.
PAUSES = (0.5, 1.0, 2.0, 4.0)
#: A server that asks for a longer pause than this is told of instead of waited for.
LONGEST_PAUSE_S = 120.0
_TIMEOUT = httpx.Timeout(30.0, connect=10.0)
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
#: What stands between us and the server answers so when it does not reach it.
_GATEWAY = frozenset({502, 504})
_BUSY = frozenset({429, 503})
_ERRNO = re.compile(r"\[Errno -?\d+\] ")
_RATE_LIMIT = "RATE_LIMIT_EXCEEDED"


class ApiRefused(ClientError):
    """The server understood and refused."""

    def __init__(self, response: httpx.Response) -> None:
        error = _error_of(response)
        self.status = response.status_code
        self.code: str = error.get("code", "")
        super().__init__(_worded(response, error), _exit_code(self.status, self.code))


@dataclass(frozen=True)
class Ask:
    """One request, made anew for each try."""

    method: str
    path: str
    json: Any = None
    params: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    #: Makes the multipart files from their beginning.
    files: Callable[[], Any] | None = None
    #: A body as it is.
    content: bytes | None = None
    #: Whether the request may be sent again when its answer was lost.
    repeatable: bool = False
    #: Seconds the server may take to answer.
    patience_s: float = 30.0


class Wire:
    """An HTTP client of one server."""

    def __init__(
        self,
        server: str,
        say: Callable[[str], None],
        *,
        pauses: tuple[float, ...] = PAUSES,
    ) -> None:
        self.server = server
        self._say = say
        self._pauses = pauses
        self._client = httpx.Client(
            base_url=f"{server}/api/v1",
            headers={"User-Agent": _user_agent(), "Accept": "application/json"},
            timeout=_TIMEOUT,
            # Reading the certificates takes 60 ms, and plain http asks for none: redirects are
            # not followed.
            verify=server.startswith("https:"),
            # The proxy of the environment cannot reach this machine's own addresses.
            trust_env=not is_loopback(server),
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def send(
        self, ask: Ask, token: str | None, *, stream: bool = False, tries: int | None = None
    ) -> httpx.Response:
        """Return the answer: 2xx, or 401 for the caller to renew its token.

        Tries again, with growing pauses, where nothing was done yet (no connection, 429, 503) and
        where the request may be repeated. Raises ApiRefused and ClientError.
        """
        last = len(self._pauses) if tries is None else tries - 1
        for number in range(last + 1):
            try:
                response = self._client.send(self._build(ask, token), stream=stream)
            except httpx.RequestError as error:
                if number == last or not _may_repeat(ask, error):
                    raise self._unreachable(error) from None
                self._pause(number, None)
                continue
            if response.is_success or response.status_code == 401:
                return response
            response.read()
            response.close()
            if number == last or not _may_come_again(ask, response):
                raise ApiRefused(response)
            self._pause(number, response)
        raise AssertionError

    def _build(self, ask: Ask, token: str | None) -> httpx.Request:
        headers = dict(ask.headers)
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        timeout = httpx.Timeout(ask.patience_s, connect=10.0, write=60.0)
        return self._client.build_request(
            ask.method,
            ask.path,
            json=ask.json,
            params=ask.params,
            headers=headers,
            files=ask.files() if ask.files else None,
            content=ask.content,
            timeout=timeout,
        )

    def _pause(self, number: int, response: httpx.Response | None) -> None:
        pause = self._pauses[min(number, len(self._pauses) - 1)] * random.uniform(0.5, 1)  # noqa: S311
        asked = _retry_after(response) if response is not None else None
        if asked is not None:
            pause = asked
            self._say(f"The server asks to wait {asked:g} s …")
        time.sleep(pause)

    def _unreachable(self, error: httpx.RequestError) -> ClientError:
        if isinstance(error, httpx.TimeoutException):
            found = f"{self.server} did not answer in time."
        elif isinstance(error, _NEVER_SENT):
            reason = _ERRNO.sub("", str(error)) or "no connection"
            found = f"{self.server} cannot be reached: {reason}."
        else:
            found = f"The connection to {self.server} broke: {str(error) or type(error).__name__}."
        remedy = "Is it running, and is the address right? (--server, TASKYARD_SERVER)"
        if "CERTIFICATE" in str(error).upper():
            remedy = "If it has a certificate of your own authority, name that in SSL_CERT_FILE."
        return ClientError(f"{found}\n{remedy}", Exit.UNREACHABLE)


def _may_repeat(ask: Ask, error: httpx.RequestError) -> bool:
    if "CERTIFICATE" in str(error).upper() or isinstance(error, httpx.UnsupportedProtocol):
        return False
    return ask.repeatable or isinstance(error, _NEVER_SENT)


def _may_come_again(ask: Ask, response: httpx.Response) -> bool:
    if response.status_code in _BUSY:
        waits_too_long = (_retry_after(response) or 0.0) > LONGEST_PAUSE_S
        # Ours of other codes say that more tries are what is refused (sign-in attempts, quotas).
        code = _error_of(response).get("code")
        return not waits_too_long and (response.status_code == 503 or code in {None, _RATE_LIMIT})
    return ask.repeatable and response.status_code in _GATEWAY


def _retry_after(response: httpx.Response) -> float | None:
    """Return the seconds `Retry-After` names; a date there is not one of ours."""
    given = response.headers.get("retry-after", "")
    return float(given) if given.isascii() and given.isdigit() else None


def _error_of(response: httpx.Response) -> dict[str, Any]:
    """Return the `error` of one of our own refusals, else an empty one."""
    try:
        error = response.json()["error"]
    except (ValueError, LookupError, TypeError):
        return {}
    return error if isinstance(error, dict) and isinstance(error.get("code"), str) else {}


def _worded(response: httpx.Response, error: dict[str, Any]) -> str:
    if not error:
        return _not_ours(response)
    details = error.get("details") or {}
    message = printable(error.get("message", error["code"]))
    fields = details.get("fields")
    if isinstance(fields, list):
        named = [f"{f.get('field')}: {f.get('message')}" for f in fields if isinstance(f, dict)]
        message = printable("; ".join(named)) or message
    if response.status_code >= 500:
        message += f" (request {details.get('request_id', '-')})"
    if error["code"] in {"RESOURCE_NOT_FOUND", "METHOD_NOT_ALLOWED"}:
        message += "\nThe server may be older than this command; compare their versions."
    return message


def _not_ours(response: httpx.Response) -> str:
    host = response.url.netloc.decode()
    if response.is_redirect:
        return (
            f"{host} sends to {printable(response.headers.get('location', 'another address'))}.\n"
            "Name that server with --server."
        )
    if response.status_code in _GATEWAY | _BUSY:
        return (
            f"{host} answers {response.status_code}: it does not reach Taskyard. Try again later."
        )
    kind = response.headers.get("content-type", "nothing").partition(";")[0]
    return (
        f"{host} does not answer as Taskyard does ({response.status_code}, {kind}).\n"
        "Is the address right? (--server, TASKYARD_SERVER)"
    )


def _exit_code(status: int, code: str) -> Exit:
    if status in {401, 403} or code == "LOGIN_ATTEMPTS_EXCEEDED":
        return Exit.NO_RIGHTS
    if not code or status == 429 or status >= 500:
        return Exit.UNREACHABLE
    return Exit.USAGE


def not_understood(server: str) -> NoReturn:
    """Refuse an answer that does not have the shape we know. Raises ClientError."""
    message = f"{server} answered in a way this command does not know; compare their versions."
    raise ClientError(message, Exit.UNREACHABLE)


def _user_agent() -> str:
    import platform

    from taskyard import __version__

    return f"taskyard-cli/{__version__} ({platform.system()})"
