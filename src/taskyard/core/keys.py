"""One secret, many keys: each purpose signs with a key of its own (RFC 8725 section 3.6)."""

import hashlib
import hmac

from taskyard.core.settings import Settings


def derive(settings: Settings, purpose: str) -> bytes:
    """Return the 32-byte key for `purpose` by HKDF-SHA256 (RFC 5869) from the instance's secret."""
    extracted = hmac.digest(
        b"taskyard/v1", settings.secret_key.get_secret_value().encode(), hashlib.sha256
    )
    return hmac.digest(extracted, purpose.encode() + b"\x01", hashlib.sha256)
