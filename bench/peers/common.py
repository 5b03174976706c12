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
    "id, project_id, number, title, status, priority, assignee_id, due_date, estimate, parent_id,"
    " position, created_by, created_at, updated_at, completed_at, version"
)
LIST = (
    f"SELECT {COLUMNS} FROM tasks WHERE project_id = $1 AND deleted_at IS NULL"
    " ORDER BY number DESC LIMIT $2 OFFSET $3"
)
COUNT = "SELECT count(*) FROM tasks WHERE project_id = $1 AND deleted_at IS NULL"
ONE = f"SELECT {COLUMNS}, description, description_html FROM tasks WHERE id = $1"
INSERT = (
    "INSERT INTO bench_tasks (id, project_id, number, title, status, priority, position, created_by)"
    " VALUES ($1, $2, nextval('bench_numbers'), $3, 'todo', 'medium', 'a0', $4)"
    f" RETURNING {COLUMNS}, description, description_html"
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
