"""What is new, what is gone."""

from collections.abc import Iterable

from taskyard.runners.analysis.finding import Finding, Value


class Comparison(Value):
    """A report against an earlier one, by fingerprints."""

    new: tuple[Finding, ...] = ()
    gone: tuple[Finding, ...] = ()
    unchanged: tuple[Finding, ...] = ()


def compare(previous: Iterable[Finding], current: Iterable[Finding]) -> Comparison:
    """Return which findings came, went and stayed; those that stayed as they are now."""
    before = {finding.fingerprint: finding for finding in previous}
    now = {finding.fingerprint: finding for finding in current}
    return Comparison(
        new=tuple(finding for name, finding in now.items() if name not in before),
        gone=tuple(finding for name, finding in before.items() if name not in now),
        unchanged=tuple(finding for name, finding in now.items() if name in before),
    )
