"""What analyses show of a project, for tasks that require it.

Only the newest source counts, and of it the newest analysis that looked at what is asked for: of
quality and security for the score and the findings, of coverage for the tests.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.files.models import SourceSnapshot
from taskyard.runners.analysis.models import Analysis, FindingRow
from taskyard.tasks.evidence import Judge, Needed, Reading
from taskyard.tasks.types import EvidenceKind

_JUDGED: Final = ("quality", "security")
_TESTED: Final = ("coverage",)


@dataclass(frozen=True, slots=True)
class _Grave:
    """High findings of the newest analysis that one analysis saw first."""

    number: int
    at: datetime | None
    many: int


@dataclass(frozen=True, slots=True)
class _Standing:
    """What is known of a project."""

    source_id: str | None
    judged: Analysis | None
    tested: Analysis | None
    grave: Sequence[_Grave]
    #: The number of the project's first analysis: what it found was there before anybody looked.
    first: int

    def judge(self, needed: Needed) -> Reading:
        """Say how a requirement stands."""
        shown = self.tested if needed.kind == "tests_green" else self.judged
        if self.source_id is None:
            return Reading(
                met=False,
                says="The project has no source yet.",
                remedy="Give it its source, then analyse it.",
            )
        if shown is None:
            looked = " and ".join(_TESTED if needed.kind == "tests_green" else _JUDGED)
            return Reading(
                met=False,
                says=f"No analysis of {looked} has finished yet.",
                remedy="Analyse the newest source.",
            )
        if shown.source_id != self.source_id:
            return Reading(
                met=False,
                says=f"Analysis {shown.number} looked at older source than the newest.",
                remedy="Analyse the newest source.",
                job_id=shown.id,
            )
        return {
            "analysis_score": self._score,
            "no_new_high": self._no_new_high,
            "tests_green": _green,
        }[needed.kind](needed, shown)

    def _score(self, needed: Needed, shown: Analysis) -> Reading:
        least = needed.at_least or 0
        if shown.quality_score is None:
            says = f"Analysis {shown.number} found no code to score."
            return Reading(met=False, says=says, remedy="Give the project code.", job_id=shown.id)
        met = float(shown.quality_score) >= least
        says = f"Analysis {shown.number} scored {shown.quality_score}"
        says += "." if met else f"; at least {least:g} is required."
        remedy = "Follow its recommendations, give the new source, and analyse it."
        return Reading(met=met, says=says, remedy=None if met else remedy, job_id=shown.id)

    def _no_new_high(self, needed: Needed, shown: Analysis) -> Reading:
        new = sum(
            one.many
            for one in self.grave
            if one.number > self.first and (one.at is None or one.at > needed.since)
        )
        if not new:
            says = f"Analysis {shown.number} has no high finding that is newer than the task."
            return Reading(met=True, says=says, remedy=None, job_id=shown.id)
        many = f"{new} high finding is" if new == 1 else f"{new} high findings are"
        return Reading(
            met=False,
            says=f"{many} newer than the task (analysis {shown.number}).",
            remedy="Put them right, give the new source, and analyse it.",
            job_id=shown.id,
        )


def _green(_: Needed, shown: Analysis) -> Reading:
    counted = shown.tests
    if counted is None or not counted["passed"] + counted["failed"] + counted["errors"]:
        return Reading(
            met=False,
            says=f"Analysis {shown.number} ran no tests.",
            remedy="Its report says why: tests of Python run with pytest, in the sandbox.",
            job_id=shown.id,
        )
    bad = counted["failed"] + counted["errors"]
    if not bad:
        passed = counted["passed"]
        tests = "The one test" if passed == 1 else f"All {passed} tests"
        says = f"{tests} of analysis {shown.number} passed."
        return Reading(met=True, says=says, remedy=None, job_id=shown.id)
    return Reading(
        met=False,
        says=f"{bad} of the tests of analysis {shown.number} did not pass.",
        remedy="Its log has what they said. Put them right, give the new source, and analyse it.",
        job_id=shown.id,
    )


class AnalysisEvidence:
    """What analyses can show."""

    kinds: frozenset[EvidenceKind] = frozenset({"analysis_score", "no_new_high", "tests_green"})

    async def look(self, db: AsyncSession, project_id: UUID) -> Judge:
        """Return what judges requirements by the analyses of a project."""
        judged = await _newest(db, project_id, _JUDGED)
        newest = (
            select(SourceSnapshot.source_id)
            .where(SourceSnapshot.project_id == project_id)
            .order_by(SourceSnapshot.uploaded_at.desc(), SourceSnapshot.id.desc())
        )
        first = select(func.min(Analysis.number)).where(
            Analysis.project_id == project_id, Analysis.report_sha256.is_not(None)
        )
        return _Standing(
            source_id=await db.scalar(newest.limit(1)),
            judged=judged,
            tested=await _newest(db, project_id, _TESTED),
            grave=[_Grave(*row) for row in await _grave(db, judged)] if judged else [],
            first=await db.scalar(first) or 0,
        ).judge


async def _newest(db: AsyncSession, project_id: UUID, types: Sequence[str]) -> Analysis | None:
    """Return the newest analysis with a report that looked at all of these."""
    asked = func.string_to_array(Analysis.types, ",")
    query = (
        select(Analysis)
        .where(Analysis.project_id == project_id, Analysis.report_sha256.is_not(None))
        .where(*(func.array_position(asked, one).is_not(None) for one in types))
        .order_by(Analysis.number.desc())
        .limit(1)
    )
    return (await db.scalars(query)).one_or_none()


async def _grave(db: AsyncSession, analysis: Analysis) -> Sequence[Row[int, datetime | None, int]]:
    """Return by which analyses its high findings were first seen, when, and how many."""
    query = (
        select(Analysis.number, Analysis.finished_at, func.count())
        .join(
            FindingRow,
            (FindingRow.since == Analysis.number) & (FindingRow.project_id == Analysis.project_id),
        )
        .where(FindingRow.analysis_id == analysis.id, FindingRow.severity == 0)
        .group_by(Analysis.number, Analysis.finished_at)
    )
    return (await db.execute(query)).all()
