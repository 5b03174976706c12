"""The data every variant works on: 100,000 jobs in 1,000 projects of one account."""

from datetime import timedelta
from typing import Final
from uuid import UUID

import psycopg

from taskyard.accounts.tokens import AccessTokens
from taskyard.core.settings import Settings
from taskyard.kit.clock import now

PROJECTS: Final = 1_000
JOBS: Final = 100_000
USER: Final = UUID("00000000-0000-7000-a000-000000000001")
SESSION: Final = UUID("00000000-0000-7000-b000-000000000001")
#: `printf` formats of the ids, which a load script fills in.
PROJECT_IDS: Final = "00000000-0000-7000-8000-%012x"
JOB_IDS: Final = "00000000-0000-7000-9000-%012x"
#: What the peers check tokens with.
PEER_SECRET: Final = "0123456789abcdef0123456789abcdef"  # noqa: S105 — a bench's own

_SEED: Final = f"""
INSERT INTO users (id, email, email_key, username, display_name, password_hash, role, tier)
    VALUES ('{USER}', 'b@example.com', 'b@example.com', 'bench', 'Bench', '-', 'user', 'premium');
INSERT INTO sessions (id, user_id, device, user_agent, address, expires_at)
    VALUES ('{SESSION}', '{USER}', 'bench', 'bench', '127.0.0.1', now() + interval '30 days');
INSERT INTO projects (id, owner_id, name, slug, key)
    SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, '{USER}',
        'Project ' || i, 'project-' || i, 'P' || i FROM generate_series(0, {PROJECTS - 1}) i;
INSERT INTO memberships (project_id, user_id, role) SELECT id, owner_id, 'owner' FROM projects;
INSERT INTO jobs (id, owner_id, project_id, kind, title, parameters, tier, state, attempt, next_seq,
        progress, current_step, result, failure, created_at, started_at, finished_at)
    SELECT ('00000000-0000-7000-9000-' || lpad(to_hex(i), 12, '0'))::uuid, '{USER}',
        ('00000000-0000-7000-8000-' || lpad(to_hex(i % {PROJECTS}), 12, '0'))::uuid,
        'analysis', 'Analysis number ' || i || ' of a source of usual length',
        jsonb_build_object('types', 'all', 'snapshot_id', gen_random_uuid()), 'premium',
        CASE WHEN i % 10 = 0 THEN 'failed' ELSE 'completed' END, 1, 40 + i % 100,
        CASE WHEN i % 10 = 0 THEN 0.4 ELSE 1 END, 'Writing the report',
        CASE WHEN i % 10 = 0 THEN NULL
            ELSE jsonb_build_object('grade', 'B', 'score', 7.4, 'findings', i % 400) END,
        CASE WHEN i % 10 = 0 THEN jsonb_build_object('reason', 'deadline', 'message',
            'The run took longer than 10 minutes and was stopped.', 'retry_helps', false) END,
        now() - i * interval '1.37 s', now() - i * interval '1.36 s', now() - i * interval '1.35 s'
    FROM generate_series(0, {JOBS - 1}) i;
INSERT INTO job_steps (job_id, name, title, position, status, attempt, started_at, finished_at)
    SELECT id, 'step-' || n, 'Step ' || n, n, 'done', 1, started_at, finished_at
    FROM jobs, generate_series(1, 3) n;
CREATE TABLE bench_jobs (LIKE jobs INCLUDING ALL);
"""


def plant(settings: Settings) -> None:
    """Fill an empty, migrated database, as one that has been used and looked after."""
    with psycopg.connect(settings.sync_dsn, autocommit=True) as db:
        db.execute(_SEED)
        db.execute("VACUUM ANALYZE")


def clear(settings: Settings) -> None:
    """Take away what creating left behind, so that every load finds the same."""
    with psycopg.connect(settings.sync_dsn, autocommit=True) as db:
        db.execute("TRUNCATE bench_jobs")
        db.execute("DELETE FROM jobs WHERE kind = 'nothing'")
        db.execute("VACUUM jobs")


def our_token(settings: Settings) -> str:
    """Return an access token of the seeded account, good for half an hour."""
    from taskyard.accounts.models import User

    return AccessTokens(settings).sign(User(id=USER, username="bench", role="user"), SESSION)


def peer_token() -> str:
    """Return the token peers check: the same algorithm, claims of the usual size."""
    import jwt

    claims = {"sub": str(USER), "sid": str(SESSION), "iat": now(), "exp": now() + timedelta(days=1)}
    return jwt.encode(claims, PEER_SECRET, algorithm="HS256")
