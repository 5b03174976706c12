"""Makers: each test makes the accounts and things it needs, so that none leans on another's."""

from tests.world.accounts import Account
from tests.world.world import World

__all__ = ["Account", "World"]
