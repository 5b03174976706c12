"""What accounts tell the spine. Security events are these same rows: nothing is told twice."""

from typing import ClassVar

from taskyard.core.spine import Event


class AccountRegistered(Event):
    """A person has an account now."""

    name: ClassVar[str] = "account.registered.v1"
    username: str
    role: str


class PasswordChanged(Event):
    """A password was changed; the account's other sessions have ended."""

    name: ClassVar[str] = "account.password_changed.v1"
    sessions_ended: int


class ProfileChanged(Event):
    """A profile was changed."""

    name: ClassVar[str] = "account.profile_changed.v1"
    fields: list[str]


class SignedIn(Event):
    """A session began. `subject_id` is the session."""

    name: ClassVar[str] = "session.started.v1"
    address: str
    device: str


class SignInRefused(Event):
    """Somebody tried an account with a wrong password. `subject_id` is the account."""

    name: ClassVar[str] = "account.sign_in_refused.v1"
    address: str


class SessionEnded(Event):
    """A session ended. `reason`: signed_out, revoked, refresh_reused, password_changed, evicted."""

    name: ClassVar[str] = "session.ended.v1"
    reason: str
