"""A worker that does the tests' drills beside the product's own kinds."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from taskyard.core.platform import Platform
from taskyard.entry import worker
from taskyard.entry.wiring import register_kinds
from tests.jobs import drills


@asynccontextmanager
async def _nobody_stands(_: Platform) -> AsyncIterator[None]:
    yield


def register() -> None:
    """Let drills and real work be asked for."""
    drills.register()
    register_kinds()


if __name__ == "__main__":
    if os.environ.get("DRILL_WITHOUT_RELAY"):
        # An ablation: a test shows what would be lost without the elected loop.
        vars(worker)["standing"] = _nobody_stands
    worker.main(register)
