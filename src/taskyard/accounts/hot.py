"""The hot read of accounts (`core.hot`): one's own, which every page of the web app begins with."""

from collections.abc import Mapping
from typing import Final

import orjson
from asyncpg import Record

from taskyard.core.access import Actor
from taskyard.core.etag import etag
from taskyard.core.hot import Question
from taskyard.core.live.spine import NEWEST_NUMBER, POSITION

_ME: Final = f"""
    SELECT email_verified_at IS NOT NULL AS email_verified, display_name,
        CASE WHEN granted_tier IS NOT NULL AND granted_until > now() THEN granted_until END
            AS tier_until, preferences::text AS body, created_at, version,
        {NEWEST_NUMBER} AS position
    FROM users WHERE id = caller.user_id"""  # noqa: S608 — a constant


def me() -> Question:
    """Ask for the caller's account, as `schemas.UserRead` has it."""
    return Question(_ME, text=_account, headers=_headers)


def _account(row: Record, actor: Actor) -> str:
    account = {
        "id": str(actor.user_id),
        "email": actor.email,
        "email_verified": row["email_verified"],
        "username": actor.username,
        "display_name": row["display_name"],
        "role": actor.role,
        "tier": actor.tier,
        "tier_until": row["tier_until"],
        "permissions": sorted(actor.permissions),
        "preferences": orjson.Fragment(row["body"]),
        "created_at": row["created_at"],
        "version": row["version"],
    }
    return orjson.dumps({"data": account}, option=orjson.OPT_UTC_Z).decode()


def _headers(row: Record) -> Mapping[str, str]:
    # Whatever is asked for after this answer holds all up to here, and what comes later is told to
    # those who follow from here on: a page that reads first and follows then misses nothing.
    return {"ETag": etag(row["version"]), POSITION: str(row["position"])}
