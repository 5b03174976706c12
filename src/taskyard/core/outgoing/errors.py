"""What asking others refuses, and what goes wrong on the way."""

from taskyard.kit.errors import Kind, TaskyardError


class AddressForbidden(TaskyardError):
    """This address cannot be used: {reason}."""

    kind = Kind.INVALID
    code = "URL_FORBIDDEN"


class HostUnknown(TaskyardError):
    """There is no host called {host}. Check how it is written."""

    kind = Kind.UPSTREAM
    code = "HOST_UNKNOWN"


class HostUnreachable(TaskyardError):
    """{host} could not be reached: {reason}. Try again later."""

    kind = Kind.UPSTREAM
    code = "HOST_UNREACHABLE"
    transient = True


class CertificateRefused(TaskyardError):
    """{host} could not prove that it is what it says: {reason}."""

    kind = Kind.UPSTREAM
    code = "CERTIFICATE_REFUSED"


class AnswerTooLarge(TaskyardError):
    """{host} sent more than {limit_bytes} bytes, and was not listened to any longer."""

    kind = Kind.UPSTREAM
    code = "ANSWER_TOO_LARGE"
