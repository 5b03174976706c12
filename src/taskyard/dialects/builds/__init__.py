"""The dialect `builds`: sign-in, code analysis with live progress, health.

What the contract asks of builds themselves comes with that kind of job.
"""

from typing import Final

from taskyard.dialects.builds.live import live
from taskyard.dialects.builds.routes import analyses, auth, health
from taskyard.dialects.builds.wording import FORM
from taskyard.dialects.dialect import Dialect

BUILDS: Final = Dialect(
    name="builds",
    title="Taskyard, dialect builds",
    description="Code analysis as asynchronous work, with live progress.\n\nSign in by "
    "`POST /auth/login` with a username or an e-mail, and send `Authorization: Bearer …`. Ask for "
    "an analysis of a project by its name; it analyses the project's newest source, which is "
    "uploaded by the canonical API (`POST /api/v1/projects/{project_id}/source`).\n\n"
    "Follow it at the WebSocket `/api/ws/analysis/{analysis_id}?token=…`: `connected`, then "
    "`progress` at each step, then `completion` or `error`, and the socket closes. It closes with "
    "4401 without a good token, with 4403 for somebody else's analysis, with 4404 for one that "
    "does not exist, with 4429 after too many, with 1013 where you should come back later.\n\n"
    "Every address is served here and at the root.",
    tags=(
        {"name": "auth", "description": "Signing in."},
        {"name": "analyses", "description": "Ask for an analysis, read its record."},
        {"name": "health", "description": "Is it up, is it ready, what does it measure?"},
    ),
    routers=(auth, analyses, health, live),
    form_at=lambda _: FORM,
    at_root=(
        "/auth/",
        "/api/analysis",
        "/api/analysis/",
        "/api/build",
        "/api/build/",
        "/api/health/",
        "/api/ws/",
    ),
)
