"""Analysing a project's source: quality, security, types, tests and coverage.

The pure part knows no database and no HTTP: `runner.analyse` takes parameters and a `RunContext`
and returns an `AnalysisReport`. docs/analysis.md has the score, the rules and measured figures.

    runner.py        the steps, in order
    survey.py        which files there are, and which are left out and why
    decoding.py      bytes of a Python file to text (PEP 263)
    tools/           one module a tool: run it in the sandbox, turn its answer into issues
    inside/          scripts of ours that run inside the sandbox
    rules.py         what is asked of the tools; the ruleset's version
    score.py         minutes of debt to a score
    fingerprint.py   what makes a finding the same one after its line moved
    report.py        the report's shape
    advice.py, recommendations.py   what to do about it
    compare.py, sarif.py, html.py   pure functions of reports

Beside it stands what keeps analyses: models, repository, service, routes; shares/ has the links
that show a report to people without an account.
"""
