"""The refusals of comments."""

from taskyard.kit.errors import Kind, TaskyardError


class CommentNotFound(TaskyardError):
    """There is no such comment in this project."""

    kind = Kind.NOT_FOUND
    code = "COMMENT_NOT_FOUND"


class CommentTargetNotFound(TaskyardError):
    """There is no such {entity_type} in this project to comment on."""

    kind = Kind.NOT_FOUND
    code = "COMMENT_TARGET_NOT_FOUND"


class NotYourComment(TaskyardError):
    """Only who wrote a comment may change it; an owner of the project may delete it."""

    kind = Kind.FORBIDDEN
    code = "AUTH_FORBIDDEN"


class CommentDeleted(TaskyardError):
    """This comment was deleted. Write a new one."""

    kind = Kind.GONE
    code = "COMMENT_DELETED"


class ReplyTooDeep(TaskyardError):
    """Replies go one level deep. Answer the comment {parent_id} instead."""

    kind = Kind.INVALID
    code = "COMMENT_REPLY_TOO_DEEP"
