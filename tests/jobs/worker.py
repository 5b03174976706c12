"""A worker that does the tests' drills beside the product's own kinds."""

from taskyard.entry import worker
from taskyard.entry.wiring import register_kinds
from tests.jobs import drills


def register() -> None:
    """Let drills and real work be asked for."""
    drills.register()
    register_kinds()


if __name__ == "__main__":
    worker.main(register)
