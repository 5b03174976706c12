"""What clients send to projects and get back."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, StringConstraints

from taskyard.core.schemas import LINE, VISIBLE, In, Name, NumberedPageQuery, Out, SearchText, Text
from taskyard.projects.types import MOST_TAGS, ProjectSort, ProjectStatus

TagName = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=LINE), VISIBLE]
#: `#rrggbb`, in either case, kept in lower case.
TagColor = Annotated[
    str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$"), AfterValidator(str.lower)
]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{1,9}$")]


class TagCreate(In):
    """A word with a color by which projects are sorted."""

    name: TagName = Field(examples=["backend"])
    color: TagColor = Field("#8a8f98", examples=["#2456a6"])


def _named(given: Any) -> Any:
    """Read a word alone as the tag of that name."""
    return {"name": given} if isinstance(given, str) else given


def _no_tag_twice(tags: list[TagCreate]) -> list[TagCreate]:
    if len({tag.name.lower() for tag in tags}) < len(tags):
        raise ValueError("give each tag once")
    return tags


Tags = Annotated[
    list[Annotated[TagCreate, BeforeValidator(_named, json_schema_input_type=TagCreate | TagName)]],
    Field(max_length=MOST_TAGS),
    AfterValidator(_no_tag_twice),
]


class TagRead(Out):
    """A tag of a project."""

    id: UUID
    name: str
    color: str


class TagUse(Out):
    """A tag, and on how many of the caller's projects it is."""

    name: str
    color: str
    projects: int


class ProjectCreate(In):
    """A new project."""

    name: Name = Field(examples=["Checkout rewrite"])
    description: Text = ""
    key: Key | None = Field(None, description="Made from the name where not given.")
    tags: Tags = Field([], description="A name alone is a tag, too.")


class ProjectUpdate(In):
    """The parts of a project to change."""

    name: Name | None = None
    description: Text | None = None
    key: Key | None = None
    tags: Tags | None = Field(
        None, description="All it has from now on; one that stays keeps its color if none is given."
    )


class ProjectRead(Out):
    """A project, as its caller sees it."""

    id: UUID
    name: str
    slug: str
    key: str = Field(description="What task numbers begin with.", examples=["CR"])
    description: str
    is_personal: bool
    role: Literal["owner", "member", "viewer", "admin"] = Field(
        description="The caller's role; `admin` where they see it as the instance's administrator."
    )
    permissions: list[str] = Field(description="What the caller may do here.")
    is_favorite: bool = Field(description="The caller wants to find it first.")
    tags: list[TagRead]
    members: int
    archived_at: datetime | None = Field(description="Since then nothing in it is written.")
    deleted_at: datetime | None = Field(description="Can be brought back for 30 days from then.")
    created_at: datetime
    updated_at: datetime
    version: int


class Transfer(In):
    """To whom a project is given: a member of it."""

    user_id: UUID


class Undelete(In):
    """How a project is brought back; another name or key where its own is taken by now."""

    name: Name | None = None
    key: Key | None = None


class DeleteQuery(BaseModel):
    """How to delete a project."""

    reason: SearchText | None = Field(
        None, description="Why; an administrator who is no member has to say."
    )


class ProjectQuery(NumberedPageQuery):
    """Which projects are asked for."""

    q: SearchText | None = Field(None, description="Part of the name, the key or the description.")
    status: ProjectStatus = Field(
        "active",
        description="`deleted` lists what its owner can still bring back; `all` leaves it out.",
    )
    favorite: bool | None = Field(None, description="Favorites alone, or all others.")
    tag: TagName | None = Field(None, description="A tag's name, in any case.")
    sort: ProjectSort = Field("-updated_at", description="Favorites come first in each.")
