"""How labels are told apart by their names: as the database does, whatever the letters' case."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.tasks.schemas import LabelName

_NAME: Final = TypeAdapter[str](LabelName)
_NAMED: Final = text(
    "SELECT given.name, lower(given.name), labels.id"
    " FROM unnest(CAST(:names AS text[])) given (name) LEFT JOIN labels"
    " ON labels.project_id = :project_id AND lower(labels.name) = lower(given.name)"
)


def is_label(name: str) -> bool:
    """Say whether a label can be called so."""
    try:
        _NAME.validate_python(name)
    except ValidationError:
        return False
    return True


async def labels_named(
    db: AsyncSession, project_id: UUID, names: Collection[str]
) -> dict[str, tuple[str, UUID | None]]:
    """Return for each name its lower case to the database, and the project's label of it if any."""
    given = {"project_id": project_id, "names": list(names)}
    return {row[0]: (row[1], row[2]) for row in await db.execute(_NAMED, given)}
