"""Optimistic concurrency by ETag (RFC 9110 sections 8.8.3, 13.1.1): nobody's edit is lost."""

from typing import Annotated

from fastapi import Header, Response

from taskyard.kit.errors import Kind, TaskyardError

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=500,
        description="The ETag you read; a change made since then is answered with 412.",
    ),
]


class PreconditionFailed(TaskyardError):
    """It was changed since you read it (now version {current}). Read it again, then repeat."""

    kind = Kind.PRECONDITION
    code = "PRECONDITION_FAILED"


def etag(version: int) -> str:
    """Return the strong ETag of a version."""
    return f'"{version}"'


def check_match(if_match: str | None, version: int) -> None:
    """Raise PreconditionFailed unless the header is absent, `*`, or names this version.

    Compared strongly: a weak tag (`W/"3"`) never matches (RFC 9110 section 13.1.1).
    """
    if if_match is None or if_match.strip() == "*":
        return
    if etag(version) not in [tag.strip() for tag in if_match.split(",")]:
        raise PreconditionFailed(current=version)


def set_etag(response: Response, version: int) -> None:
    """Put the version's ETag on an answer."""
    response.headers["ETag"] = etag(version)
