"""Every query of notifications."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete, exists, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.accounts.models import Session, User
from taskyard.core.partitions import first_id
from taskyard.jobs.models import Job
from taskyard.jobs.types import ENDED
from taskyard.kit.clock import now
from taskyard.notifications.models import Email, Preference
from taskyard.notifications.types import Category, EmailStatus
from taskyard.projects.models import Membership, Project

#: How many places an account was signed in at are looked through.
_PLACES = 500
_REASON_LENGTH = 400


class Ended(NamedTuple):
    """A run that has ended."""

    job: Job
    owner: User
    project: str | None


async def user(db: AsyncSession, user_id: UUID) -> User | None:
    """Return an account."""
    return await db.get(User, user_id)


async def session(db: AsyncSession, session_id: UUID) -> Session | None:
    """Return a login on a device."""
    return await db.get(Session, session_id)


async def earlier_places(db: AsyncSession, session: Session) -> Sequence[tuple[str, str]]:
    """Return from where an account was signed in before a session: (device, address)."""
    query = (
        select(Session.device, Session.address)
        .where(
            Session.user_id == session.user_id,
            tuple_(Session.created_at, Session.id) < (session.created_at, session.id),
        )
        .group_by(Session.device, Session.address)
        .order_by(func.max(Session.created_at).desc())
    )
    return [(row.device, row.address) for row in await db.execute(query.limit(_PLACES))]


async def ended_run(db: AsyncSession, job_id: UUID) -> Ended | None:
    """Return a job with who asked for it, as far as they still see its project.

    None for the platform's own.
    """
    sees = exists().where(
        Membership.project_id == Job.project_id, Membership.user_id == Job.owner_id
    )
    query = (
        select(Job, User, Project.name)
        .join(User, User.id == Job.owner_id)
        .outerjoin(Project, Project.id == Job.project_id)
        .where(
            Job.id == job_id,
            Job.queue == "work",
            Job.project_id.is_(None) | (Project.deleted_at.is_(None) & sees),
        )
    )
    row = (await db.execute(query)).one_or_none()
    return None if row is None else Ended(row[0], row[1], row[2])


async def preferences(db: AsyncSession, people: Collection[UUID]) -> Sequence[Preference]:
    """Return what some people chose."""
    query = select(Preference).where(Preference.user_id.in_(people))
    return (await db.scalars(query.execution_options(populate_existing=True))).all()


async def choose(db: AsyncSession, user_id: UUID, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep a person's choices: `category`, `in_app`, `email`; None leaves a channel as it is."""
    if not rows:
        return
    new = insert(Preference).values([{"user_id": user_id, **row} for row in rows])
    await db.execute(
        new.on_conflict_do_update(
            index_elements=[Preference.user_id, Preference.category],
            set_={
                "in_app": func.coalesce(new.excluded.in_app, Preference.in_app),
                "email": func.coalesce(new.excluded.email, Preference.email),
                "chosen_at": func.now(),
            },
        )
    )


async def written_lately(
    db: AsyncSession, user_id: UUID, category: Category, *, within: timedelta
) -> int:
    """Return how many letters of a category a person was written within the last while."""
    query = select(func.count()).where(
        Email.user_id == user_id,
        Email.id >= first_id(now() - within),
        Email.category == category.value,
        Email.status != EmailStatus.SKIPPED,
    )
    return await db.scalar(query) or 0


async def written_to_stranger(db: AsyncSession, address: str, *, within: timedelta) -> int:
    """Return how many letters an address without an account was sent within the last while."""
    query = select(func.count()).where(
        Email.user_id.is_(None),
        Email.address == address,
        Email.id >= first_id(now() - within),
        Email.status != EmailStatus.SKIPPED,
    )
    return await db.scalar(query) or 0


async def begin_try(db: AsyncSession, email_id: UUID) -> Email | None:
    """Count a try of a letter that was not sent yet, and return it; None where it is gone."""
    query = (
        update(Email)
        .where(Email.id == email_id, Email.status != EmailStatus.SENT)
        .values(attempts=Email.attempts + 1, status=EmailStatus.QUEUED, reason=None)
        .returning(Email)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return (await db.scalars(query)).one_or_none()


async def note(db: AsyncSession, email_id: UUID, status: EmailStatus, reason: str | None) -> None:
    """Note what became of a letter, unless it was sent: nothing takes that back."""
    values: dict[str, Any] = {"status": status, "reason": (reason or "")[:_REASON_LENGTH] or None}
    if status is EmailStatus.SENT:
        values["sent_at"] = func.now()
    await db.execute(
        update(Email)
        .where(Email.id == email_id, Email.status != EmailStatus.SENT)
        .values(values)
        .execution_options(synchronize_session=False)
    )


async def give_up(db: AsyncSession, job_id: UUID, reason: str) -> None:
    """Note that the job of a letter ended before the mail server had decided."""
    await db.execute(
        update(Email)
        .where(Email.job_id == job_id, Email.status == EmailStatus.QUEUED)
        .values(status=EmailStatus.FAILED, reason=func.coalesce(Email.reason, reason))
        .execution_options(synchronize_session=False)
    )


async def job(db: AsyncSession, job_id: UUID) -> Job | None:
    """Return a job."""
    return await db.get(Job, job_id)


async def letters_to(db: AsyncSession, user_id: UUID, *, limit: int) -> Sequence[Email]:
    """Return a person's letters, newest first."""
    query = select(Email).where(Email.user_id == user_id).order_by(Email.id.desc())
    return (await db.scalars(query.limit(limit))).all()


async def forget(db: AsyncSession, *, older_than: timedelta, limit: int) -> int:
    """Remove letters that old, with the jobs that sent them; return how many."""
    old = select(Email.id).where(Email.id < first_id(now() - older_than)).limit(limit)
    gone = await db.scalars(
        delete(Email)
        .where(Email.id.in_(old))
        .returning(func.coalesce(Email.job_id, Email.id))
        .execution_options(synchronize_session=False)
    )
    job_ids = gone.all()
    await db.execute(
        delete(Job)
        .where(Job.id.in_(job_ids), Job.queue == "system", Job.state.in_(ENDED))
        .execution_options(synchronize_session=False)
    )
    return len(job_ids)
