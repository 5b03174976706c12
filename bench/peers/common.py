"""What the Python peers share: where the data is, the work, and the least a token check can cost."""

import base64
import hashlib
import hmac
import json
import os
import time

DSN = os.environ["BENCH_DSN"]
POOL = int(os.environ.get("BENCH_POOL", "10"))
SECRET = os.environ["BENCH_SECRET"]
COLUMNS = (
    "id, kind, title, project_id, owner_id, state, progress, current_step, attempt, created_at,"
    " started_at, finished_at, deadline_at, failure, next_seq"
)
LIST = (
    f"SELECT {COLUMNS} FROM jobs WHERE project_id = $1 AND queue = 'work'"
    " ORDER BY id DESC LIMIT $2 OFFSET $3"
)
COUNT = "SELECT count(*) FROM jobs WHERE project_id = $1 AND queue = 'work'"
ONE = f"SELECT {COLUMNS}, parameters, result FROM jobs WHERE id = $1"
INSERT = (
    "INSERT INTO bench_jobs (id, owner_id, project_id, kind, title, parameters, state)"
    f" VALUES ($1, $2, $3, $4, $5, $6, 'queued') RETURNING {COLUMNS}, parameters, result"
)
OWNER = "00000000-0000-7000-a000-000000000001"
_HEAD = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').rstrip(b"=")


def claims_of(authorization: bytes) -> dict[str, object] | None:
    """Return the claims of a bearer token by the least work that is right; None for a bad one."""
    signed, _, signature = authorization.removeprefix(b"Bearer ").rpartition(b".")
    head, _, body = signed.partition(b".")
    expected = hmac.digest(SECRET.encode(), signed, hashlib.sha256)
    try:
        given = base64.urlsafe_b64decode(signature + b"=")
        if head != _HEAD or not hmac.compare_digest(expected, given):
            return None
        claims: dict[str, object] = json.loads(
            base64.urlsafe_b64decode(body + b"=" * (-len(body) % 4))
        )
    except ValueError:
        return None
    return claims if float(str(claims["exp"])) > time.time() else None
