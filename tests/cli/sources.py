"""Source to analyse."""

from pathlib import Path

BAD = """\
import os
import subprocess


def listing(folder: str) -> int:
    return subprocess.call("ls " + folder, shell=True)
"""
WORSE = (
    BAD
    + """

def gathered(one: str, into: list[str] = []) -> list[str]:
    into.append(one)
    return into
"""
)


def small(folder: Path, code: str = BAD) -> Path:
    """Write a source that is analysed at once, and has findings of three severities."""
    folder.mkdir(exist_ok=True)
    (folder / "listing.py").write_text(code)
    return folder


def large(folder: Path, files: int = 60) -> Path:
    """Write a source that keeps the tools busy: 60 files for many seconds."""
    folder.mkdir(exist_ok=True)
    functions = "".join(
        f"def step{number}(value: int) -> int:\n"
        f"    total = value + {number}\n"
        f"    for part in range(total):\n"
        f"        total += part if part % 2 else {number}\n"
        f"    return total\n\n\n"
        for number in range(400)
    )
    for number in range(files):
        (folder / f"part{number}.py").write_text(functions)
    return folder
