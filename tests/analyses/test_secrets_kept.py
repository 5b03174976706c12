"""A secret of the source: after an analysis it stands in the source, and nowhere else."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import text

from taskyard.core.platform import Platform
from tests.analyses.conftest import Yard
from tests.jobs.hands import WorkerProcess

PASSWORD = f"tr0mbone-{secrets.token_hex(8)}"
KEY = f"AKIA{secrets.token_hex(8).upper()}"
LEAKY = {
    ".env": f"DB_PASSWORD={PASSWORD}\nAWS_KEY={KEY}\n",
    "shop/__init__.py": "",
    "shop/mail.py": f'import os\n\nPASSWORD = "{PASSWORD}"\n\n\n'
    f'def check(word: str) -> bool:\n    return eval(word) == "{PASSWORD}"\n',
    "web/keys.ts": f"export const client = connect('{KEY}');\ndebugger;\n",
    "tests/test_mail.py": "from shop.mail import PASSWORD\n\n\n"
    "def test_it():\n    print(PASSWORD)\n    assert PASSWORD == ''\n",
}
_TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
"""


async def test_nothing_that_a_run_leaves_holds_a_secret(
    yard: Yard, platform: Platform, worker: WorkerProcess
) -> None:
    analysis = await yard.analysed(LEAKY)
    assert analysis["status"] == "completed"
    assert analysis["counts"]["high"] >= 2
    for answer in await _answers(yard, analysis):
        _clean(answer)
    sought = {"password": f"%{PASSWORD}%", "key": f"%{KEY}%"}
    for table in await _tables(platform):
        query = f"SELECT count(*) FROM {table} t WHERE t::text LIKE ANY (ARRAY[:password, :key])"
        async with platform.database.session() as db:
            assert await db.scalar(text(query), sought) == 0, table
    source = await _source(platform, analysis["source_id"])
    found = {path.name for path in _files(platform.settings.data_dir) if _holds(path)}
    assert found, "the source itself has it"
    assert found <= source
    _clean(worker.log.read_text())


async def _answers(yard: Yard, analysis: dict[str, Any]) -> list[str]:
    url = f"{yard.url}/analyses/{analysis['id']}"
    job = f"/api/v1/jobs/{analysis['id']}"
    paths = [url, f"{url}/report", f"{url}/findings?page_size=100", job, f"{job}/log"]
    paths += [f"{url}/export/{form}" for form in ("json", "sarif", "html")]
    answers = [await yard.client.get(path) for path in paths]
    assert {answer.status_code for answer in answers} == {200}
    told = "\n".join(answer.text for answer in answers)
    assert "AWS access key" in told
    assert "1 failed" in told
    return [answer.text for answer in answers]


def _clean(told: str) -> None:
    assert PASSWORD not in told
    assert KEY not in told


async def _tables(platform: Platform) -> list[str]:
    async with platform.database.session() as db:
        tables = list(await db.scalars(text(_TABLES)))
    assert {"jobs", "job_events", "job_steps", "findings", "analyses", "events"} <= set(tables)
    return tables


async def _source(platform: Platform, source_id: str) -> set[str]:
    query = text("SELECT sha256 FROM source_files WHERE source_id = :source")
    async with platform.database.session() as db:
        return set(await db.scalars(query, {"source": source_id}))


def _files(data_dir: Path) -> Iterator[Path]:
    """Yield all files but those of PostgreSQL, which was asked by itself."""
    for parent, folders, names in os.walk(data_dir):
        if "PG_VERSION" in names:
            folders.clear()
        else:
            yield from (Path(parent, name) for name in names if Path(parent, name).is_file())


def _holds(path: Path) -> bool:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return False  # Another test's, gone meanwhile.
    return PASSWORD.encode() in content or KEY.encode() in content
