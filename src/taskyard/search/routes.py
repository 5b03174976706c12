"""The search over HTTP."""

from typing import Annotated

from fastapi import Query

from taskyard.core.access import Permission, permit
from taskyard.core.hot import Caller, Question
from taskyard.core.routing import Router
from taskyard.core.schemas import Page, PaginationTooDeep
from taskyard.search import hot
from taskyard.search.schemas import (
    CommentFound,
    ProjectFound,
    SearchQuery,
    TaskFound,
    TaskSearchQuery,
)

router = Router(prefix="/api/v1/search", tags=["search"])

MayFindProjects = Annotated[Caller, permit(Permission.PROJECT_READ)]
MayFindTasks = Annotated[Caller, permit(Permission.TASK_READ)]
MayFindComments = Annotated[Caller, permit(Permission.COMMENT_READ)]


@router.hot("/projects", answers=Page[ProjectFound], errors=(PaginationTooDeep,))
def search_projects(
    caller: MayFindProjects,  # noqa: ARG001
    query: Annotated[SearchQuery, Query()],
) -> Question:
    """Search the projects you are in, best match first."""
    return hot.projects(query)


@router.hot("/tasks", answers=Page[TaskFound], errors=(PaginationTooDeep,))
def search_tasks(
    caller: MayFindTasks,  # noqa: ARG001
    query: Annotated[TaskSearchQuery, Query()],
) -> Question:
    """Search the tasks of your projects, best match first."""
    return hot.tasks(query)


@router.hot("/comments", answers=Page[CommentFound], errors=(PaginationTooDeep,))
def search_comments(
    caller: MayFindComments,  # noqa: ARG001
    query: Annotated[SearchQuery, Query()],
) -> Question:
    """Search what was said in your projects, best match first."""
    return hot.comments(query)


ROUTERS = (router,)
