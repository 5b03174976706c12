"""The refusals that only a dialect knows."""

from typing import Final

from taskyard.kit.errors import Kind, TaskyardError

#: What is said of a failure nobody expected: these contracts have no place for its id in the body.
UNEXPECTED: Final = "Something went wrong on our side. X-Request-Id names it in our log."


class AnalysisUnknown(TaskyardError):
    """There is no analysis with this id."""

    kind = Kind.NOT_FOUND
    code = "ANALYSIS_UNKNOWN"


class AnalysisOfAnother(TaskyardError):
    """This analysis belongs to a project you are not in."""

    kind = Kind.FORBIDDEN
    code = "ANALYSIS_OF_ANOTHER"


class NothingToAnalyse(TaskyardError):
    """The project {project_name} has no source. Upload an archive to {upload_to}, and ask again."""

    kind = Kind.NOT_FOUND
    code = "NOTHING_TO_ANALYSE"
    keeps_work = True


class NotReady(TaskyardError):
    """This server cannot take work yet: {reason}."""

    kind = Kind.UNAVAILABLE
    code = "NOT_READY"
