"""Our application as `taskyard serve` runs it, with one kind of job more, which does nothing.

An analysis, the kind people ask for, reads source before its row is written; what is compared is
the row with its events.
"""

import os
from datetime import timedelta

from fastapi import FastAPI
from pydantic import BaseModel

from taskyard.core.access import Permission
from taskyard.entry import server
from taskyard.entry.up import listener
from taskyard.jobs import kinds
from taskyard.jobs.context import JobContext
from taskyard.jobs.kinds import JobKind


class Nothing(BaseModel):
    """What it takes and gives."""


async def _nothing(_: Nothing, __: JobContext) -> Nothing:
    return Nothing()


NOTHING = JobKind(
    name="nothing",
    parameters=Nothing,
    result=Nothing,
    run=_nothing,
    deadline=timedelta(minutes=1),
    permission=Permission.JOB_CREATE,
    title=lambda _: "A new job",
)


def app_of_child() -> FastAPI:
    """Return the application of one of several API processes, which ends when their parent does."""
    kinds.register(NOTHING)
    return server.app_of_child()


if __name__ == "__main__":
    http = listener.bind("127.0.0.1", int(os.environ["PORT"]))
    workers = int(os.environ["BENCH_WORKERS"])
    raise SystemExit(server.serve(http, workers, app="bench.ours:app_of_child"))
