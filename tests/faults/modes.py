"""How long a run of the faults is, what it draws its chances from, and how patient it is."""

import os
import random

import pytest

#: CI's share: every fault once or twice.
SHORT = os.environ.get("FAULTS") == "short"
#: Printed at the start; given again, it draws the same victims and moments.
SEED = int(os.environ.get("FAULTS_SEED", random.randrange(1_000_000)))
#: Other servers to run against, where the tests marked (R) are to be done with RabbitMQ.
BROKER = os.environ.get("FAULTS_BROKER_URL")
#: A directory that gets the logs of what was killed.
LOGS = os.environ.get("FAULTS_LOGS")

#: For what takes long, or shows a mechanism once more that another test of CI's share shows.
long_only = pytest.mark.skipif(SHORT, reason="FAULTS=short leaves it to the night")

LEASE_S = 6
#: After so long nothing will happen any more, on a busy machine too.
PATIENCE_S = 120.0


def rounds(*, short: int, long: int) -> int:
    """Return how often to do something."""
    return short if SHORT else long


def chances(of: str) -> random.Random:
    """Return what a test draws from; tests do not depend on each other's draws."""
    return random.Random(f"{SEED} {of}")


def within(seconds: float) -> float:
    """Return how long something may take that takes `seconds` where nothing else runs.

    The bounds are those of the research for a machine of two cores. More work than cores makes
    everything take longer, by as much as there is too much of it.
    """
    crowd = os.getloadavg()[0] / (os.cpu_count() or 1)
    return seconds * min(max(1.0, crowd), 6.0)
