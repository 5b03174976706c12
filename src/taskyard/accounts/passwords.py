"""Passwords: what is accepted, how it is kept, and how it is checked without stalling the loop."""

import asyncio
import base64
import hashlib
import hmac
import os
from functools import lru_cache

from pwdlib import PasswordHash
from pwdlib.hashers import HasherProtocol
from pwdlib.hashers.argon2 import Argon2Hasher
from pwdlib.hashers.bcrypt import BcryptHasher

from taskyard.accounts.errors import PasswordTooWeak
from taskyard.core import keys
from taskyard.core.settings import Settings

MAX_CHARACTERS = 128
BCRYPT = "bcrypt"
BCRYPT_ROUNDS = 12
ARGON2_PASSES, ARGON2_KIB = 2, 19_456
"""What OWASP asks at least."""


class Passwords:
    """Hashes and checks passwords with the instance's pepper.

    bcrypt sees base64(HMAC-SHA384(pepper, password)): 64 bytes, so that its limit of 72 and its
    end at a NUL never matter, and a leaked hash is worthless without the secret (OWASP).
    """

    def __init__(self, settings: Settings) -> None:
        self._pepper = keys.derive(settings, "password")
        bcrypt: HasherProtocol = BcryptHasher(rounds=BCRYPT_ROUNDS)
        argon2: HasherProtocol = Argon2Hasher(
            time_cost=ARGON2_PASSES, memory_cost=ARGON2_KIB, parallelism=1
        )
        preferred = [bcrypt, argon2] if settings.password_hasher == BCRYPT else [argon2, bcrypt]
        self._hashes = PasswordHash(preferred)
        # One core stays free for requests while others sign in.
        self._turn = asyncio.Semaphore(max(1, (os.cpu_count() or 2) - 1))
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        """Return what to keep of a password."""
        async with self._turn:
            return await asyncio.to_thread(self._hashes.hash, self._prepared(password))

    async def verify(self, password: str, kept: str) -> tuple[bool, str | None]:
        """Say whether it is the password, and what to keep instead where its hash is outdated."""
        async with self._turn:
            return await asyncio.to_thread(
                self._hashes.verify_and_update, self._prepared(password), kept
            )

    async def verify_nobody(self, password: str) -> None:
        """Do the same work for an account that does not exist, so that time tells nothing."""
        if self._nobody is None:
            # Hashing is the work of verifying, so that the first to ask waits no longer.
            self._nobody = await self.hash(password)
        else:
            await self.verify(password, self._nobody)

    def _prepared(self, password: str) -> str:
        digest = hmac.digest(self._pepper, password.encode(), hashlib.sha384)
        return base64.b64encode(digest).decode()


@lru_cache(maxsize=1)
def common_passwords() -> frozenset[str]:
    """Return well-known passwords, lower case (zxcvbn's list; read on first use, it is large)."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"])


def check_password(password: str, *, min_length: int, known: tuple[str, ...] = ()) -> None:
    """Raise PasswordTooWeak, saying why (NIST SP 800-63B-4: length and a blocklist, no classes).

    `known` are words an attacker would try first: the person's names and address.
    """
    if len(password) < min_length:
        raise PasswordTooWeak(reason=f"needs at least {min_length} characters")
    if len(password) > MAX_CHARACTERS:
        raise PasswordTooWeak(reason=f"may have at most {MAX_CHARACTERS} characters")
    if not password.strip() or any(ord(char) < 32 for char in password):
        raise PasswordTooWeak(reason="may not be blank or hold control characters")
    folded = password.casefold()
    if folded in common_passwords() or len(set(folded)) < 3:
        raise PasswordTooWeak(reason="is one of the first an attacker tries; choose another")
    if any(word and folded == word.casefold() for word in (*known, "taskyard")):
        raise PasswordTooWeak(reason="is your name or address; choose another")
