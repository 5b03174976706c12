"""Which application a request belongs to."""

from collections.abc import Sequence

from starlette.types import ASGIApp, Receive, Scope, Send

from taskyard.dialects.dialect import Dialect


class FrontDoor:
    """Hands a request to the dialect whose address it names, and everything else on.

    Each dialect is served whole below its prefix, and at the root where it is alone. Outside of
    everything else, so that each application's own edge makes the whole answer.
    """

    def __init__(self, app: ASGIApp, dialects: Sequence[tuple[Dialect, ASGIApp]]) -> None:
        self.app = app
        #: Addresses that are a dialect's own; what ends with a slash stands for all below it.
        self._exact: dict[str, tuple[ASGIApp, str]] = {}
        self._below: dict[str, tuple[ASGIApp, str]] = {}
        for dialect, spoken in dialects:
            self._exact[dialect.prefix] = self._below[f"{dialect.prefix}/"] = spoken, dialect.prefix
            for address in dialect.at_root:
                (self._below if address.endswith("/") else self._exact)[address] = spoken, ""
        # One question for the many that are for none of them.
        self._starts = tuple(self._below)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        app = self.app
        if scope["type"] != "lifespan":
            path: str = scope["path"]
            if path in self._exact or path.startswith(self._starts):
                app, scope["root_path"] = self._of(path)
        await app(scope, receive, send)

    def _of(self, path: str) -> tuple[ASGIApp, str]:
        """Return the application of a path, and what it lies below."""
        if path in self._exact:
            return self._exact[path]
        return next(found for start, found in self._below.items() if path.startswith(start))
