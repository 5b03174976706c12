"""Words of named teams."""

from datetime import timedelta
from typing import Final, Literal

from taskyard.core.access import Permission
from taskyard.projects.types import GrantedRole

TeamRole = Literal["owner", "admin", "member", "viewer"]

#: How long an invitation waits for an answer.
LIFE: Final = timedelta(days=14)
#: Whatever the tier: what a team gives is written for each person in each project.
MOST_MEMBERS: Final = 200
MOST_PROJECTS: Final = 50
#: How many teams somebody can be an owner of.
MOST_TEAMS: Final = 50

_READ: Final = frozenset({Permission.TEAM_READ})
_LEAD: Final = _READ | {Permission.TEAM_UPDATE, Permission.TEAM_MANAGE}

#: What each role allows within the team; an account's own role caps it further.
ROLE_ALLOWS: Final[dict[TeamRole, frozenset[Permission]]] = {
    "owner": _LEAD | {Permission.TEAM_DELETE},
    "admin": _LEAD,
    "member": _READ,
    "viewer": _READ,
}
#: The highest first.
RANKS: Final[tuple[TeamRole, ...]] = ("owner", "admin", "member", "viewer")


def most_in_projects(role: TeamRole) -> GrantedRole:
    """Return the most that a role has in a project the team is granted."""
    return "viewer" if role == "viewer" else "member"
