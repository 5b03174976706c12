"""Analyses that have ended, written as rows: what they found is what a test says."""

import asyncio
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

import httpx
from sqlalchemy import func, select, text

from taskyard.core.platform import Platform
from taskyard.core.spine import EventRow, events_of
from taskyard.core.uow import unit_of_work
from taskyard.files.models import SourceSnapshot
from taskyard.jobs.events import JobCompleted
from taskyard.jobs.models import Job
from taskyard.kit.ids import uuid7
from taskyard.projects.models import Project
from taskyard.runners.analysis.models import Analysis, FindingRow
from tests.world import Account

_NEWEST = text("SELECT xid::text::bigint, id FROM events ORDER BY xid DESC, id DESC LIMIT 1")
_PLACE = text(
    "SELECT xid::text::bigint, event_id FROM listener_positions"
    " WHERE name = 'analysis.finding_tasks'"
)
ALL = "coverage,quality,security,types"


def fingerprint(name: str) -> str:
    """Return the fingerprint of a finding that a test calls so."""
    return name.encode().hex().ljust(32, "0")[:32]


@dataclass
class Ledger:
    """A project's analyses."""

    platform: Platform
    client: httpx.AsyncClient
    owner: Account
    project: Project
    snapshots: list[UUID] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where the project is."""
        return f"/api/v1/projects/{self.project.id}"

    async def upload(self) -> UUID:
        """Give the project a newer source."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("a.py", f"A = {len(self.snapshots)}\n")
        file = {"file": ("source.zip", packed.getvalue())}
        answer = await self.client.post(f"{self.url}/source", files=file)
        assert answer.status_code in {200, 201}, answer.text
        self.snapshots.append(UUID(answer.json()["data"]["id"]))
        return self.snapshots[-1]

    async def analysed(
        self,
        *names: str,
        partial: bool = False,
        types: str = ALL,
        snapshot: UUID | None = None,
        state: Literal["completed", "failed"] = "completed",
        known: Mapping[str, int] | None = None,
        told: bool = True,
        **more: Any,
    ) -> UUID:
        """Write an analysis that found these: `grave` is high, `mild` low, else medium.

        `known` has the number of the analysis that first saw a finding, where not this one. Unless
        it is `told` nobody hears of it.
        """
        snapshot = snapshot or (self.snapshots[-1] if self.snapshots else await self.upload())
        async with unit_of_work(self.platform.database) as uow:
            source = await uow.db.get_one(SourceSnapshot, snapshot)
            newest = select(func.coalesce(func.max(Analysis.number), 0))
            number = (
                await uow.db.scalar(newest.where(Analysis.project_id == self.project.id)) or 0
            ) + 1
            done = state == "completed"
            job = Job(
                id=uuid7(),
                owner_id=self.owner.id,
                project_id=self.project.id,
                tier="premium",
                kind="analysis",
                title=f"Analysis {number}",
                parameters={},
                state=state,
                result={"partial": partial} if done else None,
                failure=None if done else {"reason": "x", "message": "x", "retry_helps": False},
                finished_at=func.now(),
            )
            uow.db.add(job)
            await uow.db.flush()
            values: dict[str, Any] = {"quality_score": 9, "report_sha256": None} | more
            if done:
                values["report_sha256"] = await _any_blob(uow.db)
            uow.db.add(
                Analysis(
                    id=job.id,
                    project_id=self.project.id,
                    number=number,
                    snapshot_id=snapshot,
                    source_id=source.source_id,
                    types=types,
                    finished_at=func.now(),
                    **values,
                )
            )
            await uow.db.flush()
            uow.db.add_all(
                self._finding(job.id, number, name, (known or {}).get(name, number))
                for name in names
            )
            if done and told:
                uow.emit(
                    JobCompleted(
                        subject_id=job.id,
                        project_id=self.project.id,
                        kind="analysis",
                        title=job.title,
                        status="completed",
                        progress=100,
                        seq=2,
                    )
                )
        await self.settled()
        return job.id

    def _finding(self, analysis_id: UUID, number: int, name: str, since: int) -> FindingRow:
        severity = {"grave": 0, "mild": 2}.get(name.split("-", maxsplit=1)[0], 1)
        content = {
            "title": f"Trouble called {name}",
            "recommendation": "Put `it` right.",
            "severity": ("high", "medium", "low")[severity],
            "excerpt": [{"number": number, "text": f"x = '```{name}'"}],
            "debt_minutes": 1.0,
            "fingerprint": fingerprint(name),
            "tool": "bandit",
            "rule": "B602",
            "kind": "security",
            "file": "shop/run.py",
            "line": number,
        }
        columns = {key: content[key] for key in ("tool", "rule", "kind", "file", "line")}
        return FindingRow(
            analysis_id=analysis_id,
            project_id=self.project.id,
            fingerprint=fingerprint(name),
            severity=severity,
            is_new=since == number > 1,
            since=since,
            content=content,
            **columns,
        )

    async def settled(self) -> None:
        """Wait until everything told so far was looked at."""
        newest = await self._place(_NEWEST)
        deadline = asyncio.get_running_loop().time() + 60
        while await self._place(_PLACE) < newest:
            assert asyncio.get_running_loop().time() < deadline, newest
            await asyncio.sleep(0.05)

    async def _place(self, query: Any) -> tuple[int, Any]:
        async with self.platform.database.session() as db:
            row = (await db.execute(query)).one_or_none()
        return (row[0], row[1]) if row is not None else (0, None)

    async def make(self, analysis_id: UUID, name: str) -> httpx.Response:
        """Ask for a finding's task."""
        path = f"{self.url}/analyses/{analysis_id}/findings/{fingerprint(name)}/task"
        return await self.client.post(path)

    async def task(self, task_id: str) -> dict[str, Any]:
        """Read a task."""
        answer = await self.client.get(f"{self.url}/tasks/{task_id}")
        data: dict[str, Any] = answer.json()["data"]
        return data

    async def tasks(self) -> Sequence[dict[str, Any]]:
        """List the project's tasks, the oldest first."""
        answer = await self.client.get(f"{self.url}/tasks", params={"sort": "number"})
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def history(self, task_id: str) -> list[EventRow]:
        """Return what the spine tells of a task."""
        async with self.platform.database.session() as db:
            return list(await events_of(db, UUID(task_id)))


async def _any_blob(db: Any) -> str:
    return str(await db.scalar(text("SELECT sha256 FROM blobs LIMIT 1")))
