"""Access tokens (RFC 8725) and the opaque secrets kept only as hashes."""

import base64
import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import jwt

from taskyard.accounts.models import User
from taskyard.core import keys
from taskyard.core.access import ROLE_PERMISSIONS, TokenExpired, TokenInvalid
from taskyard.core.settings import Settings
from taskyard.kit.clock import now
from taskyard.kit.ids import uuid7

ISSUER = "taskyard"
AUDIENCE = "taskyard"
#: Longer tokens are not parsed at all.
MAX_TOKEN_BYTES = 4096
_MAX_LIFE_S = 30 * 60
_LEEWAY_S = 5
#: Tokens that are remembered as read; some 1 kB each.
_REMEMBERED = 4096
_REQUIRED = ["exp", "iat", "sub", "aud", "iss", "jti", "sid"]

REFRESH_PREFIX = "tyr_"
SESSION_PREFIX = "tys_"
LINK_PREFIX = "tyl_"


@dataclass(frozen=True)
class Claims:
    """What a valid access token says; rights are read afresh from the database."""

    user_id: UUID
    session_id: UUID


class AccessTokens:
    """Signs and reads access tokens: HS256 with a key of its own, the algorithm fixed."""

    def __init__(self, settings: Settings) -> None:
        self._key = keys.derive(settings, "access-token")
        self._read: OrderedDict[str, tuple[Claims, int]] = OrderedDict()
        self.life = timedelta(minutes=settings.access_token_minutes)

    def sign(self, user: User, session_id: UUID) -> str:
        """Return a new access token."""
        issued = now()
        role = user.role if user.role in {"user", "admin", "viewer"} else "viewer"
        return jwt.encode(
            {
                "iss": ISSUER,
                "aud": AUDIENCE,
                "sub": str(user.id),
                "username": user.username,
                "role": role,
                "permissions": sorted(ROLE_PERMISSIONS[role]),  # type: ignore[index]
                "sid": str(session_id),
                "jti": str(uuid7()),
                "iat": issued,
                "exp": issued + self.life,
            },
            self._key,
            algorithm="HS256",
            headers={"typ": "at+jwt"},
        )

    def read(self, token: str) -> Claims:
        """Return what a token says. Raises TokenInvalid or TokenExpired.

        A token that was read before is not read again: its signature is as good as it was, and
        only its time can be over.
        """
        known = self._read.get(token)
        if known is not None and time.time() < known[1] + _LEEWAY_S:
            return known[0]
        claims, expires = self._verified(token)
        self._read[token] = claims, expires
        if len(self._read) > _REMEMBERED:
            self._read.popitem(last=False)
        return claims

    def _verified(self, token: str) -> tuple[Claims, int]:
        """Return what a token says and when it ends, in Unix seconds."""
        if len(token) > MAX_TOKEN_BYTES:
            raise TokenInvalid
        try:
            if jwt.get_unverified_header(token).get("typ") != "at+jwt":
                raise TokenInvalid
            claims = jwt.decode(
                token,
                self._key,
                algorithms=["HS256"],
                audience=AUDIENCE,
                issuer=ISSUER,
                leeway=_LEEWAY_S,
                options={"require": _REQUIRED},
            )
            if not 0 < claims["exp"] - claims["iat"] <= _MAX_LIFE_S:
                raise TokenInvalid
            return Claims(UUID(claims["sub"]), UUID(claims["sid"])), claims["exp"]
        except jwt.ExpiredSignatureError:
            raise TokenExpired from None
        except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError, OverflowError):
            raise TokenInvalid from None


def new_secret(prefix: str) -> str:
    """Return a fresh secret of 256 bits."""
    return prefix + secrets.token_urlsafe(32)


def link_secret(settings: Settings, link_id: UUID) -> str:
    """Return the secret of a one-time link, which only the instance's key can make.

    So it need not be kept for the letter that will carry it, however late that is written.
    """
    mac = hmac.digest(keys.derive(settings, "one-time-link"), link_id.bytes, hashlib.sha256)
    return LINK_PREFIX + base64.urlsafe_b64encode(mac).decode().rstrip("=")


def secret_hash(secret: str) -> bytes:
    """Return what is kept of a secret; at 256 bits a fast hash is enough (ASVS 6.5.2)."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
