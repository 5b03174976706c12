"""Looking at file after file with a script of ours (inside/each_file.py)."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from taskyard.runners.analysis.tools.bench import SCRIPTS, Bench, Tally, cause, scripts
from taskyard.runners.sandbox import BOX, SRC, TOOLBOX, Limits


class Seen(BaseModel):
    """What was seen in a file; `crash` where the file was the end of whoever looked."""

    file: str
    crash: str | None = None


S = TypeVar("S", bound=Seen)
_REPORT = "seen.jsonl"


async def each_file(
    bench: Bench,
    names: Sequence[str],
    model: type[S],
    *,
    look: str,
    who: str,
    limits: Limits,
    workspace: Path,
    tally: Tally,
) -> list[S]:
    """Return an answer for each of `names`, in any case; `look` is a module of inside/."""
    if not names:
        return []
    ended = await bench.run(
        [TOOLBOX / "bin/python", "-I", SCRIPTS / "each_file.py", look, SRC, BOX / _REPORT],
        limits=limits,
        mounts=[scripts(workspace)],
        results=[_REPORT],
        stdin="\n".join(names).encode(),
    )
    tally.peak_bytes = max(tally.peak_bytes, ended.peak_bytes)
    wanted = set(names)
    answers: dict[str, S] = {}
    for text in ended.results.get(_REPORT, b"").splitlines():
        try:
            answer = model.model_validate_json(text)
        except ValidationError:
            continue
        if answer.file in wanted:
            answers.setdefault(answer.file, answer)
    reason = cause(who, ended)
    return [answers.get(name) or model(file=name, crash=reason) for name in names]
