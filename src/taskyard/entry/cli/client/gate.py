"""Whether an analysis is good enough: what `--fail-under` and `--fail-on-new` ask."""

from dataclasses import dataclass

from taskyard.entry.cli.client.answers import SEVERITIES, Analysis, Finding
from taskyard.entry.cli.client.api import Api

#: A file that cannot be parsed is found whatever is looked for.
_ALWAYS = "syntax"


@dataclass(frozen=True)
class Gate:
    """What is asked of an analysis; None asks nothing."""

    #: The least score.
    under: float | None
    #: The least severity of a new finding that counts.
    on_new: str | None

    @property
    def asks(self) -> bool:
        """Whether anything is asked."""
        return self.under is not None or self.on_new is not None

    def misses(self, analysis: Analysis, new: int | None) -> list[str]:
        """Return what is not met, a sentence each; `new` is what `count_new` found."""
        missed = []
        score = analysis.quality_score
        if self.under is not None and score is None:
            missed.append("there is no score to hold against --fail-under")
        elif self.under is not None and score is not None and score < self.under:
            missed.append(f"the score {score:.2f} is below {self.under:g}")
        if new:
            findings = "finding is" if new == 1 else "findings are"
            least = "" if self.on_new == "high" else " or worse"
            missed.append(f"{new:,} {findings} new and {self.on_new}{least}")
        return missed


def count_new(api: Api, analysis: Analysis, severity: str) -> int | None:
    """Return how many findings of this severity or a worse one are new against the last run.

    None where there is no run before. Findings of a sort that the run before did not look for are
    not new. Raises ClientError.
    """
    if analysis.previous is None:
        return None
    base = f"/projects/{analysis.project_id}/analyses"
    wanted: dict[str, list[str]] = {"severity": list(SEVERITIES[: SEVERITIES.index(severity) + 1])}
    if not analysis.previous.comparable:
        before = api.get(Analysis, f"{base}/{analysis.previous.id}")
        both = set(analysis.analysis_types) & set(before.analysis_types)
        wanted["kind"] = [*sorted(both), _ALWAYS]
    path = f"{base}/{analysis.id}/findings"
    return api.page(Finding, path, state="new", page_size=1, **wanted).total
