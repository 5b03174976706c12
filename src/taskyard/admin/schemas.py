"""What administrators send and get back."""

from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from taskyard.core.schemas import Flag, In, Moment, NumberedPageQuery, Out, SearchText

RoleName = Literal["user", "admin", "viewer"]
TierName = Literal["free", "pro", "premium"]


class AccountRead(Out):
    """An account, as administrators see it."""

    id: UUID
    email: str
    username: str
    display_name: str
    role: RoleName
    tier: TierName = Field(description="What counts now.")
    tier_granted: bool = Field(description="It was given by an administrator.")
    tier_until: datetime | None = Field(description="When a granted tier ends; null: never.")
    active: bool
    sessions: int = Field(description="Where the account is signed in.")
    last_seen_at: datetime | None = Field(description="Null where it is signed in nowhere.")
    created_at: datetime
    version: int


class AccountPatch(In):
    """What of an account to change."""

    role: RoleName | None = None
    tier: TierName | None = Field(
        None, description="Goes before the account's own tier; null takes it back."
    )
    tier_until: Moment | None = Field(None, description="For a time: when `tier` ends.")
    active: Flag | None = Field(None, description="False ends its sessions and keeps it out.")

    @model_validator(mode="after")
    def _time_of_a_tier(self) -> Self:
        if self.tier_until is not None and self.tier is None:
            raise ValueError("tier_until is when a tier ends: send tier with it")
        return self


class AccountQuery(NumberedPageQuery):
    """Which accounts are asked for."""

    q: SearchText | None = Field(None, description="Part of the name, username or e-mail.")
    role: RoleName | None = None
    active: bool | None = None


class AccountSessionRead(Out):
    """A login of somebody's, on a device."""

    id: UUID
    device: str
    address: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


class SessionsEnded(Out):
    """How many sessions were ended."""

    sessions_ended: int


class OwnerRead(Out):
    """Whose it is."""

    id: UUID
    username: str
    display_name: str


class AnyProjectRead(Out):
    """A project, as administrators find it."""

    id: UUID
    name: str
    key: str
    is_personal: bool
    owner: OwnerRead
    members: int
    created_at: datetime
    updated_at: datetime


class AnyProjectQuery(NumberedPageQuery):
    """Which projects are asked for."""

    q: SearchText | None = Field(None, description="Part of the project's or its owner's name.")
    personal: bool = Field(False, description="Personal projects as well.")
