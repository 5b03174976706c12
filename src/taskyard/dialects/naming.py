"""Names as clients of the contracts give them: ids are opaque, addresses are whole."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request
from starlette.requests import HTTPConnection

from taskyard.core.access import Permission
from taskyard.core.platform import Platform
from taskyard.core.uow import UowDep
from taskyard.jobs.access import JobAccess, JobGate

OpaqueId = Annotated[str, Path(description="An id that was given to you.")]
_OF_NOTHING = UUID(int=0)


def id_of(text: str) -> UUID:
    """Return the id a client gave; what cannot be one is the id of nothing."""
    try:
        return UUID(text)
    except ValueError:
        return _OF_NOTHING


class OpaqueJobGate(JobGate):
    """Admits to the job of the path as the canonical gate does, but never to a system job."""

    def __init__(self, permission: Permission) -> None:
        super().__init__(permission, system=False)

    async def __call__(  # type: ignore[override]  # any text is an id here
        self, connection: HTTPConnection, job_id: OpaqueId, uow: UowDep
    ) -> JobAccess:
        """Return the caller's access to the job."""
        return await super().__call__(connection, id_of(job_id), uow)


def whole(request: Request, address: str) -> str:
    """Return an address of this server's that a client can use as it stands."""
    platform: Platform = request.app.state.platform
    return (platform.settings.public_url or f"{request.url.scheme}://{request.url.netloc}").rstrip(
        "/"
    ) + address
