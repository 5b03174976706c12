"""The refusals of templates."""

from taskyard.kit.errors import Kind, TaskyardError


class TemplateNotFound(TaskyardError):
    """There is no such template: give the id of a built-in one, or of one of your own."""

    kind = Kind.NOT_FOUND
    code = "TEMPLATE_NOT_FOUND"


class TemplateNameTaken(TaskyardError):
    """You already have a template called {name}. Choose another name."""

    kind = Kind.CONFLICT
    code = "TEMPLATE_NAME_TAKEN"


class TooManyTemplates(TaskyardError):
    """You have {limit} templates, which is the most. Delete one first."""

    kind = Kind.CONFLICT
    code = "TOO_MANY_TEMPLATES"


class TooLargeForTemplate(TaskyardError):
    """This project has more than {limit} tasks, and a template holds no more."""

    kind = Kind.CONFLICT
    code = "TOO_LARGE_FOR_TEMPLATE"
