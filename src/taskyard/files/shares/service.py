"""The verbs of sharing: making, listing, ending; opening, and taking home what a link leads to."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from taskyard.accounts.passwords import Passwords
from taskyard.accounts.types import Device
from taskyard.core import sharing
from taskyard.core.access import Permission
from taskyard.core.admission import Admission
from taskyard.core.schemas import NumberedPageQuery
from taskyard.core.settings import Settings
from taskyard.core.sharing import (
    AT_ONCE,
    ShareNotFound,
    SharePasswordWrong,
    TooManyShares,
    in_its_makers_name,
)
from taskyard.core.uow import Uow, unit_of_work
from taskyard.files.access import Parts, actor_of
from taskyard.files.events import FileShared, FileShareRevoked
from taskyard.files.library import access as library
from taskyard.files.library.access import FileAccess
from taskyard.files.library.schemas import UploadedBy
from taskyard.files.library.service import note
from taskyard.files.models import File
from taskyard.files.schemas import DownloadRead
from taskyard.files.service import sign_download
from taskyard.files.shares import repository
from taskyard.files.shares.repository import ShareRow
from taskyard.files.shares.schemas import ShareCreate, ShareRead
from taskyard.kit.ids import uuid7

CONTENT_PATH: Final = "/api/v1/files/shared/content/"
_WHAT: Final = "file"
_KIND: Final = "share"


async def create(
    parts: Parts, access: FileAccess, body: ShareCreate, passwords: Passwords
) -> ShareRead:
    """Make a link to a file. A password is hashed before the transaction begins.

    Raises TooManyShares, ValidationFailed, FileNotFound and 403 refusals.
    """
    expires_at = body.end()
    kept = None
    if body.password is not None:
        kept = await passwords.hash(body.password)
    share_id = uuid7()
    token = sharing.share_token(parts.settings, _WHAT, share_id)
    async with unit_of_work(parts.database) as uow:
        access = await library.load(uow, access.actor, access.file.id, Permission.FILE_SHARE)
        if await repository.count_working(uow.db, access.file.id) >= AT_ONCE:
            raise TooManyShares(limit=AT_ONCE)
        await repository.add(
            uow.db,
            id=share_id,
            file_id=access.file.id,
            created_by=access.actor.user_id,
            token_hash=sharing.token_hash(token),
            password_hash=kept,
            expires_at=expires_at,
            max_downloads=body.max_downloads,
        )
        uow.emit(
            FileShared(
                subject_id=access.file.id,
                actor_id=access.actor.user_id,
                project_id=access.file.project_id,
                share_id=share_id,
                title=access.file.name,
                expires_at=expires_at,
                has_password=kept is not None,
            )
        )
        row = await repository.one(uow.db, share_id)
        assert row is not None  # written a moment ago, in this transaction
        return read(parts.settings, row)


async def listed(
    uow: Uow, settings: Settings, access: FileAccess, query: NumberedPageQuery
) -> tuple[list[ShareRead], int]:
    """Return a page of a file's links, newest first, and how many there are."""
    query.check_tier(access.actor.tier)
    rows, total = await repository.page(
        uow.db, access.file.id, offset=query.offset, limit=query.page_size
    )
    return [read(settings, row) for row in rows], total


def read(settings: Settings, row: ShareRow) -> ShareRead:
    """Return a link as those who may share the file see it."""
    share, maker_name, state = row
    return ShareRead(
        id=share.id,
        file_id=share.file_id,
        url=sharing.address_of(settings, _WHAT, "shared", share),
        state=state,
        created_by=UploadedBy(id=share.created_by, name=maker_name),
        created_at=share.created_at,
        expires_at=share.expires_at,
        has_password=share.password_hash is not None,
        max_downloads=share.max_downloads,
        downloads=share.downloads,
        revoked_at=share.revoked_at,
    )


async def revoke(uow: Uow, access: FileAccess, share_id: UUID) -> None:
    """End a link; one that has ended stays as it is. Raises ShareNotFound."""
    row = await repository.one(uow.db, share_id)
    if row is None or row[0].file_id != access.file.id:
        raise ShareNotFound
    if await repository.revoke(uow.db, access.file.id, share_id):
        uow.emit(
            FileShareRevoked(
                subject_id=access.file.id,
                actor_id=access.actor.user_id,
                project_id=access.file.project_id,
                share_id=share_id,
                title=access.file.name,
            )
        )


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link leads to, with a short-lived link to the content."""

    row: ShareRow
    file: File
    link: DownloadRead


async def open_share(
    parts: Parts,
    admission: Admission,
    passwords: Passwords,
    device: Device,
    *,
    token: str,
    password: str | None,
) -> Opened:
    """Return what a link leads to, for whoever has its token and its password.

    Raises ShareNotFound, ShareEnded, SharePasswordRequired, SharePasswordWrong, RateLimitExceeded.
    """
    async with unit_of_work(parts.database) as uow:
        row = await _by_token(uow, token)
        file = await _file_of(uow, parts.settings, row)
    share = row[0]
    try:
        await sharing.check_password(
            admission, passwords, share.id, given=password, kept=share.password_hash
        )
    except SharePasswordWrong:
        async with unit_of_work(parts.database) as uow:
            note(uow, file.id, "share_refused", device, share_id=share.id)
        raise
    async with unit_of_work(parts.database) as uow:
        note(uow, file.id, "share_opened", device, share_id=share.id)
    resource = f"{_KIND}:{share.id}"
    link = sign_download(parts, share.created_by, resource, file.name, path=CONTENT_PATH)
    return Opened(row, file, link)


@dataclass(frozen=True, slots=True)
class Fetch:
    """How somebody comes for the content behind a link."""

    device: Device
    #: Whether it is sent, and not only its head.
    wants_content: bool
    #: Whether only a later part is asked for, as when a download goes on.
    goes_on: bool


@dataclass(frozen=True, slots=True)
class Fetched:
    """Content to be sent; a link with a number of downloads gives it whole, or not at all."""

    share_id: UUID
    file: File
    whole_only: bool
    counted: bool


async def by_ticket(parts: Parts, ticket: str, fetch: Fetch) -> Fetched:
    """Return what a link that `open_share` gave leads to, counted and written down.

    Raises SignedUrlInvalid, SignedUrlExpired, ShareNotFound, ShareEnded.
    """
    opened = parts.signer.open(ticket, method="GET")
    kind, _, share_id = opened.resource.partition(":")
    if kind != _KIND:
        raise ShareNotFound
    async with unit_of_work(parts.database) as uow:
        row = await repository.one(uow.db, UUID(share_id))
        if row is None:
            raise ShareNotFound
        return await _fetch(uow, parts.settings, row, fetch)


async def by_token(parts: Parts, token: str, fetch: Fetch) -> Fetched:
    """Return what a link without a password leads to, counted and written down.

    Raises ShareNotFound, ShareEnded, SharePasswordRequired.
    """
    async with unit_of_work(parts.database) as uow:
        row = await _by_token(uow, token)
        if row[0].password_hash is not None:
            raise sharing.SharePasswordRequired
        return await _fetch(uow, parts.settings, row, fetch)


async def _fetch(uow: Uow, settings: Settings, row: ShareRow, fetch: Fetch) -> Fetched:
    share = row[0]
    file = await _file_of(uow, settings, row)
    whole_only = share.max_downloads is not None
    # What goes on was counted when it began; where downloads are numbered, nothing goes on.
    counted = fetch.wants_content and (whole_only or not fetch.goes_on)
    if counted and not await repository.count_download(uow.db, share.id):
        # Somebody else had the last one since we looked.
        sharing.refuse_ended("used_up")
    if fetch.wants_content:
        note(uow, file.id, "share_downloaded", fetch.device, share_id=share.id)
    return Fetched(share.id, file, whole_only, counted)


async def give_back(parts: Parts, fetched: Fetched) -> None:
    """Take back a download that could not begin."""
    if fetched.counted:
        async with unit_of_work(parts.database) as uow:
            await repository.give_back(uow.db, fetched.share_id)


async def _by_token(uow: Uow, token: str) -> ShareRow:
    row = await repository.by_token(uow.db, sharing.token_hash(token))
    if row is None:
        raise ShareNotFound
    return row


async def _file_of(uow: Uow, settings: Settings, row: ShareRow) -> File:
    """Return the file behind a link that works.

    The link is no right of its own: what its maker may do now decides. Raises ShareEnded.
    """
    share, _, state = row
    if state != "active":
        sharing.refuse_ended(state)
    with in_its_makers_name("the file is gone, or whoever shared it may no longer"):
        maker = await actor_of(uow, settings, share.created_by)
        access = await library.load(uow, maker, share.file_id, Permission.FILE_SHARE)
    return access.file
