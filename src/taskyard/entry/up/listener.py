"""The HTTP socket: bound before anything else starts, handed to the API by descriptor.

Connections made while the API starts anew wait in it instead of being refused.
"""

import errno
import http.client
import socket

from taskyard.entry.up.errors import Exit, StartError

HEALTH = "/api/v1/health"
_BACKLOG = 2048


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes any free one.

    Raises StartError (exit code 76 when the port is taken).
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise StartError(f"Cannot listen on {host}: {error.strerror}. Check --host.") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise _refusal(host, port, error) from error
    return listener


def reached_at(listener: socket.socket) -> tuple[str, str]:
    """Return host and port under which this machine reaches the socket, as a URL spells them."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 -- compared, not bound
    return f"[{host}]" if ":" in host else host, str(port)


def answers(listener: socket.socket) -> bool:
    """Say whether the API behind the socket calls itself healthy."""
    connection = http.client.HTTPConnection(":".join(reached_at(listener)), timeout=2)
    try:
        connection.request("GET", HEALTH)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _refusal(host: str, port: int, error: OSError) -> StartError:
    if error.errno == errno.EADDRINUSE:
        message = f"Port {port} on {host} is already in use. Choose another with --port."
        return StartError(message, Exit.PORT_TAKEN)
    if error.errno == errno.EACCES:
        return StartError(f"This user may not listen on port {port}. Choose one above 1023.")
    return StartError(f"Cannot listen on {host} port {port}: {error.strerror}. Check --host.")
