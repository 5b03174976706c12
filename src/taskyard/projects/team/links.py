"""The links that invitations are answered by, into projects and into named teams alike."""

from datetime import datetime, timedelta
from typing import TypedDict
from uuid import UUID

from taskyard.accounts.tokens import link_secret, secret_hash
from taskyard.core.settings import Settings
from taskyard.kit.clock import now
from taskyard.kit.ids import uuid7


class Fresh(TypedDict):
    """The columns of a link that is good from now on."""

    link_id: UUID
    token_hash: bytes
    sent_at: datetime
    expires_at: datetime


def fresh(settings: Settings, life: timedelta) -> Fresh:
    """Return another link, which ends the one before."""
    link_id, at = uuid7(), now()
    return {
        "link_id": link_id,
        "token_hash": secret_hash(link_secret(settings, link_id)),
        "sent_at": at,
        "expires_at": at + life,
    }


def address_of(settings: Settings, link_id: UUID) -> str:
    """Return an invitation's page; the secret stands behind the #, which no server is sent."""
    return f"{settings.web_address}/app/invitation#{link_secret(settings, link_id)}"
