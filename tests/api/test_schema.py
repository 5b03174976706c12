"""The database as the migrations make it is the database the models describe."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from taskyard.core.db import Base
from tests.conftest import OpenInstance


async def test_migrations_make_what_the_models_say(open_other: OpenInstance) -> None:
    # A database of its own: in the tests' common one, other tests keep tables beside ours.
    other = await open_other(empty=True)

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(
            connection,
            opts={"compare_type": True, "include_name": _is_ours},
        )
        return list(compare_metadata(context, Base.metadata))

    async with other.platform.database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


def _is_ours(name: str | None, kind: str, _: object) -> bool:
    partition = bool(name) and ("_20" in str(name) or str(name).endswith("_default"))
    return not (kind == "table" and (partition or name == "alembic_version"))
