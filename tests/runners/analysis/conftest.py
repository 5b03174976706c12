"""Small sources, really analysed in the sandbox."""

from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any

import pytest

from taskyard.runners.analysis.report import AnalysisParameters, AnalysisReport
from taskyard.runners.analysis.runner import analyse
from taskyard.runners.folder import folder_run
from taskyard.runners.sandbox import Sandbox

Tree = Mapping[str, str | bytes]
Analyse = Callable[..., Coroutine[Any, Any, AnalysisReport]]


def lay_out(folder: Path, tree: Tree) -> Path:
    """Write `tree` below `folder`."""
    for name, content in tree.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


@pytest.fixture(scope="session")
def analyse_tree(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Analyse:
    """Analyse a source given as a mapping of names to contents."""
    return _analyser(sandbox, tmp_path_factory)


@pytest.fixture(scope="session")
def analyse_reduced(open_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Analyse:
    """The same on a machine without namespaces."""
    broken = open_folder / "no-bubblewrap"
    broken.write_text("#!/bin/sh\necho 'bwrap: No permissions' >&2; exit 1\n")
    broken.chmod(0o755)
    return _analyser(Sandbox(open_folder, bubblewrap=(broken,)), tmp_path_factory)


def _analyser(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Analyse:
    async def run(
        tree: Tree, *types: str, lines: list[str] | None = None, **parameters: Any
    ) -> AnalysisReport:
        folder = lay_out(tmp_path_factory.mktemp("tree"), tree)
        asked = {"analysis_types": list(types)} if types else {}
        heard = lines if lines is not None else []
        with folder_run(folder, sandbox, on_log=heard.append) as context:
            wanted = AnalysisParameters.model_validate(asked | parameters)
            return await analyse(wanted, context)

    return run
