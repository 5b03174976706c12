"""Words of projects."""

from datetime import timedelta
from typing import Final, Literal

from taskyard.core.access import Permission

ProjectRole = Literal["owner", "member", "viewer"]
#: The highest first.
RANKS: Final[tuple[ProjectRole, ...]] = ("owner", "member", "viewer")
#: What a team can be granted. Owners are people, so that one stays whatever becomes of a team.
GrantedRole = Literal["member", "viewer"]
ProjectSort = Literal["-updated_at", "updated_at", "-created_at", "created_at", "name", "-name"]
ProjectStatus = Literal["active", "archived", "deleted", "all"]

#: How long a deleted project can be brought back; afterwards nothing of it is kept.
GRACE: Final = timedelta(days=30)
#: More tags than this tell nothing apart.
MOST_TAGS: Final = 20

_READ = frozenset(
    {
        Permission.PROJECT_READ,
        Permission.TASK_READ,
        Permission.FILE_READ,
        Permission.JOB_READ,
        Permission.ANALYSIS_READ,
        Permission.BUILD_READ,
        Permission.COMMENT_READ,
    }
)
_WORK = frozenset(
    {
        Permission.TASK_CREATE,
        Permission.TASK_UPDATE,
        Permission.TASK_DELETE,
        Permission.FILE_UPLOAD,
        Permission.FILE_SHARE,
        Permission.JOB_CREATE,
        Permission.JOB_CANCEL,
        Permission.ANALYSIS_CREATE,
        Permission.ANALYSIS_SHARE,
        Permission.BUILD_CREATE,
        Permission.BUILD_CANCEL,
        Permission.COMMENT_CREATE,
    }
)
_OWN = frozenset(
    {
        Permission.PROJECT_UPDATE,
        Permission.PROJECT_DELETE,
        Permission.TEAM_MANAGE,
        Permission.FILE_DELETE,
    }
)

#: What an administrator of the instance may do where they are no member: look into everything,
#: and put the project itself and its team in order. Nothing inside of it is theirs to write.
ADMIN_ALLOWS: frozenset[Permission] = _READ | {
    Permission.PROJECT_UPDATE,
    Permission.PROJECT_DELETE,
    Permission.TEAM_MANAGE,
}

#: What may still be done in an archived project: reading, stopping what runs, and putting the
#: project itself and its team in order.
ARCHIVED_ALLOWS: frozenset[Permission] = ADMIN_ALLOWS | {Permission.JOB_CANCEL}

#: What a role allows within its project; an account's own role caps it further.
ROLE_ALLOWS: dict[ProjectRole, frozenset[Permission]] = {
    "viewer": _READ,
    "member": _READ | _WORK,
    "owner": _READ | _WORK | _OWN,
}
