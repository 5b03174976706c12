"""The FastAPI template's way: `def` endpoints, SQLModel, a session and the user's row a request."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID, uuid4

import jwt
import psycopg
from common import DSN, OWNER, SECRET
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy import DateTime, func, text
from sqlmodel import Field, Session, SQLModel, create_engine, select

# The template's engine: the default pool of 5 with an overflow of 10.
engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(DSN))


class Users(SQLModel, table=True):
    """The account's row, read at every request."""

    id: UUID = Field(primary_key=True)
    email: str
    is_active: bool


class TaskBase(SQLModel):
    """What all shapes of a task have."""

    title: str = Field(max_length=255)
    project_id: UUID


class TaskCreate(TaskBase):
    """A task to make."""


def _time(**more: Any) -> Any:
    return Field(default=None, sa_type=DateTime(timezone=True), **more)


_NOW: dict[str, Any] = {"sa_column_kwargs": {"server_default": func.now()}}


class _Columns(TaskBase):
    status: str = "todo"
    priority: str = "medium"
    position: str = "a0"
    assignee_id: UUID | None = None
    due_date: datetime | None = _time()
    estimate: Decimal | None = None
    parent_id: UUID | None = None
    created_by: UUID
    created_at: datetime | None = _time(**_NOW)
    updated_at: datetime | None = _time(**_NOW)
    completed_at: datetime | None = _time()
    deleted_at: datetime | None = _time()
    version: int = 1
    description: str = ""
    description_html: str = ""


class Tasks(_Columns, table=True):
    """The seeded table."""

    id: UUID = Field(primary_key=True)
    number: int


class BenchTasks(_Columns, table=True):
    """Where new ones go."""

    __tablename__ = "bench_tasks"
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    number: int | None = Field(
        default=None, sa_column_kwargs={"server_default": text("nextval('bench_numbers')")}
    )


class TaskPublic(TaskBase):
    """A task in a list."""

    id: UUID
    number: int
    status: str
    priority: str
    assignee_id: UUID | None
    due_date: datetime | None
    estimate: Decimal | None
    parent_id: UUID | None
    position: str
    created_by: UUID
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None
    version: int


class TaskWhole(TaskPublic):
    """A task."""

    description: str
    description_html: str


class TasksPublic(SQLModel):
    """A page."""

    items: list[TaskPublic]
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


@app.get("/projects/{project_id}/tasks", response_model=TasksPublic)
def list_tasks(db: Db, user: CurrentUser, project_id: UUID, offset: int = 0, limit: int = 50):
    """List a project's tasks."""
    theirs = Tasks.project_id == project_id, Tasks.deleted_at.is_(None)
    total = db.exec(select(func.count()).select_from(Tasks).where(*theirs)).one()
    query = select(Tasks).where(*theirs).order_by(Tasks.number.desc())
    return TasksPublic(items=db.exec(query.offset(offset).limit(limit)).all(), total=total)


@app.get("/tasks/{task_id}", response_model=TaskWhole)
def get_task(db: Db, user: CurrentUser, task_id: UUID):
    """Return a task."""
    task = db.get(Tasks, task_id)
    if task is None:
        raise HTTPException(404, "Task not found")
    return task


@app.post("/tasks", response_model=TaskWhole, status_code=201)
def create_task(db: Db, user: CurrentUser, body: TaskCreate):
    """Make a task."""
    task = BenchTasks.model_validate(body, update={"created_by": UUID(OWNER)})
    db.add(task)
    db.commit()
    db.refresh(task)
    return task
