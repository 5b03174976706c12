"""Source that the server fetches itself, from a Git repository."""

import re
from dataclasses import dataclass

from taskyard.entry.cli.client.answers import Fetch, Project, Snapshot
from taskyard.entry.cli.client.api import Api
from taskyard.entry.cli.client.attending import attend
from taskyard.entry.cli.client.exits import ClientError, Exit
from taskyard.entry.cli.client.screen import Screen

_URL = re.compile(r"https?://", re.IGNORECASE)


@dataclass(frozen=True)
class Repository:
    """A repository, and which branch, tag or commit of it."""

    git_url: str
    ref: str | None

    @property
    def name(self) -> str:
        """What it is called: the last part of its address."""
        path = self.git_url.partition("://")[2].partition("/")[2]
        return path.rstrip("/").rpartition("/")[2].removesuffix(".git")

    @property
    def shown(self) -> str:
        """The same for people: without the scheme, which they know."""
        where = self.git_url.partition("://")[2].rstrip("/").removesuffix(".git")
        return f"{where} ({self.ref})" if self.ref else where


def is_address(text: str) -> bool:
    """Say whether a word of the command line is an address, and no path."""
    return _URL.match(text) is not None


def start(api: Api, project: Project, repository: Repository, *, analyse: bool) -> Fetch:
    """Ask the server to fetch a repository. Raises ClientError."""
    wish = {"git_url": repository.git_url, "ref": repository.ref, "analyse": analyse}
    body = {name: value for name, value in wish.items() if value is not None}
    return api.post(Fetch, f"/projects/{project.id}/source", body)


def fetch(
    api: Api, project: Project, repository: Repository, screen: Screen, *, detach: bool
) -> Snapshot:
    """Have a repository fetched; return the snapshot it became. Raises ClientError."""
    started = start(api, project, repository, analyse=False)
    job = attend(api, started.id, screen, f"Fetching {repository.shown}", detach=detach)
    snapshot_id = (job.result or {}).get("snapshot_id")
    if snapshot_id is None:
        message = f"The server fetched {repository.shown} and names no snapshot of it."
        raise ClientError(message, Exit.UNREACHABLE)
    return api.get(Snapshot, f"/projects/{project.id}/source/{snapshot_id}")
