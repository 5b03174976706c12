"""Why a command was not run."""

from taskyard.kit.errors import Kind, TaskyardError


class SandboxUnavailable(TaskyardError):
    """This machine cannot isolate code that is not ours: {reason}. {remedy}."""

    kind, code = Kind.UNAVAILABLE, "SANDBOX_UNAVAILABLE"


class SandboxBusy(TaskyardError):
    """All {slots} sandbox user ids are in use; try again when a run has ended."""

    kind, code = Kind.UNAVAILABLE, "SANDBOX_BUSY"


class MountUnreachable(TaskyardError):
    """The sandbox's user cannot read {path}: below Sandbox.workspace(), and mode o+r, it could."""

    kind, code = Kind.INTERNAL, "SANDBOX_MOUNT_UNREACHABLE"


class ToolboxIncomplete(TaskyardError):
    """The sandbox's toolbox cannot be made: {reason}. Run `make setup` again."""

    kind, code = Kind.UNAVAILABLE, "SANDBOX_TOOLBOX_INCOMPLETE"
