"""The data every variant works on: 100,000 tasks in 1,000 projects of one account."""

from datetime import timedelta
from typing import Final
from uuid import UUID

import psycopg

from taskyard.accounts.tokens import AccessTokens
from taskyard.core.settings import Settings
from taskyard.kit.clock import now

PROJECTS: Final = 1_000
TASKS: Final = 100_000
USER: Final = UUID("00000000-0000-7000-a000-000000000001")
SESSION: Final = UUID("00000000-0000-7000-b000-000000000001")
#: `printf` formats of the ids, which a load script fills in.
PROJECT_IDS: Final = "00000000-0000-7000-8000-%012x"
TASK_IDS: Final = "00000000-0000-7000-9000-%012x"
#: What the peers check tokens with.
PEER_SECRET: Final = "0123456789abcdef0123456789abcdef"  # noqa: S105 — a bench's own

#: What titles are made of: verbs, things, and what things have.
WORDS: Final = (
    "show fix measure explain remove rename split merge test draw translate sort hide"
    " invoice board editor report session password calendar export search sidebar filter upload"
    " chart webhook template archive ledger"
    " total border latency wording color order rounding column header footer margin width height"
    " timezone encoding currency locale retry cache"
)

_SEED: Final = f"""
INSERT INTO users (id, email, email_key, username, display_name, password_hash, role, tier)
    VALUES ('{USER}', 'b@example.com', 'b@example.com', 'bench', 'Bench', '-', 'user', 'premium');
INSERT INTO sessions (id, user_id, device, user_agent, address, expires_at)
    VALUES ('{SESSION}', '{USER}', 'bench', 'bench', '127.0.0.1', now() + interval '30 days');
INSERT INTO projects (id, owner_id, name, slug, key)
    SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, '{USER}',
        'Project ' || i, 'project-' || i, 'P' || i FROM generate_series(0, {PROJECTS - 1}) i;
INSERT INTO memberships (project_id, user_id, role) SELECT id, owner_id, 'owner' FROM projects;
INSERT INTO task_books (project_id, last_number) SELECT id, {TASKS // PROJECTS} FROM projects;
INSERT INTO labels (id, project_id, name, color)
    SELECT gen_random_uuid(), projects.id, word, '#d73a4a' FROM projects,
        unnest(ARRAY['bug', 'design', 'question', 'chore', 'later']) word;
INSERT INTO tasks (id, project_id, number, title, description, description_html, status, priority,
        position, assignee_id, due_date, created_by, created_at, updated_at, completed_at)
    SELECT ('00000000-0000-7000-9000-' || lpad(to_hex(i), 12, '0'))::uuid,
        ('00000000-0000-7000-8000-' || lpad(to_hex(i % {PROJECTS}), 12, '0'))::uuid,
        i / {PROJECTS} + 1, initcap(w[1 + i % 13]) || ' the ' || w[14 + i % 17] || ' of the '
            || w[31 + i % 19] || ' before the ' || w[14 + i % 16],
        'It is ' || w[31 + i % 18] || ' that ' || w[14 + i % 15] || ' **' || i || '** waits.',
        '<p>It is ' || w[31 + i % 18] || ' that ' || w[14 + i % 15] || ' waits.</p>',
        s, (ARRAY['low', 'medium', 'high', 'urgent'])[1 + i % 4],
        'b' || lpad((i / {PROJECTS})::text, 2, '0'), CASE WHEN i % 50 = 0 THEN '{USER}'::uuid END,
        CASE WHEN i % 3 = 0 THEN now() + i % 90 * interval '1 day' END, '{USER}',
        now() - i * interval '1.37 s', now() - i * interval '1.3 s',
        CASE WHEN s = 'done' THEN now() END
    FROM generate_series(0, {TASKS - 1}) i, string_to_array('{WORDS}', ' ') w,
        LATERAL (SELECT (ARRAY['backlog', 'todo', 'todo', 'in_progress', 'in_review', 'done',
            'done'])[1 + (i / {PROJECTS}) % 7]) status(s);
INSERT INTO task_labels (task_id, label_id)
    SELECT DISTINCT ON (tasks.id) tasks.id, labels.id FROM tasks
    JOIN labels ON labels.project_id = tasks.project_id
    WHERE tasks.number % 3 = 0 ORDER BY tasks.id, md5(labels.id::text || tasks.number);
INSERT INTO task_dependencies (task_id, depends_on_id)
    SELECT one.id, other.id FROM tasks one
    JOIN tasks other ON other.project_id = one.project_id AND other.number = one.number - 1
    WHERE one.number % 10 = 0;
INSERT INTO task_watchers (task_id, user_id) SELECT id, created_by FROM tasks;
CREATE SEQUENCE bench_numbers;
CREATE TABLE bench_tasks (LIKE tasks INCLUDING ALL);
ALTER TABLE bench_tasks ALTER number SET DEFAULT nextval('bench_numbers');
"""


def plant(settings: Settings) -> None:
    """Fill an empty, migrated database, as one that has been used and looked after."""
    with psycopg.connect(settings.sync_dsn, autocommit=True) as db:
        db.execute(_SEED)
        db.execute("VACUUM ANALYZE")


def clear(settings: Settings) -> None:
    """Take away what creating left behind, so that every load finds the same."""
    with psycopg.connect(settings.sync_dsn, autocommit=True) as db:
        db.execute("TRUNCATE bench_tasks")
        db.execute(f"DELETE FROM tasks WHERE number > {TASKS // PROJECTS}")
        db.execute(f"UPDATE task_books SET last_number = {TASKS // PROJECTS}")
        db.execute("VACUUM tasks, task_books, task_watchers")


def our_token(settings: Settings) -> str:
    """Return an access token of the seeded account, good for half an hour."""
    from taskyard.accounts.models import User

    return AccessTokens(settings).sign(User(id=USER, username="bench", role="user"), SESSION)


def peer_token() -> str:
    """Return the token peers check: the same algorithm, claims of the usual size."""
    import jwt

    claims = {"sub": str(USER), "sid": str(SESSION), "iat": now(), "exp": now() + timedelta(days=1)}
    return jwt.encode(claims, PEER_SECRET, algorithm="HS256")
