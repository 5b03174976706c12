"""The verbs of administrators that are not another room's own."""

from collections.abc import Sequence
from uuid import UUID

from taskyard.accounts import repository as accounts
from taskyard.accounts.access import granted, tier_of
from taskyard.accounts.errors import AccountNotFound
from taskyard.accounts.models import User
from taskyard.accounts.service.administering import AccountChange, Grant
from taskyard.admin import repository
from taskyard.admin.schemas import (
    AccountPatch,
    AccountQuery,
    AccountRead,
    AnyProjectQuery,
    AnyProjectRead,
    OwnerRead,
)
from taskyard.core.settings import Settings
from taskyard.core.uow import Uow


async def list_accounts(
    uow: Uow, settings: Settings, query: AccountQuery
) -> tuple[list[AccountRead], int]:
    """Return a page of accounts and how many there are."""
    users, total = await repository.accounts(
        uow.db,
        q=query.q,
        role=query.role,
        active=query.active,
        offset=query.offset,
        limit=query.page_size,
    )
    return await read_all(uow, settings, users), total


async def account(uow: Uow, settings: Settings, user_id: UUID) -> AccountRead:
    """Return one account. Raises AccountNotFound."""
    user = await accounts.user_by_id(uow.db, user_id)
    if user is None:
        raise AccountNotFound
    return (await read_all(uow, settings, [user]))[0]


async def read_all(uow: Uow, settings: Settings, users: Sequence[User]) -> list[AccountRead]:
    """Return accounts as administrators see them."""
    sessions = await accounts.sessions_by_account(uow.db, [user.id for user in users])
    found = []
    for user in users:
        _, count, last_seen_at = sessions.get(user.id, (user.id, 0, None))
        given = granted(user)
        found.append(
            AccountRead(
                id=user.id,
                email=user.email,
                username=user.username,
                display_name=user.display_name,
                role=user.role,
                tier=tier_of(user, settings),
                tier_granted=given is not None,
                tier_until=user.granted_until if given else None,
                active=user.is_active,
                sessions=count,
                last_seen_at=last_seen_at,
                created_at=user.created_at,
                version=user.version,
            )
        )
    return found


def wanted(body: AccountPatch) -> AccountChange:
    """Return what a patch asks for; a tier of null takes one back, one left out changes none."""
    grants = "tier" in body.model_fields_set
    return AccountChange(
        role=body.role,
        active=body.active,
        grant=Grant(body.tier, body.tier_until) if grants else None,
    )


async def list_projects(uow: Uow, query: AnyProjectQuery) -> tuple[list[AnyProjectRead], int]:
    """Return a page of everybody's projects and how many there are."""
    rows, total = await repository.projects(
        uow.db, q=query.q, personal=query.personal, offset=query.offset, limit=query.page_size
    )
    items = [
        AnyProjectRead(
            id=project.id,
            name=project.name,
            key=project.key,
            is_personal=project.is_personal,
            owner=OwnerRead.model_validate(owner),
            members=members,
            created_at=project.created_at,
            updated_at=project.updated_at,
        )
        for project, owner, members in rows
    ]
    return items, total
