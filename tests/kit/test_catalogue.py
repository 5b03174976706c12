"""Every refusal of the code base is fit to be read by people and decided on by clients."""

import importlib
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator

import pytest

import taskyard
from taskyard.core.problems import STATUS
from taskyard.kit.errors import TaskyardError

#: Modules that do something when they are imported.
_ACTIVE = re.compile(r"\.migrations\.|\.samples\b|\.__main__$")


@pytest.fixture(scope="module")
def refusals() -> list[type[TaskyardError]]:
    """Every refusal that any module of the code base declares."""
    for module in pkgutil.walk_packages(taskyard.__path__, "taskyard."):
        if not _ACTIVE.search(module.name):
            importlib.import_module(module.name)
    found = [error for error in _below(TaskyardError) if error.__module__.startswith("taskyard.")]
    assert len(found) > 30
    return found


def _below(error: type[TaskyardError]) -> Iterator[type[TaskyardError]]:
    for child in error.__subclasses__():
        yield child
        yield from _below(child)


def _faults(error: type[TaskyardError]) -> Iterator[str]:
    sentence = error.template()
    if not {"kind", "code"} <= vars(error).keys():
        yield "inherits its kind or code instead of declaring them"
    if error.kind not in STATUS:
        yield f"its kind {error.kind} has no status"
    if not re.fullmatch(r"[A-Z]+(_[A-Z0-9]+)+", error.code):
        yield f"its code {error.code} is not CAPITALS_AND_UNDERSCORES"
    if not error.__doc__ or sentence == error.__name__:
        yield "it has no docstring, which would be its message"
    if not sentence.endswith(".") or not (sentence[0].isupper() or sentence[0] == "{"):
        yield f"its message is no sentence: {sentence!r}"
    if len(sentence) > 160:
        yield f"its message is longer than 160 characters: {sentence!r}"
    if not all(name.isidentifier() for name in re.findall(r"{(.*?)}", sentence)):
        yield f"its message holds a name that cannot be filled: {sentence!r}"


def test_a_refusal_declares_its_kind_its_code_and_its_sentence(
    refusals: list[type[TaskyardError]],
) -> None:
    faults = {
        f"{error.__module__}.{error.__name__}": found
        for error in refusals
        if (found := list(_faults(error)))
    }
    assert faults == {}


def test_one_code_has_one_status(refusals: list[type[TaskyardError]]) -> None:
    statuses: dict[str, set[int]] = defaultdict(set)
    for error in refusals:
        statuses[error.code].add(STATUS[error.kind])
    assert {code: found for code, found in statuses.items() if len(found) > 1} == {}
