"""What reads bytes of strangers, led by libFuzzer through every branch it finds."""

import asyncio
import importlib.util
import re
import sys
from pathlib import Path

import pytest

from tests.faults.modes import SEED, SHORT
from tests.files.test_archive_fuzz import PACKED

pytestmark = [
    pytest.mark.faults,
    pytest.mark.timeout(600),
    pytest.mark.skipif(
        importlib.util.find_spec("atheris") is None, reason="atheris is made for Linux on x86-64"
    ),
]

# CI asks the same each time, since a landing cannot wait for what the night is for.
_UNTIL = ["-runs=100000", "-seed=1"] if SHORT else ["-max_total_time=300", f"-seed={SEED + 1}"]
_EXAMPLES = {
    "archive": PACKED,
    "json": [b'{"a": [1, -2.5e3, "\\u00e9", null, true]}'],
    "cursor": [b"AAAA"],
    "link": [b"eyJyIjoiZiJ9eyJyIjoiZiJ9.AAAA.00000000"],
}


@pytest.mark.parametrize("reader", sorted(_EXAMPLES))
async def test_no_bytes_bring_a_reader_down(reader: str, tmp_path: Path) -> None:
    """Each is accepted rightly or refused; none takes 10 s, 1 GB or another exception."""
    examples = tmp_path / "examples"
    examples.mkdir()
    for number, example in enumerate(_EXAMPLES[reader]):
        (examples / str(number)).write_bytes(example)
    fuzzer = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.fuzzing", reader, str(examples),
        *_UNTIL, "-timeout=10", "-rss_limit_mb=1024", f"-artifact_prefix={tmp_path}/",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said = (await fuzzer.communicate())[0].decode(errors="replace")
    assert fuzzer.returncode == 0, said[-4000:]
    done = re.search(r"Done (\d+) runs", said)
    assert done is not None, said[-4000:]
    assert int(done[1]) > 1_000
