"""The files jobs made, for those who may have them."""

from uuid import UUID

from taskyard.core.access import Actor, Permission
from taskyard.core.storage import Blob
from taskyard.core.uow import Uow
from taskyard.files.access import Parts
from taskyard.files.service import opens, sign_download
from taskyard.jobs import repository
from taskyard.jobs.access import JobAccess, load
from taskyard.jobs.errors import JobNotFound
from taskyard.jobs.schemas import AssetRead

_RESOURCE = "job-asset"


async def links(uow: Uow, access: JobAccess, parts: Parts) -> list[AssetRead]:
    """Return a job's files, each with a link that carries the caller's right to it."""
    found = await repository.assets(uow.db, access.job_id)
    return [
        AssetRead(
            id=asset.id,
            name=asset.name,
            content_type=asset.content_type,
            size_bytes=asset.size_bytes,
            created_at=asset.created_at,
            url=sign_download(
                parts, access.actor.user_id, f"{_RESOURCE}:{asset.id}", asset.name
            ).url,
        )
        for asset in found
    ]


@opens(_RESOURCE)
async def _open(uow: Uow, actor: Actor, rest: str) -> Blob:
    asset = await repository.asset(uow.db, UUID(rest))
    if asset is None:
        raise JobNotFound
    await load(uow, actor, asset.job_id, Permission.JOB_READ)
    return Blob(asset.sha256, asset.size_bytes)
