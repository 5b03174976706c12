"""A worker whose only kinds are the tests' drills; otherwise the product's own."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from taskyard.core.platform import Platform
from taskyard.entry import worker
from tests.jobs.drills import register


@asynccontextmanager
async def _nobody_stands(_: Platform) -> AsyncIterator[None]:
    yield


if __name__ == "__main__":
    if os.environ.get("DRILL_WITHOUT_RELAY"):
        # An ablation: a test shows what would be lost without the elected loop.
        vars(worker)["standing"] = _nobody_stands
    worker.main(register)
