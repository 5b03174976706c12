"""What accounts tell the spine. Security events are these same rows: nothing is told twice."""

from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from taskyard.core.spine import Event

#: The subject of what was asked of an account that does not exist: asking costs the same work.
NOBODY: Final = UUID(int=0)


class AccountRegistered(Event):
    """A person has an account now."""

    name: ClassVar[str] = "account.registered.v1"
    username: str
    role: str


class PasswordChanged(Event):
    """A password was changed; the account's other sessions have ended."""

    name: ClassVar[str] = "account.password_changed.v1"
    sessions_ended: int


class PasswordResetAsked(Event):
    """Somebody forgot a password. `subject_id` is the account, or NOBODY where there is none."""

    name: ClassVar[str] = "account.password_reset_asked.v1"
    address: str


class PasswordResetLinkMade(Event):
    """Whoever runs this instance made a link that sets a new password."""

    name: ClassVar[str] = "account.password_reset_link_made.v1"


class PasswordReset(Event):
    """A link set a new password; every session of the account has ended."""

    name: ClassVar[str] = "account.password_reset.v1"
    address: str
    sessions_ended: int


class EmailVerificationAsked(Event):
    """A person asked for a link that shows the address to be theirs."""

    name: ClassVar[str] = "account.email_verification_asked.v1"


class EmailVerified(Event):
    """A link that was sent to the account's address was used."""

    name: ClassVar[str] = "account.email_verified.v1"


class ProfileChanged(Event):
    """A profile was changed."""

    name: ClassVar[str] = "account.profile_changed.v1"
    fields: list[str]


class RoleChanged(Event):
    """What an account may do was changed; it counts at its next request."""

    name: ClassVar[str] = "account.role_changed.v1"
    old: str
    new: str


class TierGranted(Event):
    """An administrator gave an account a tier, until then or for good; None took it back."""

    name: ClassVar[str] = "account.tier_granted.v1"
    tier: str | None
    until: datetime | None


class AccountDeactivated(Event):
    """An account may not sign in any more; its sessions have ended."""

    name: ClassVar[str] = "account.deactivated.v1"
    sessions_ended: int


class AccountActivated(Event):
    """An account may sign in again."""

    name: ClassVar[str] = "account.activated.v1"


class SignedOutEverywhere(Event):
    """An administrator ended every session of an account, which may sign in again."""

    name: ClassVar[str] = "account.signed_out.v1"
    sessions_ended: int


class SignedIn(Event):
    """A session began. `subject_id` is the session."""

    name: ClassVar[str] = "session.started.v1"
    address: str
    device: str


class SessionLinkMade(Event):
    """A link that signs another device in was made. `subject_id` is the session that made it."""

    name: ClassVar[str] = "session.link_made.v1"


class SessionLinked(Event):
    """A session began by such a link. `subject_id` is the new one."""

    name: ClassVar[str] = "session.linked.v1"
    #: The session that made the link, and its device.
    made_by: UUID
    device: str


class SignInRefused(Event):
    """Somebody tried an account with a wrong password. `subject_id` is the account."""

    name: ClassVar[str] = "account.sign_in_refused.v1"
    address: str


class SessionEnded(Event):
    """A session ended.

    `reason`: signed_out, revoked, refresh_reused, password_changed, password_reset, evicted,
    deactivated, ended_by_admin.
    """

    name: ClassVar[str] = "session.ended.v1"
    reason: str
