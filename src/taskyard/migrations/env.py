"""How Alembic reaches the database: over psycopg, a transaction per migration."""

from contextlib import suppress
from importlib import import_module

from alembic import context
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from taskyard.core.db import Base
from taskyard.core.settings import get_settings

#: Every module that declares tables, so that models and migrations can be compared.
TABLES = (
    "taskyard.core.idempotency",
    "taskyard.core.spine",
    "taskyard.accounts.models",
    "taskyard.projects.models",
    "taskyard.teams.models",
    "taskyard.files.models",
    "taskyard.jobs.models",
    "taskyard.templates.models",
    "taskyard.comments.models",
    "taskyard.notifications.models",
    "taskyard.notifications.inbox.models",
    "taskyard.runners.analysis.models",
    "taskyard.runners.analysis.tracking.models",
    "taskyard.analytics.models",
)


def _is_ours(name: str | None, kind: str, _: object) -> bool:
    """Leave partitions out of the comparison: their parent stands for them."""
    return not (kind == "table" and name and ("_20" in name or name.endswith("_default")))


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_name=_is_ours,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def run() -> None:
    """Bring the database to the wanted revision, over the caller's connection if there is one."""
    for module in TABLES:
        with suppress(ModuleNotFoundError):
            import_module(module)
    given = context.config.attributes.get("connection")
    if given is not None:
        _migrate(given)
        return
    url = get_settings().sync_dsn.replace("postgresql://", "postgresql+psycopg://", 1)
    with create_engine(url, poolclass=NullPool).connect() as connection:
        _migrate(connection)
        connection.commit()


run()
