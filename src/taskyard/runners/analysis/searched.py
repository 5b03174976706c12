"""Which files beside Python and scripts may hold a secret, and how they are searched."""

import re
from pathlib import PurePosixPath
from typing import Literal

from taskyard.runners.analysis.languages import language_of

#: `config`: a value needs no quotes. `tokens`: only keys of a shape that nobody invents.
How = Literal["code", "config", "tokens"]

#: More is data; tools that write it write no secrets.
MAX_BYTES = 256 << 10
MOST_FILES = 4_000

_SETTINGS = frozenset({
    ".cfg", ".cnf", ".conf", ".env", ".ini", ".properties", ".tfvars", ".toml", ".yaml", ".yml",
})  # fmt: skip
_SETTINGS_NAMES = frozenset({".env", ".npmrc", ".pypirc", ".netrc", ".git-credentials"})
_OTHERS = frozenset({
    ".gradle", ".json", ".jsonc", ".key", ".p8", ".pem", ".plist", ".ppk", ".xml",
})  # fmt: skip
_OTHER_NAMES = frozenset({
    ".htpasswd", "dockerfile", "jenkinsfile", "makefile", "id_rsa", "id_dsa", "id_ecdsa",
    "id_ed25519",
})  # fmt: skip
#: Full of sums, which look like secrets.
_LOCKS = re.compile(
    r".*\.lock|(?:.*[-.])?(?:lock|shrinkwrap)\.(?:json|yaml|yml)|package\.resolved|.*\.snap"
)
_NOTHING_THERE = frozenset({"CSS"})


def how_to_search(path: str) -> How | None:
    """Return how a file is searched for secrets; None where it is not."""
    name = PurePosixPath(path).name.lower()
    ending = PurePosixPath(name).suffix
    if _LOCKS.fullmatch(name):
        return None
    if ending in _SETTINGS or name in _SETTINGS_NAMES or name.startswith(".env."):
        return "config"
    if ending in _OTHERS or name in _OTHER_NAMES:
        return "code"
    language = language_of(path)
    return "code" if language and language not in _NOTHING_THERE else None
