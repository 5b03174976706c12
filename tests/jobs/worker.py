"""A worker that does the tests' drills beside the product's own kinds."""

from taskyard.entry.wiring import register_kinds
from taskyard.entry.worker import main
from tests.jobs import drills


def register() -> None:
    """Let drills and real work be asked for."""
    drills.register()
    register_kinds()


if __name__ == "__main__":
    main(register)
