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

_NEW_PAIR = (
    "Make a new pair of keys and withdraw this one; keep the private one out of version control."
)
_KINDS: tuple[SecretKind, ...] = (
    SecretKind("secret-keyword", "Password or key in the code", "medium", "medium", _READ),
    SecretKind("basic-auth-credentials", "Password in an address", "medium", "medium", _READ),
    SecretKind("json-web-token", "Signed token in the code", "medium", "high", _READ),
    SecretKind("base64-high-entropy-string", "Random text, maybe a secret", "low", "low", _IF),
    SecretKind("hex-high-entropy-string", "Random digits, maybe a secret", "low", "low", _IF),
    SecretKind("private-key", "Private key in the code", "high", "high", _NEW_PAIR),
)
_SPECIAL: Mapping[str, SecretKind] = MappingProxyType({one.rule: one for one in _KINDS})
#: Of detect-secrets' names, what is no name itself.
_COMMON = re.compile(r"\b(?:Access|Account|Credentials|Key|Secret|Storage|Tokens?)\b")


def kind_of(secret_type: str) -> SecretKind:
    """Return what a detector's own name for its secrets means."""
    rule = re.sub(r"[^a-z0-9]+", "-", secret_type.lower()).strip("-")
    title = f"{_COMMON.sub(lambda word: word[0].lower(), secret_type)} in the code"
    return _SPECIAL.get(rule) or SecretKind(rule, title, "high", "high", _REVOKE)
