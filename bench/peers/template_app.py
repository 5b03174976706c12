"""The FastAPI template's way: `def` endpoints, SQLModel, a session and the user's row a request."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

import jwt
import psycopg
from common import DSN, OWNER, SECRET
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy import DateTime, Float, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, Session, SQLModel, create_engine, select

# The template's engine: the default pool of 5 with an overflow of 10.
engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(DSN))


class Users(SQLModel, table=True):
    """The account's row, read at every request."""

    id: UUID = Field(primary_key=True)
    email: str
    is_active: bool


class JobBase(SQLModel):
    """What all shapes of a job have."""

    kind: str = Field(max_length=40)
    title: str = Field(max_length=200)
    project_id: UUID | None = None


class JobCreate(JobBase):
    """A job to make."""

    parameters: dict[str, Any] = {}


class _Columns(JobBase):
    owner_id: UUID | None = None
    state: str = "queued"
    queue: str = "work"
    progress: float = Field(default=0, sa_type=Float)
    current_step: str | None = None
    attempt: int = 0
    created_at: datetime | None = Field(
        default=None,
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": func.now()},
    )
    started_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    finished_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    deadline_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    failure: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    next_seq: int = 1
    parameters: dict[str, Any] = Field(default={}, sa_type=JSONB(none_as_null=True))
    result: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))


class Jobs(_Columns, table=True):
    """The seeded table."""

    id: UUID = Field(primary_key=True)


class BenchJobs(_Columns, table=True):
    """Where new ones go."""

    __tablename__ = "bench_jobs"
    id: UUID = Field(default_factory=uuid4, primary_key=True)


class JobPublic(JobBase):
    """A job in a list."""

    id: UUID
    owner_id: UUID | None
    state: str
    progress: float
    current_step: str | None
    attempt: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    deadline_at: datetime | None
    failure: dict[str, Any] | None
    next_seq: int


class JobWhole(JobPublic):
    """A job."""

    parameters: dict[str, Any]
    result: dict[str, Any] | None


class JobsPublic(SQLModel):
    """A page."""

    items: list[JobPublic]
    total: int


def _db():
    with Session(engine) as session:
        yield session


Db = Annotated[Session, Depends(_db)]
Token = Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="/login"))]


def _user(db: Db, token: Token) -> Users:
    try:
        claims = jwt.decode(token, SECRET, algorithms=["HS256"])
    except jwt.PyJWTError:
        raise HTTPException(403, "Could not validate credentials") from None
    user = db.get(Users, UUID(claims["sub"]))
    if user is None or not user.is_active:
        raise HTTPException(404, "User not found")
    return user


CurrentUser = Annotated[Users, Depends(_user)]
app = FastAPI()


@app.get("/health")
async def health() -> bool:
    """Say that it is up."""
    return True


@app.get("/projects/{project_id}/jobs", response_model=JobsPublic)
def list_jobs(db: Db, user: CurrentUser, project_id: UUID, offset: int = 0, limit: int = 50):
    """List a project's jobs."""
    mine = Jobs.project_id == project_id, Jobs.queue == "work"
    total = db.exec(select(func.count()).select_from(Jobs).where(*mine)).one()
    query = select(Jobs).where(*mine).order_by(Jobs.id.desc()).offset(offset).limit(limit)
    return JobsPublic(items=db.exec(query).all(), total=total)


@app.get("/jobs/{job_id}", response_model=JobWhole)
def get_job(db: Db, user: CurrentUser, job_id: UUID):
    """Return a job."""
    job = db.get(Jobs, job_id)
    if job is None:
        raise HTTPException(404, "Job not found")
    return job


@app.post("/jobs", response_model=JobWhole, status_code=201)
def create_job(db: Db, user: CurrentUser, body: JobCreate):
    """Make a job."""
    job = BenchJobs.model_validate(body, update={"owner_id": UUID(OWNER)})
    db.add(job)
    db.commit()
    db.refresh(job)
    return job
