"""Measure the search figures of docs/performance.md, by `python -m tools.measure_search`.

Starts a database of its own with 100,000 tasks and as many comments in 1,000 projects, which takes
some minutes, and asks as two people: one is in every project, the other in five. What counts
is the CPU of PostgreSQL, against the bare limit: a page of a project's tasks by an index.
"""

import argparse
import os
import tempfile
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
import psycopg
import uvloop
from pydantic import SecretStr

from taskyard.core.db import Database
from taskyard.core.hot import Question
from taskyard.core.settings import Settings
from taskyard.entry import migrations
from taskyard.entry.up.embedded import EmbeddedServers
from taskyard.kit.ids import uuid7
from taskyard.search import hot
from taskyard.search.schemas import SearchQuery, TaskSearchQuery

#: Until PostgreSQL has settled on a plan.
_UNCOUNTED: Final = 6
_TIMES: Final = 12
_BARE_TIMES: Final = 500
_EVERY, _FEW = UUID(int=1), UUID(int=2)
#: Words are drawn as people use them: some in a third of all tasks, most in a few.
_SEED: Final = """
CREATE TABLE vocabulary AS SELECT n, translate(md5('w' || n), '0123456789', 'ghijklmnop') AS word
    FROM generate_series(1, 20000) n;
ALTER TABLE vocabulary ADD PRIMARY KEY (n);
UPDATE vocabulary SET word = left(word, 4 + n % 7);
UPDATE vocabulary SET word = 'checkout' WHERE n = 1;
UPDATE vocabulary SET word = 'rounding' WHERE n = 50;
UPDATE vocabulary SET word = 'kangaroo' WHERE n = 9000;
CREATE FUNCTION words(many int, seed int) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(word, ' ') FROM generate_series(1, many) i, LATERAL (
        SELECT word FROM vocabulary WHERE n = 1 + floor(20000 * power(
            (hashint4extended(i * 7919 + seed, 42) & 65535) / 65536.0, 6))::int) found $$;
INSERT INTO users (id, email, email_key, username, display_name, password_hash, role, tier)
    SELECT ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid, n || '@example.com',
        n || '@example.com', 'user' || n, 'User ' || n, '-', 'user', 'premium'
    FROM generate_series(1, 2) n;
INSERT INTO projects (id, owner_id, name, slug, key)
    SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
        '00000000-0000-0000-0000-000000000001', words(3, n), 'p' || n, 'P' || n
    FROM generate_series(0, 999) n;
INSERT INTO memberships (project_id, user_id, role) SELECT id, owner_id, 'owner' FROM projects;
INSERT INTO memberships (project_id, user_id, role)
    SELECT id, '00000000-0000-0000-0000-000000000002', 'member' FROM projects
    WHERE slug IN ('p7', 'p8', 'p9', 'p500', 'p999');
INSERT INTO tasks (id, project_id, number, title, description, position, status, priority,
        completed_at, created_by)
    SELECT ('019aaaaa-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid,
        ('00000000-0000-7000-8000-' || lpad(to_hex(n % 1000), 12, '0'))::uuid, 1 + n / 1000,
        words(6, n), words(40, n + 1000000), 'a' || n, s, 'medium',
        CASE WHEN s = 'done' THEN now() END, '00000000-0000-0000-0000-000000000001'
    FROM generate_series(0, 99999) n, LATERAL (
        SELECT (ARRAY['backlog', 'todo', 'in_progress', 'done'])[1 + n % 4] AS s) standing;
INSERT INTO comments (id, project_id, entity_type, entity_id, thread_id, author_id, body, body_html)
    SELECT id, project_id, 'task', id, id, created_by,
        words(25, hashtext(id::text) % 1000000), ''
    FROM tasks;
"""
_FRESH: Final = """
INSERT INTO tasks (id, project_id, number, title, description, position, created_by)
    SELECT gen_random_uuid(), '00000000-0000-7000-8000-000000000007', 1000 + n, words(6, n + 7),
        words(40, n + 5000000), 'b' || n, '00000000-0000-0000-0000-000000000001'
    FROM generate_series(1, 20000) n
"""
_CALLER: Final = "SELECT id AS user_id, role FROM users WHERE id = $1"
_BARE: Final = """
SELECT json_agg(found)::text FROM (SELECT id, number, title, status FROM tasks
    WHERE project_id = $1 AND status = 'todo' AND deleted_at IS NULL
    ORDER BY position LIMIT 20) found"""
_PROJECT: Final = UUID("00000000-0000-7000-8000-000000000001")
_ASKED: Final = {
    "a word of very many": "checkout",
    "a word of some": "rounding",
    "a word of few": "kangaroo",
    "a typo of it": "kangoroo",
    "a word of none": "qqvvqqvv",
    "two letters": "ch",
    "a key": "P7-42",
    "two words": "checkout kangaroo",
    "open ones": "rounding is:open",
    "all that are open": "is:open",
}


def _joined(question: Question) -> str:
    return (
        f"WITH caller AS ({_CALLER}) SELECT caller.*, answer.* FROM caller"  # noqa: S608
        f" LEFT JOIN LATERAL ({question.sql}) answer ON true"
    )


async def _cpu(connection: asyncpg.Connection, sql: str, *args: Any, times: int) -> float:
    """Return the CPU that PostgreSQL takes for a statement, in ms; other work does not count."""
    stat = Path(f"/proc/{connection.get_server_pid()}/stat")

    def ticks() -> int:
        fields = stat.read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    before = ticks()
    for _ in range(times):
        await connection.fetch(sql, *args)
    return (ticks() - before) * 1_000 / os.sysconf("SC_CLK_TCK") / times


async def _compare(
    connection: asyncpg.Connection, name: str, question: Question, who: UUID, limit: float
) -> None:
    sql, args = _joined(question), (who, *question.args)
    for _ in range(_UNCOUNTED):
        await connection.fetch(sql, *args)
    row = await connection.fetchrow(sql, *args)
    took = await _cpu(connection, sql, *args, times=_TIMES)
    print(f"  {name:<22} {row['total']:>5} found  {took:7.1f} ms  {took / limit:6.1f} x the limit")


async def _all(settings: Settings, *, explain: str | None) -> None:
    database = Database(settings)
    async with database.driver() as connection:
        limit = await _cpu(connection, _BARE, _PROJECT, times=_BARE_TIMES)
        print(f"the limit, 20 tasks by an index: {limit:.2f} ms")
        for who, whose in ((_EVERY, "in all 1,000 projects"), (_FEW, "in 5 projects")):
            for kind, ask in (("tasks", hot.tasks), ("comments", hot.comments)):
                print(f"{kind}, somebody {whose}:")
                for name, q in _ASKED.items():
                    if kind == "comments" and ("is:" in q or "P7" in q):
                        continue
                    question = ask(TaskSearchQuery(q=q) if kind == "tasks" else SearchQuery(q=q))
                    if explain == q:
                        sql = f"EXPLAIN (ANALYZE, BUFFERS) {_joined(question)}"
                        print(
                            *(row[0] for row in await connection.fetch(sql, who, *question.args)),
                            sep="\n",
                        )
                    await _compare(connection, name, question, who, limit)
    await database.dispose()


def _plant(settings: Settings, *, fresh: bool) -> None:
    """Fill the database, as one that has been looked after; `fresh` rows come after that."""
    with psycopg.connect(settings.sync_dsn, autocommit=True) as db:
        db.execute(_SEED)
        db.execute("VACUUM ANALYZE")
        if fresh:
            db.execute(_FRESH)


def run() -> None:
    """Start servers, fill them, measure, stop them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--explain", metavar="Q", help="print the plan of what is asked so")
    parser.add_argument("--fresh", action="store_true", help="with 20,000 rows nobody looked after")
    parser.add_argument("--keep", type=Path, help="a folder to fill once and to measure again")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ty-measure-") as folder:
        place: Path = asked.keep or Path(folder)
        place.mkdir(mode=0o711, exist_ok=True)
        place.chmod(0o711)
        filled = (place / "filled").exists()
        servers = EmbeddedServers.start(place, durable=False)
        try:
            settings = Settings(
                environment="test",
                data_dir=place,
                database_url=servers.database_url,
                redis_url=servers.redis_url,
                secret_key=SecretStr(uuid7().hex * 2),
                log_level="error",
            )
            migrations.upgrade(settings)
            if not filled:
                _plant(settings, fresh=asked.fresh)
                (place / "filled").touch()
            print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
            uvloop.run(_all(settings, explain=asked.explain))
        finally:
            servers.stop()


if __name__ == "__main__":
    run()
