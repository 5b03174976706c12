"""What sharing refuses to those who share; `core.sharing` has what holders of links are told."""

from taskyard.kit.errors import Kind, TaskyardError


class TooManyShares(TaskyardError):
    """This file has {limit} links that work. End one first."""

    kind = Kind.CONFLICT
    code = "TOO_MANY_SHARES"
