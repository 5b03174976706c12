"""Dialects over real HTTP, and a worker for what they ask for."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from tests.analyses.conftest import Yard, worker, yard
from tests.core.live_client import serving
from tests.dialects.speaking import Document, Speaker, application, speaking
from tests.jobs import drills
from tests.jobs.conftest import Jobs, jobs, ledger

__all__ = ["Jobs", "Yard", "jobs", "ledger", "worker", "yard"]

drills.register()


@pytest.fixture(scope="package")
async def server(app: FastAPI) -> AsyncIterator[str]:
    """The application behind a real server: `host:port`."""
    async with serving(app) as address:
        yield address


@pytest.fixture
async def jobs_dialect(app: FastAPI, server: str) -> AsyncIterator[Speaker]:
    """Clients of the dialect jobs."""
    async with speaking(server, "jobs", Document(application(app, "jobs"))) as speaker:
        yield speaker


@pytest.fixture
async def builds_dialect(app: FastAPI, server: str) -> AsyncIterator[Speaker]:
    """Clients of the dialect builds."""
    async with speaking(server, "builds", Document(application(app, "builds"))) as speaker:
        yield speaker


@pytest.fixture
async def tasks_dialect(app: FastAPI, server: str) -> AsyncIterator[Speaker]:
    """Clients of the dialect tasks."""
    async with speaking(server, "tasks", Document(application(app, "tasks"))) as speaker:
        yield speaker
