"""Where the access token of a command comes from, and who renews it."""

import time
from typing import Protocol

from pydantic import BaseModel, ValidationError

from taskyard.entry.cli.client.credentials import Credentials, SignedIn
from taskyard.entry.cli.client.exits import ClientError, Exit
from taskyard.entry.cli.client.wire import ApiRefused, Ask, Wire, not_understood

#: A token is renewed this many seconds before it ends, so that a long upload is not begun with one
#: that ends before its first byte is looked at.
_EARLY_S = 60.0


class Tokens(Protocol):
    """Gives the access token for each request."""

    def current(self) -> str:
        """Return a token that should still be good."""
        ...

    def renewed(self, refused: str) -> str:
        """Return another token than the one the server refused. Raises ClientError."""
        ...


class _Data(BaseModel):
    access_token: str
    refresh_token: str
    expires_in: float


class _Answer(BaseModel):
    data: _Data


class GivenToken:
    """The token of TASKYARD_TOKEN."""

    def __init__(self, token: str) -> None:
        self._token = token

    def current(self) -> str:
        """Return the token as it was given."""
        return self._token

    def renewed(self, refused: str) -> str:  # noqa: ARG002 — the protocol's
        """Refuse: nothing is known by which it could be renewed."""
        message = "TASKYARD_TOKEN is not accepted: it is wrong or has expired. Set a fresh one."
        raise ClientError(message, Exit.NO_RIGHTS)


class KeptTokens:
    """The tokens that `taskyard login` kept for one server."""

    def __init__(self, credentials: Credentials, wire: Wire) -> None:
        self._credentials = credentials
        self._wire = wire

    def current(self) -> str:
        """Return the kept access token, renewed where it is about to end."""
        kept = self._kept()
        if kept.expires_at - time.time() > _EARLY_S:
            return kept.access_token
        return self.renewed(kept.access_token)

    def renewed(self, refused: str) -> str:
        """Return another access token than this one.

        Of several processes that need one at once, the first gets it from the server and the
        others find it in the file. Raises ClientError.
        """
        with self._credentials.locked():
            kept = self._kept()
            if kept.access_token != refused:
                return kept.access_token
            following = self._trade(kept)
            self._credentials.keep(self._wire.server, following)
        return following.access_token

    def _kept(self) -> SignedIn:
        kept = self._credentials.of(self._wire.server)
        if kept is None:
            raise sign_in_first(self._wire.server)
        return kept

    def _trade(self, kept: SignedIn) -> SignedIn:
        """Trade the refresh token for the next; the caller holds the lock.

        Never repeated when the answer was lost: the server may have taken the token, and would
        take the second use of it for a thief's.
        """
        ask = Ask("POST", "/auth/refresh", json={"refresh_token": kept.refresh_token})
        response = self._wire.send(ask, None)
        if response.status_code == 401:
            self._credentials.forget(self._wire.server)
            reason = ApiRefused(response).message
            message = f"{reason}\n{_how_to_sign_in(self._wire.server)}"
            raise ClientError(message, Exit.NO_RIGHTS)
        return signed_in(kept.email, response.content, self._wire.server)


def signed_in(email: str, answer: bytes, server: str) -> SignedIn:
    """Return what a sign-in or a refresh gave. Raises ClientError."""
    try:
        data = _Answer.model_validate_json(answer).data
    except ValidationError:
        not_understood(server)
    return SignedIn(email, data.access_token, data.refresh_token, time.time() + data.expires_in)


def sign_in_first(server: str) -> ClientError:
    """Return the error of somebody who is not signed in."""
    return ClientError(
        f"You are not signed in to {server}. {_how_to_sign_in(server)}", Exit.NO_RIGHTS
    )


def _how_to_sign_in(server: str) -> str:
    return f"Sign in: taskyard login --server {server}"
