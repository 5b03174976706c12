"""The dialect `tasks`: a plain list of one's own tasks, with sign-in."""

from typing import Final

from taskyard.dialects.dialect import Dialect
from taskyard.dialects.tasks.routes import health, tasks
from taskyard.dialects.tasks.signing_in import auth
from taskyard.dialects.tasks.wording import FORM

TASKS: Final = Dialect(
    name="tasks",
    title="Taskyard, dialect tasks",
    description="A plain list of tasks: your own, which are those of your personal project and "
    "those assigned to you.\n\nSign in by `POST /api/auth/login` and send "
    "`Authorization: Bearer …`. What goes well is `{success: true, data, message}`, a refusal "
    "`{success: false, error: {code, message, field, details}}`.\n\n"
    "Every address is served here and at the root.",
    tags=(
        {"name": "auth", "description": "Accounts and signing in."},
        {"name": "tasks", "description": "Your own tasks."},
        {"name": "health", "description": "Is it up?"},
    ),
    routers=(auth, tasks, health),
    form_at=lambda _: FORM,
    at_root=("/api/auth/", "/api/tasks", "/api/tasks/", "/health"),
)
