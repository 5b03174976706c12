"""Commands that work on the instance's database."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from taskyard.entry.cli.outcome import configured, refuse

if TYPE_CHECKING:
    from taskyard.core.db import Database
    from taskyard.core.settings import Settings

Made = TypeVar("Made")


def on_database(data_dir: Path, work: Callable[["Database", "Settings"], Awaitable[Made]]) -> Made:
    """Do something on the instance's database, which is started if it is not running."""
    from pydantic import ValidationError

    from taskyard.core.db import Database
    from taskyard.entry import migrations
    from taskyard.entry.up.attach import database_at_hand
    from taskyard.entry.up.errors import StartError
    from taskyard.kit.errors import TaskyardError

    async def run() -> Made:
        settings = configured()
        if migrations.revisions(settings)[0] is None:
            refuse("The database is empty. Run `taskyard migrate` first.")
        database = Database(settings)
        try:
            return await work(database, settings)
        finally:
            await database.dispose()

    try:
        with database_at_hand(data_dir):
            return asyncio.run(run())
    except StartError as error:
        refuse(error.message, error.exit_code)
    except migrations.MigrationError as error:
        refuse(str(error))
    except ValidationError as error:
        refuse("\n".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()))
    except TaskyardError as error:
        refuse(error.message)
