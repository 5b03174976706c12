"""Which application a request belongs to."""

from collections.abc import Sequence

from starlette.types import ASGIApp, Receive, Scope, Send

from taskyard.dialects.dialect import Dialect

_PREFIX = "/dialects/"


class FrontDoor:
    """Hands a request to the dialect whose address it names, and everything else on.

    Each dialect is served whole below its prefix, and at the root where it is alone. Outside of
    everything else, so that each application's own edge makes the whole answer.
    """

    def __init__(self, app: ASGIApp, dialects: Sequence[tuple[Dialect, ASGIApp]]) -> None:
        self.app = app
        self._by_name = {dialect.name: (dialect, spoken) for dialect, spoken in dialects}
        self._exact: dict[str, ASGIApp] = {}
        self._below: dict[str, ASGIApp] = {}
        for dialect, spoken in dialects:
            for address in dialect.at_root:
                (self._below if address.endswith("/") else self._exact)[address] = spoken

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        app = self.app if scope["type"] == "lifespan" else self._of(scope)
        await app(scope, receive, send)

    def _of(self, scope: Scope) -> ASGIApp:
        path: str = scope["path"]
        if path.startswith(_PREFIX):
            name = path.removeprefix(_PREFIX).partition("/")[0]
            if name in self._by_name:
                dialect, app = self._by_name[name]
                scope["root_path"] = dialect.prefix
                return app
        if path in self._exact:
            return self._exact[path]
        return next((app for at, app in self._below.items() if path.startswith(at)), self.app)
