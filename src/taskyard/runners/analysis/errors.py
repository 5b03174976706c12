"""The refusals of analyses."""

from taskyard.kit.errors import Kind, TaskyardError


class AnalysisNotFound(TaskyardError):
    """There is no such analysis in this project."""

    kind = Kind.NOT_FOUND
    code = "ANALYSIS_NOT_FOUND"


class AnalysisNotReady(TaskyardError):
    """Analysis {number} has no report: it is {status}."""

    kind = Kind.CONFLICT
    code = "ANALYSIS_NOT_READY"
