"""The verbs of links to reports: making, listing, ending; opening, and reading by one."""

from dataclasses import dataclass
from typing import Final, get_args
from uuid import UUID

from taskyard.accounts.passwords import Passwords
from taskyard.core import sharing
from taskyard.core.access import Permission
from taskyard.core.admission import Admission
from taskyard.core.schemas import NumberedPageQuery
from taskyard.core.settings import Settings
from taskyard.core.sharing import AT_ONCE, ShareNotFound, TooManyShares, in_its_makers_name
from taskyard.core.uow import Uow, unit_of_work
from taskyard.files.access import Parts, actor_of
from taskyard.files.service import sign_download
from taskyard.jobs.models import Job
from taskyard.kit.ids import uuid7
from taskyard.projects import access as projects
from taskyard.projects.access import ProjectAccess
from taskyard.projects.models import Project
from taskyard.runners.analysis import exports
from taskyard.runners.analysis import service as analyses
from taskyard.runners.analysis.errors import AnalysisNotReady
from taskyard.runners.analysis.events import AnalysisShared, AnalysisShareRevoked
from taskyard.runners.analysis.models import Analysis
from taskyard.runners.analysis.shares import repository
from taskyard.runners.analysis.shares.repository import ShareRow
from taskyard.runners.analysis.shares.schemas import (
    AnalysisShareCreate,
    AnalysisShareRead,
    ReportUrls,
    SharedBy,
    SharedReportRead,
)

REPORT_PATH: Final = "/api/v1/analyses/shared/report/"
_WHAT: Final = "analysis"
_KIND: Final = "report"
_FORMATS: Final = frozenset(get_args(exports.Format))


async def create(
    parts: Parts,
    access: ProjectAccess,
    analysis_id: UUID,
    body: AnalysisShareCreate,
    passwords: Passwords,
) -> AnalysisShareRead:
    """Make a link to a report. A password is hashed before the transaction begins.

    Raises TooManyShares, ValidationFailed, AnalysisNotFound, AnalysisNotReady and what
    `projects.load` does.
    """
    expires_at = body.end()
    kept = await passwords.hash(body.password) if body.password is not None else None
    share_id = uuid7()
    token = sharing.share_token(parts.settings, _WHAT, share_id)
    async with unit_of_work(parts.database) as uow:
        # Asked once more: hashing took its time.
        access = await projects.load(
            uow, access.actor, access.project_id, Permission.ANALYSIS_SHARE
        )
        analysis, job, _ = await analyses.find(uow, access, analysis_id)
        if analysis.report_sha256 is None:
            raise AnalysisNotReady(number=analysis.number, status=job.state)
        if await repository.count_working(uow.db, analysis.id) >= AT_ONCE:
            raise TooManyShares(limit=AT_ONCE)
        await repository.add(
            uow.db,
            id=share_id,
            analysis_id=analysis.id,
            created_by=access.actor.user_id,
            token_hash=sharing.token_hash(token),
            password_hash=kept,
            expires_at=expires_at,
        )
        uow.emit(
            AnalysisShared(
                subject_id=analysis.id,
                actor_id=access.actor.user_id,
                project_id=access.project_id,
                share_id=share_id,
                title=job.title,
                expires_at=expires_at,
                has_password=kept is not None,
            )
        )
        row = await repository.one(uow.db, share_id)
        assert row is not None  # written a moment ago, in this transaction
        return read(parts.settings, row)


async def listed(
    uow: Uow,
    settings: Settings,
    access: ProjectAccess,
    analysis_id: UUID,
    query: NumberedPageQuery,
) -> tuple[list[AnalysisShareRead], int]:
    """Return a page of the links to a report, newest first, and how many there are.

    Raises AnalysisNotFound.
    """
    query.check_tier(access.actor.tier)
    analysis, _, _ = await analyses.find(uow, access, analysis_id)
    rows, total = await repository.page(
        uow.db, analysis.id, offset=query.offset, limit=query.page_size
    )
    return [read(settings, row) for row in rows], total


def read(settings: Settings, row: ShareRow) -> AnalysisShareRead:
    """Return a link as those who may share the report see it."""
    share, maker_name, state = row
    return AnalysisShareRead(
        id=share.id,
        analysis_id=share.analysis_id,
        url=sharing.address_of(settings, _WHAT, "report", share),
        state=state,
        created_by=SharedBy(id=share.created_by, name=maker_name),
        created_at=share.created_at,
        expires_at=share.expires_at,
        has_password=share.password_hash is not None,
        opened_at=share.opened_at,
        revoked_at=share.revoked_at,
    )


async def revoke(uow: Uow, access: ProjectAccess, analysis_id: UUID, share_id: UUID) -> None:
    """End a link; one that has ended stays as it is. Raises AnalysisNotFound, ShareNotFound."""
    analysis, job, _ = await analyses.find(uow, access, analysis_id)
    row = await repository.one(uow.db, share_id)
    if row is None or row[0].analysis_id != analysis.id:
        raise ShareNotFound
    if await repository.revoke(uow.db, analysis.id, share_id):
        uow.emit(
            AnalysisShareRevoked(
                subject_id=analysis.id,
                actor_id=access.actor.user_id,
                project_id=access.project_id,
                share_id=share_id,
                title=job.title,
            )
        )


async def open_share(
    parts: Parts,
    admission: Admission,
    passwords: Passwords,
    *,
    token: str,
    password: str | None,
) -> SharedReportRead:
    """Return what a link leads to, for whoever has its token and its password.

    Raises ShareNotFound, ShareEnded, SharePasswordRequired, SharePasswordWrong, RateLimitExceeded.
    """
    async with unit_of_work(parts.database) as uow:
        row = await repository.by_token(uow.db, sharing.token_hash(token))
        if row is None:
            raise ShareNotFound
        found = await _behind(uow, parts.settings, row)
    share = row[0]
    await sharing.check_password(
        admission, passwords, share.id, given=password, kept=share.password_hash
    )
    async with unit_of_work(parts.database) as uow:
        await repository.mark_opened(uow.db, share.id)
    return _opened(parts, row, found)


@dataclass(frozen=True, slots=True)
class _Found:
    """The report behind a link that works."""

    analysis: Analysis
    job: Job
    project: str
    access: ProjectAccess


def _opened(parts: Parts, row: ShareRow, found: _Found) -> SharedReportRead:
    share, maker_name, _ = row
    figures = analyses.read(found.analysis, found.job, None)
    return SharedReportRead(
        project=found.project,
        number=figures.number,
        finished_at=figures.finished_at,
        analysis_types=figures.analysis_types,
        quality_score=figures.quality_score,
        grade=figures.grade,
        ncloc=figures.ncloc,
        coverage_percent=figures.coverage_percent,
        counts=figures.counts,
        shared_by=maker_name,
        expires_at=share.expires_at,
        urls=ReportUrls.model_validate(
            {wanted: _url(parts, row, found.analysis, wanted) for wanted in _FORMATS}
        ),
    )


def _url(parts: Parts, row: ShareRow, analysis: Analysis, wanted: str) -> str:
    link = sign_download(
        parts,
        row[0].created_by,
        f"{_KIND}:{row[0].id}:{wanted}",
        f"analysis-{analysis.number}.{wanted}",
        inline=wanted == "html",
        path=REPORT_PATH,
    )
    return link.url


async def by_ticket(parts: Parts, ticket: str) -> exports.Material:
    """Return what the file is made of to which an address that `open_share` gave leads.

    Raises SignedUrlInvalid, SignedUrlExpired, ShareNotFound, ShareEnded.
    """
    kind, _, rest = parts.signer.open(ticket, method="GET").resource.partition(":")
    share_id, _, wanted = rest.partition(":")
    if kind != _KIND or wanted not in _FORMATS:
        raise ShareNotFound
    async with unit_of_work(parts.database) as uow:
        row = await repository.one(uow.db, UUID(share_id))
        if row is None:
            raise ShareNotFound
        found = await _behind(uow, parts.settings, row)
        # The same way as its owner's export, so that both get the same bytes.
        analysis, job, previous = await analyses.find(uow, found.access, found.analysis.id)
        return await exports.gather(
            uow,
            parts.storage,
            analysis,
            job,
            previous,
            wanted,  # type: ignore[arg-type]  # one of _FORMATS
        )


async def _behind(uow: Uow, settings: Settings, row: ShareRow) -> _Found:
    """Return the report behind a link that works.

    The link is no right of its own: what its maker may do now decides. Raises ShareEnded.
    """
    share, _, state = row
    if state != "active":
        sharing.refuse_ended(state)
    analysis, job = await repository.shared(uow.db, share.analysis_id)
    with in_its_makers_name("the project is gone, or whoever shared the report may no longer"):
        maker = await actor_of(uow, settings, share.created_by)
        access = await projects.load(uow, maker, analysis.project_id, Permission.ANALYSIS_SHARE)
    project = await uow.db.get_one(Project, analysis.project_id)
    return _Found(analysis, job, project.name, access)
