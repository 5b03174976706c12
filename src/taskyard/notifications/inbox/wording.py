"""What a notification says in a letter. Usernames, not the names people choose for themselves."""

from typing import Final

from taskyard.notifications.types import NoticeType

_SAYS: Final[dict[NoticeType, str]] = {
    NoticeType.MENTION: "{actor} mentioned you in {thing}",
    NoticeType.COMMENT_ADDED: "{actor} commented on {thing}",
    NoticeType.TASK_ASSIGNED: "{actor} assigned you {thing}",
    NoticeType.TASK_COMPLETED: "{actor} completed {thing}",
    NoticeType.TEAM_INVITE: "{actor} invites you to {thing}",
    NoticeType.TEAM_JOINED: "{actor} joined {thing}",
    NoticeType.TEAM_MEMBER_LEFT: "{actor} left {thing}",
    NoticeType.JOB_FAILED: "{thing} failed",
    NoticeType.JOB_COMPLETED: "{thing} is done",
}
_OF_A_PROJECT: Final = {NoticeType.TEAM_INVITE, NoticeType.TEAM_JOINED, NoticeType.TEAM_MEMBER_LEFT}


def sentence(kind: str, actor: str | None, title: str, key: str | None, project: str | None) -> str:
    """Return one notification as a sentence, without its full stop."""
    told = NoticeType(kind)
    thing = f"{key} {title}" if key else title
    said = _SAYS[told].format(actor=actor or "Somebody", thing=thing)
    if project and project != title and told not in _OF_A_PROJECT:
        said += f" ({project})"
    return said
