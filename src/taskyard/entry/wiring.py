"""What the API and the worker have in common: which part implements which port."""

from taskyard.accounts.access import Accounts
from taskyard.core.platform import Platform, assemble
from taskyard.core.settings import Settings
from taskyard.core.spine import Listener
from taskyard.projects.listeners import PersonalProjects


def build_platform(settings: Settings) -> Platform:
    """Return the wired parts of one process; nothing is connected yet."""
    return assemble(settings, Accounts(settings))


def listeners() -> list[Listener]:
    """Return everything that reads the event spine."""
    return [PersonalProjects()]
