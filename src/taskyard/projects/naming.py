"""Names, keys and slugs of projects, which are told apart per owner."""

from itertools import count
from uuid import UUID

from sqlalchemy import text

from taskyard.core.uow import Uow
from taskyard.kit.text import initials_key, same_name, slugify
from taskyard.projects import repository
from taskyard.projects.errors import KeyTakenThere, NameTakenThere
from taskyard.projects.models import Project


async def one_at_a_time(uow: Uow, user_id: UUID) -> None:
    """Hold the owner's place until this transaction ends; after a project's row, never before."""
    await uow.db.execute(
        text("SELECT pg_advisory_xact_lock(1952543596, hashtext(:owner))"), {"owner": str(user_id)}
    )


def free_key(name: str, taken: set[str]) -> str:
    """Return a key made of a name that is not taken."""
    key = initials_key(name)
    return next(
        candidate
        for candidate in (key if number == 1 else f"{key}{number}" for number in count(1))
        if candidate not in taken
    )


def free_slug(name: str, taken: set[str]) -> str:
    """Return the name's slug; names without a Latin letter share one and are numbered."""
    slug = slugify(name, max_length=54, fallback="project")
    return next(
        candidate
        for candidate in (slug if number == 1 else f"{slug}-{number}" for number in count(1))
        if candidate not in taken
    )


async def hand_over(uow: Uow, project: Project, user_id: UUID) -> None:
    """Count a locked project among another owner's. Raises NameTakenThere or KeyTakenThere."""
    await one_at_a_time(uow, user_id)
    owned = await repository.owned_names(uow.db, user_id)
    if same_name(project.name) in {same_name(row.name) for row in owned}:
        raise NameTakenThere(name=project.name)
    if project.key in {row.key for row in owned}:
        raise KeyTakenThere(key=project.key)
    project.slug = free_slug(project.name, {row.slug for row in owned})
    project.owner_id = user_id
    project.version += 1
    await uow.db.flush()
