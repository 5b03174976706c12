"""A worker whose only kinds are the tests' drills; otherwise the product's own."""

from taskyard.entry.worker import main
from tests.jobs.drills import register

if __name__ == "__main__":
    main(register)
