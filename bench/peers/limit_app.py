"""The ruler: bare ASGI, asyncpg, one statement a request, its JSON made by PostgreSQL.

No framework, no validation, no session, no rates, no log: what a request costs at the least.
"""

import json
from urllib.parse import parse_qs
from uuid import UUID, uuid4

import asyncpg
from common import COUNT, DSN, INSERT, LIST, ONE, OWNER, POOL, claims_of

_LIST = (
    f"SELECT json_build_object('items', coalesce((SELECT json_agg(j) FROM ({LIST}) j), '[]'),"
    f" 'total', ({COUNT}))::text"
)
_ONE = f"SELECT row_to_json(j)::text FROM ({ONE}) j"
_INSERT = f"WITH j AS ({INSERT}) SELECT row_to_json(j)::text FROM j"


class _NoReset(asyncpg.Connection):
    def get_reset_query(self):
        return ""  # its own reset would be a second round trip


class App:
    """An ASGI application with three addresses."""

    pool: asyncpg.Pool

    async def __call__(self, scope, receive, send):
        """Answer."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        headers = dict(scope["headers"])
        if scope["path"] == "/health":
            await _reply(send, 200, b"{}")
        elif claims_of(headers.get(b"authorization", b"")) is None:
            await _reply(send, 401, b"{}")
        else:
            await _reply(send, *await self._work(scope, receive))

    async def _live(self, receive, send):
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self.pool = await asyncpg.create_pool(
                    DSN, min_size=POOL, max_size=POOL, connection_class=_NoReset
                )
            else:
                await self.pool.close()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return

    async def _work(self, scope, receive):
        if scope["method"] == "POST":
            body = json.loads((await receive())["body"])
            args = (uuid4(), body["project_id"], body["title"], OWNER)
            async with self.pool.acquire() as db:
                return 201, (await db.fetchval(_INSERT, *args)).encode()
        _, room, named, *_ = scope["path"].split("/")
        async with self.pool.acquire() as db:
            if room == "projects":
                query = parse_qs(scope["query_string"].decode())
                size = int(query.get("limit", ["50"])[0])
                return 200, (await db.fetchval(_LIST, UUID(named), size, 0)).encode()
            found = await db.fetchval(_ONE, UUID(named))
        return (200, found.encode()) if found else (404, b"{}")


async def _reply(send, status, body):
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


app = App()
