"""Links that end one kind of e-mail for one person, signed, and good for ever (RFC 8058)."""

import base64
import binascii
import hashlib
import hmac
from typing import Final
from uuid import UUID

from taskyard.core import keys
from taskyard.core.settings import Settings
from taskyard.notifications.errors import UnsubscribeLinkInvalid
from taskyard.notifications.types import Category

_MAC_BYTES: Final = 16
_ID_BYTES: Final = 16


def seal(settings: Settings, user_id: UUID, category: Category) -> str:
    """Return the token that ends a category's e-mail for a person, and does nothing else."""
    body = user_id.bytes + category.value.encode()
    return base64.urlsafe_b64encode(_mac(settings, body) + body).decode().rstrip("=")


def unseal(settings: Settings, token: str) -> tuple[UUID, Category]:
    """Return whose e-mail a token ends, and which. Raises UnsubscribeLinkInvalid."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        mac, body = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        if not hmac.compare_digest(mac, _mac(settings, body)):
            raise UnsubscribeLinkInvalid
        user_id, category = UUID(bytes=body[:_ID_BYTES]), Category(body[_ID_BYTES:].decode())
    except (ValueError, binascii.Error):
        raise UnsubscribeLinkInvalid from None
    if category is Category.SECURITY:
        raise UnsubscribeLinkInvalid
    return user_id, category


def address_of(settings: Settings, token: str) -> str:
    """Return what a mail program sends a POST to."""
    return f"{settings.web_address}/api/v1/notifications/unsubscribe?token={token}"


def page_of(settings: Settings, category: Category, token: str) -> str:
    """Return the page that asks a person before it does so."""
    return f"{settings.web_address}/app/unsubscribe?category={category}&token={token}"


def _mac(settings: Settings, body: bytes) -> bytes:
    return hmac.digest(keys.derive(settings, "unsubscribe"), body, hashlib.sha256)[:_MAC_BYTES]
