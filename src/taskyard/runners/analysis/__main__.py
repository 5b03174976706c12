"""Analyse a folder by hand: `python -m taskyard.runners.analysis FOLDER [report.json …]`.

The log goes to the terminal; the endings of the files to write say what they hold (.json, .sarif,
.html). No server, no account, no database.
"""

import asyncio
import json
import sys
from pathlib import Path

from taskyard.runners.analysis.html import to_html
from taskyard.runners.analysis.report import AnalysisParameters, AnalysisReport, to_json
from taskyard.runners.analysis.runner import analyse
from taskyard.runners.analysis.sarif import to_sarif
from taskyard.runners.folder import folder_run
from taskyard.runners.sandbox import Sandbox

_USAGE = (
    "usage: python -m taskyard.runners.analysis FOLDER [report.json] [report.sarif] [report.html]"
)


async def _analyse(folder: Path) -> AnalysisReport:
    sandbox = Sandbox(Path(".data"))
    with folder_run(folder, sandbox, on_log=print) as context:
        return await analyse(AnalysisParameters(), context)


def _render(report: AnalysisReport, ending: str, title: str) -> str:
    if ending == ".sarif":
        return json.dumps(to_sarif(report), indent=1)
    return to_html(report, title=title) if ending == ".html" else to_json(report)


def main(arguments: list[str]) -> int:
    """Run from the command line."""
    if not arguments or not Path(arguments[0]).is_dir():
        print(_USAGE, file=sys.stderr)  # noqa: T201
        return 2
    folder = Path(arguments[0]).resolve()
    report = asyncio.run(_analyse(folder))
    for name in arguments[1:]:
        target = Path(name)
        target.write_text(_render(report, target.suffix, folder.name), encoding="utf-8")
    for sentence in report.recommendations:
        print(f"* {sentence}")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
