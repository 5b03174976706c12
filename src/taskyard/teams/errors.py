"""The refusals of named teams."""

from taskyard.kit.errors import Kind, TaskyardError


class TeamNotFound(TaskyardError):
    """There is no such team that you can see."""

    kind = Kind.NOT_FOUND
    code = "TEAM_NOT_FOUND"


class TeamRoleTooLow(TaskyardError):
    """Your role in this team ({role}) does not allow {permission}; ask an owner."""

    kind = Kind.FORBIDDEN
    code = "AUTH_FORBIDDEN"


class OwnersDecide(TaskyardError):
    """Only an owner of this team makes owners, and changes or removes them."""

    kind = Kind.FORBIDDEN
    code = "AUTH_FORBIDDEN"


class TooManyTeams(TaskyardError):
    """You own {limit} teams, which is the most. Delete one, or make somebody else its owner."""

    kind = Kind.CONFLICT
    code = "TOO_MANY_TEAMS"


class TeamMemberNotFound(TaskyardError):
    """There is no such member in this team."""

    kind = Kind.NOT_FOUND
    code = "TEAM_MEMBER_NOT_FOUND"


class LastTeamOwnerStays(TaskyardError):
    """A team keeps an owner who can act. Make somebody else an owner, or delete the team."""

    kind = Kind.CONFLICT
    code = "LAST_TEAM_OWNER"


class InviteeUnknown(TaskyardError):
    """Nobody here is called {username}. Invite them by e-mail instead."""

    kind = Kind.NOT_FOUND
    code = "INVITEE_NOT_FOUND"


class AlreadyInTeam(TaskyardError):
    """{who} is in this team already, as {role}."""

    kind = Kind.CONFLICT
    code = "ALREADY_IN_TEAM"


class AlreadyInvitedToTeam(TaskyardError):
    """{who} is invited already. Send that invitation again, or take it back first."""

    kind = Kind.CONFLICT
    code = "ALREADY_INVITED_TO_TEAM"


class TeamInvitationNotFound(TaskyardError):
    """There is no such open invitation: it was answered, taken back, or has expired."""

    kind = Kind.NOT_FOUND
    code = "TEAM_INVITATION_NOT_FOUND"


class TeamFull(TaskyardError):
    """A team has at most {limit} people, whoever is invited included."""

    kind = Kind.CONFLICT
    code = "TEAM_FULL"


class TooManyProjects(TaskyardError):
    """A team is granted at most {limit} projects. Take it out of one first."""

    kind = Kind.CONFLICT
    code = "TOO_MANY_TEAM_PROJECTS"


class NotGranted(TaskyardError):
    """This team is not in this project."""

    kind = Kind.NOT_FOUND
    code = "TEAM_NOT_GRANTED"
