"""What detect-secrets' kinds mean, how sure they are, and what to do about them."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from taskyard.runners.analysis.finding import Confidence, Severity

CWE = "CWE-798"


class SecretKind(NamedTuple):
    """A kind of secret in our words."""

    rule: str
    title: str
    severity: Severity
    confidence: Confidence
    #: Found by what it is called or how it looks, not by a shape of its own.
    guessed: bool
    text: str


_REVOKE = (
    "Revoke it where it was issued; deleting the line is not enough, since version control keeps "
    "it. Read the new one from a setting or a secret store."
)
_READ = "Read it from a setting or a secret store, and change it: version control keeps this one."
_IF = (
    "If it is a secret, read it from a setting or a secret store and change it; else say so with "
    "a comment `pragma: allowlist secret`."
)

_SPECIAL: Mapping[str, SecretKind] = MappingProxyType(
    {
        one.rule: one
        for one in (
            SecretKind(
                "secret-keyword", "Password or key in the code", "medium", "medium", True, _READ
            ),
            SecretKind(
                "basic-auth-credentials", "Password in an address", "medium", "medium", True, _READ
            ),
            SecretKind(
                "json-web-token", "Signed token in the code", "medium", "high", False, _READ
            ),
            SecretKind(
                "base64-high-entropy-string", "Random text that may be a secret", "low", "low",
                True, _IF,
            ),
            SecretKind(
                "hex-high-entropy-string", "Random digits that may be a secret", "low", "low",
                True, _IF,
            ),
            SecretKind(
                "private-key", "Private key in the code", "high", "high", False,
                "Make a new pair of keys and withdraw this one; keep the private one out of "
                "version control.",
            ),
        )
    }
)  # fmt: skip


def kind_of(secret_type: str) -> SecretKind:
    """Return what a detector's own name for its secrets means."""
    rule = re.sub(r"[^a-z0-9]+", "-", secret_type.lower()).strip("-")
    title = f"{secret_type} in the code"
    return _SPECIAL.get(rule) or SecretKind(rule, title, "high", "high", False, _REVOKE)
