"""Words of the library."""

from typing import Final, Literal

from taskyard.core.access import Actor
from taskyard.core.limits import TIERS, tier_limits

#: Why somebody came for a file: by a link of an account's own, or by a shared one.
Action = Literal["download", "share_opened", "share_downloaded", "share_refused"]

#: The most that administrators give, whom no tier limits: what a request may carry at all.
LARGEST_BYTES: Final = max(tier.source_archive_bytes for tier in TIERS.values())


def largest_file(actor: Actor) -> int:
    """Return the size in bytes of the largest file an account may give."""
    return LARGEST_BYTES if actor.is_admin else tier_limits(actor.tier).attachment_bytes


def largest_archive(actor: Actor) -> int:
    """Return the size in bytes of the largest packed source an account may give."""
    return LARGEST_BYTES if actor.is_admin else tier_limits(actor.tier).source_archive_bytes
