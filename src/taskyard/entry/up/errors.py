"""Why a start was refused, as one sentence for the terminal and one exit code."""

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of `taskyard up`, after sysexits.h where it has a word for it."""

    FAILED = 1
    NO_ACCOUNT = 71
    """EX_OSERR: root has no unprivileged account to run the servers under."""
    NOT_WRITABLE = 73
    """EX_CANTCREAT: a directory is missing, or belongs to somebody else."""
    IN_USE = 75
    """EX_TEMPFAIL: another process runs on the data directory."""
    PORT_TAKEN = 76
    OTHER_VERSION = 78
    """EX_CONFIG: the data directory holds another PostgreSQL major version."""


class StartError(Exception):
    """The platform cannot start; `message` says what is wrong and what to do."""

    def __init__(self, message: str, exit_code: Exit = Exit.FAILED) -> None:
        super().__init__(message)
        self.message = message
        self.exit_code = exit_code
