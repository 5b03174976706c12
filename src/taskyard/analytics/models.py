"""The table of API calls."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import REAL, Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from taskyard.core.db import Base


class ApiCall(Base):
    """One answered request. The id is the request's own, which the log and the client know.

    Partitioned by the month of the id, and dropped by the month. No foreign key: a note is taken
    of whoever called, and costs no look at their account.
    """

    __tablename__ = "api_calls"
    __table_args__ = (
        Index("ix_api_calls_user_id_id", "user_id", "id"),
        {"postgresql_partition_by": "RANGE (id)"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    #: None where nobody was recognised.
    user_id: Mapped[UUID | None]
    #: The route's template, such as `/api/v1/jobs/{job_id}`; compared byte by byte.
    endpoint: Mapped[str] = mapped_column(String(200, collation="C"))
    method: Mapped[str] = mapped_column(String(10, collation="C"))
    status: Mapped[int] = mapped_column(SmallInteger)
    #: Milliseconds from the request's arrival until its answer began.
    duration: Mapped[float] = mapped_column(REAL)
