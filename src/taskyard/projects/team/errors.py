"""The refusals of teams."""

from taskyard.kit.errors import Kind, TaskyardError


class MemberNotFound(TaskyardError):
    """There is no such member in this project."""

    kind = Kind.NOT_FOUND
    code = "MEMBER_NOT_FOUND"


class LastOwnerStays(TaskyardError):
    """A project keeps an owner who can act. Make somebody else an owner first."""

    kind = Kind.CONFLICT
    code = "LAST_OWNER"


class ThroughTeam(TaskyardError):
    """{who} is here through a team. Take them out of the team, or the team out of the project."""

    kind = Kind.CONFLICT
    code = "MEMBER_THROUGH_TEAM"


class PersonalProjectAlone(TaskyardError):
    """A personal project is for one. Make a project to work together with others."""

    kind = Kind.CONFLICT
    code = "PERSONAL_PROJECT"


class InviteeUnknown(TaskyardError):
    """Nobody here is called {username}. Invite them by e-mail instead."""

    kind = Kind.NOT_FOUND
    code = "INVITEE_NOT_FOUND"


class AlreadyMember(TaskyardError):
    """{who} is in this project already, as {role}."""

    kind = Kind.CONFLICT
    code = "ALREADY_MEMBER"


class AlreadyInvited(TaskyardError):
    """{who} is invited already. Send that invitation again, or take it back first."""

    kind = Kind.CONFLICT
    code = "ALREADY_INVITED"


class InvitationNotFound(TaskyardError):
    """There is no such open invitation."""

    kind = Kind.NOT_FOUND
    code = "INVITATION_NOT_FOUND"


class InvitationGone(TaskyardError):
    """This invitation was answered, taken back or has expired. Ask for another."""

    kind = Kind.GONE
    code = "INVITATION_GONE"


class InvitationOfSomebody(TaskyardError):
    """This invitation is for somebody who has an account. Sign in to answer it."""

    kind = Kind.CONFLICT
    code = "INVITATION_OF_ACCOUNT"
