"""Administration over HTTP. Everything here needs `admin:use`."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from taskyard.accounts import errors as refusals
from taskyard.accounts.access import AccountsDep
from taskyard.accounts.repository import sessions_of
from taskyard.accounts.service import administering
from taskyard.admin import schemas, service
from taskyard.core.access import Actor, Permission, permit
from taskyard.core.etag import IfMatch, PreconditionFailed, set_etag
from taskyard.core.hot import Caller, Question
from taskyard.core.routing import Router
from taskyard.core.schemas import CursorInvalid, Item, Page, PaginationTooDeep, whole
from taskyard.core.uow import UowDep
from taskyard.jobs import hot
from taskyard.jobs.schemas import JobSummary, ProjectJobQuery

router = Router(prefix="/api/v1/admin", tags=["admin"])
ROUTERS = (router,)

Admin = Annotated[Actor, permit(Permission.ADMIN)]
AdminAsks = Annotated[Caller, permit(Permission.ADMIN)]
UserId = Annotated[UUID, Path(description="An account.")]


@router.get("/users", bucket="admin", errors=(PaginationTooDeep,))
async def list_users(
    actor: Admin,
    query: Annotated[schemas.AccountQuery, Query()],
    uow: UowDep,
    accounts: AccountsDep,
) -> Page[schemas.AccountRead]:
    """List accounts, the newest first."""
    query.check_tier(actor.tier)
    items, total = await service.list_accounts(uow, accounts.settings, query)
    return Page(items=items, total=total, page=query.page, page_size=query.page_size)


@router.get("/users/{user_id}", bucket="admin", errors=(refusals.AccountNotFound,))
async def get_user(
    _: Admin, user_id: UserId, response: Response, uow: UowDep, accounts: AccountsDep
) -> Item[schemas.AccountRead]:
    """Return one account."""
    found = await service.account(uow, accounts.settings, user_id)
    set_etag(response, found.version)
    return Item(data=found)


@router.patch(
    "/users/{user_id}",
    bucket="admin",
    idempotent=True,
    audit="account.role_changed",
    errors=(refusals.AccountNotFound, refusals.LastAdmin, PreconditionFailed),
)
async def change_user(
    actor: Admin,
    user_id: UserId,
    body: schemas.AccountPatch,
    response: Response,
    uow: UowDep,
    accounts: AccountsDep,
    if_match: IfMatch = None,
) -> Item[schemas.AccountRead]:
    """Set an account's role, its tier (for a time, if you say until when), or whether it may enter.

    It counts at the account's next request; a deactivated one's sessions end now. One active
    administrator always stays.
    """
    wanted = service.wanted(body)
    user = await administering.change(uow, user_id, wanted, by=actor.user_id, if_match=if_match)
    set_etag(response, user.version)
    return Item(data=(await service.read_all(uow, accounts.settings, [user]))[0])


@router.get("/users/{user_id}/sessions", bucket="admin", errors=(refusals.AccountNotFound,))
async def list_user_sessions(
    _: Admin, user_id: UserId, uow: UowDep, accounts: AccountsDep
) -> Page[schemas.AccountSessionRead]:
    """List where an account is signed in, the most recently used first."""
    await service.account(uow, accounts.settings, user_id)
    found = await sessions_of(uow.db, user_id)
    items = [schemas.AccountSessionRead.model_validate(session) for session in found]
    return whole(items)


@router.delete(
    "/users/{user_id}/sessions",
    bucket="admin",
    audit="session.ended",
    errors=(refusals.AccountNotFound,),
)
async def end_user_sessions(
    actor: Admin, user_id: UserId, uow: UowDep
) -> Item[schemas.SessionsEnded]:
    """Sign an account out everywhere; it may sign in again."""
    ended = await administering.end_sessions(uow, user_id, by=actor.user_id)
    return Item(data=schemas.SessionsEnded(sessions_ended=ended))


@router.get("/projects", bucket="admin", errors=(PaginationTooDeep,))
async def list_all_projects(
    actor: Admin, query: Annotated[schemas.AnyProjectQuery, Query()], uow: UowDep
) -> Page[schemas.AnyProjectRead]:
    """List everybody's projects, the newest first. Each can be looked into at /projects/{id}."""
    query.check_tier(actor.tier)
    items, total = await service.list_projects(uow, query)
    return Page(items=items, total=total, page=query.page, page_size=query.page_size)


@router.hot(
    "/jobs", bucket="admin", answers=Page[JobSummary], errors=(PaginationTooDeep, CursorInvalid)
)
def list_all_jobs(caller: AdminAsks, query: Annotated[ProjectJobQuery, Query()]) -> Question:
    """List everybody's jobs, newest first. Each can be read and cancelled at /jobs/{id}."""
    return hot.everybodys(caller, query)
