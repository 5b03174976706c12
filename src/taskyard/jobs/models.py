"""The tables of jobs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    REAL,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from taskyard.core.db import Base, Identified


class Job(Identified, Base):
    """A durable run of machine work. The row is the queue, the outbox and the lock at once.

    Columns that change with every event (`next_seq`, `writes`, `progress`, `lease_until`) stand
    in no index, so that such an update touches the row's own page alone.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting', 'queued', 'running', 'completed', 'failed', 'cancelled')",
            name="state",
        ),
        CheckConstraint("queue IN ('work', 'system')", name="queue"),
        CheckConstraint("(state = 'running') = (lease_until IS NOT NULL)", name="lease"),
        CheckConstraint("(state = 'failed') = (failure IS NOT NULL)", name="failure"),
        Index("ix_jobs_owner_id_id", "owner_id", "id"),
        Index("ix_jobs_project_id_id", "project_id", "id"),
        Index("ix_jobs_task_id_id", "task_id", "id", postgresql_where=text("task_id IS NOT NULL")),
        # The relay's choice: owners with ready work, and each owner's oldest.
        Index(
            "ix_jobs_ready",
            "owner_id",
            "id",
            postgresql_where=text("state = 'queued' AND dispatched_at IS NULL AND queue = 'work'"),
        ),
        Index(
            "ix_jobs_ready_system",
            "id",
            postgresql_where=text(
                "state = 'queued' AND dispatched_at IS NULL AND queue = 'system'"
            ),
        ),
        # When an owner was last served.
        Index(
            "ix_jobs_served",
            "owner_id",
            text("started_at DESC"),
            postgresql_where=text("started_at IS NOT NULL AND queue = 'work'"),
        ),
        Index("ix_jobs_queued", "id", postgresql_where=text("state = 'queued'")),
        Index("ix_jobs_running", "id", postgresql_where=text("state = 'running'")),
        Index(
            "ix_jobs_sent",
            "dispatched_at",
            postgresql_where=text("state = 'queued' AND dispatched_at IS NOT NULL"),
        ),
        Index(
            "ix_jobs_patience",
            "deadline_at",
            postgresql_where=text("state IN ('queued', 'waiting')"),
        ),
        Index("ix_jobs_waiting", "run_at", postgresql_where=text("state = 'waiting'")),
        Index(
            "ix_jobs_cache",
            "project_id",
            "kind",
            "cache_key",
            "id",
            postgresql_where=text("state = 'completed' AND cache_key IS NOT NULL"),
        ),
        {"postgresql_with": {"fillfactor": "85"}},
    )

    #: None for the platform's own work.
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    project_id: Mapped[UUID | None] = mapped_column(ForeignKey("projects.id"))
    #: The work item it is done for; tasks have their own table and check it.
    task_id: Mapped[UUID | None]
    kind: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(200))
    parameters: Mapped[dict[str, Any]] = mapped_column(JSONB)
    #: Equal keys within a project give equal results.
    cache_key: Mapped[str | None] = mapped_column(String(200))
    #: The run whose result was taken over.
    reused_from: Mapped[UUID | None]

    queue: Mapped[str] = mapped_column(String(10), server_default="work")
    #: The tier it was asked under, which a later change does not touch; None for the platform.
    tier: Mapped[str | None] = mapped_column(String(10))
    #: From the tier: 0 high, 1 normal, 2 low.
    priority: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))

    state: Mapped[str] = mapped_column(String(10))
    #: When a waiting job becomes ready; None while something else has to happen first.
    run_at: Mapped[datetime | None]
    #: When the present state ends by itself.
    deadline_at: Mapped[datetime | None]
    #: The fence: counts claims, and every write of an attempt names it.
    attempt: Mapped[int] = mapped_column(server_default=text("0"))
    #: Attempts that ended in an error a retry may cure, and those whose worker vanished.
    errors: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    lost: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))

    #: The worker that holds it, and the hint by which it was claimed.
    lease_worker: Mapped[UUID | None]
    lease_owner: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None]
    cancel_requested: Mapped[bool] = mapped_column(server_default=text("false"))
    #: When the last hint was sent; None asks for one.
    dispatched_at: Mapped[datetime | None]

    #: The number of the next event.
    next_seq: Mapped[int] = mapped_column(BigInteger, server_default=text("1"))
    #: The number of the next log line.
    next_line: Mapped[int] = mapped_column(BigInteger, server_default=text("1"))
    #: Write transactions of the present attempt: one whose commit went unheard is recognised.
    writes: Mapped[int] = mapped_column(Integer, server_default=text("0"))

    #: From 0 to 1.
    progress: Mapped[float] = mapped_column(REAL, server_default=text("0"))
    current_step: Mapped[str | None] = mapped_column(String(200))
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    #: {reason, message, retry_helps}
    failure: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))

    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    #: When the latest attempt began.
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class JobEvent(Base):
    """One line of a job's own story: state, progress, steps, log lines, assets.

    Partitioned by the month of the job's id, and dropped by the month; no foreign key, so that
    a month goes without touching `jobs`.
    """

    __tablename__ = "job_events"
    __table_args__ = ({"postgresql_partition_by": "RANGE (job_id)"},)

    job_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    attempt: Mapped[int]
    name: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)


class JobStep(Base):
    """A named part of a job. A finished one's result is kept, so that no attempt does it again."""

    __tablename__ = "job_steps"
    __table_args__ = (CheckConstraint("status IN ('running', 'done', 'failed')", name="status"),)

    job_id: Mapped[UUID] = mapped_column(
        ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    position: Mapped[int] = mapped_column(SmallInteger)
    status: Mapped[str] = mapped_column(String(10))
    attempt: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    finished_at: Mapped[datetime | None]
    result: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))


class JobAsset(Identified, Base):
    """A file that a job made; the content lies in the blob store under its hash."""

    __tablename__ = "job_assets"
    __table_args__ = (Index("uq_job_assets_job_id_name", "job_id", "name", unique=True),)

    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    content_type: Mapped[str] = mapped_column(String(120))
    sha256: Mapped[str] = mapped_column(ForeignKey("blobs.sha256"), index=True)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class Worker(Base):
    """A worker that is alive; its row goes when it ends, or is removed when it was killed."""

    __tablename__ = "workers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    host: Mapped[str] = mapped_column(String(255))
    #: Boot and process namespace: where two are equal, each can see whether the other still runs.
    node: Mapped[str] = mapped_column(Text)
    pid: Mapped[int]
    #: Start time of the process in clock ticks, so that a pid used again is not mistaken for it.
    pid_started: Mapped[int] = mapped_column(BigInteger)
    slots: Mapped[int] = mapped_column(SmallInteger)
    started_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    seen_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    #: Set once it takes nothing more and hands back what it runs.
    stopping_at: Mapped[datetime | None]
