"""Jobs in lists, alone and from the start."""

import json

import pytest

from tests.cli.conftest import Person

UNKNOWN = "019b0000-0000-7000-8000-000000000000"


def test_a_finished_job(maya: Person, finished: str) -> None:
    listed = maya.run("jobs", "list", "--status=completed", "--limit=50").out
    line = next(line for line in listed.splitlines() if line.startswith(finished))
    assert line.startswith(f"{finished}  completed 100 %  ")
    assert line.endswith("Analysis 1  finished")

    shown = maya.run("jobs", "show", finished).out.splitlines()
    assert shown[0] == "Analysis 1 · finished"
    assert shown[1] == "Status    completed, 100 %"
    assert any(line.startswith("          ✓ Quality  ") for line in shown)
    assert json.loads(maya.run("jobs", "show", finished, "--json").out)["result"]["ruleset"]

    watched = maya.run("jobs", "watch", finished)
    assert watched.code == 0
    assert watched.out.splitlines()[-1].endswith("Completed")

    for action in ("cancel", "retry"):
        refused = maya.run("jobs", action, finished)
        assert refused.code == 2
        assert "completed" in refused.err


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_reader_that_has_read_enough_ends_the_command_quietly(
    maya: Person, finished: str, options: list[str]
) -> None:
    with maya.start("jobs", "watch", finished, *options) as command:
        assert command.stdout is not None
        assert command.stderr is not None
        command.stdout.close()
        said = command.stderr.read()
    assert command.returncode == 141, said
    assert "Traceback" not in said
    assert "Exception" not in said


def test_a_job_that_is_not_there(maya: Person) -> None:
    for action in ("show", "watch", "cancel", "retry"):
        done = maya.run("jobs", action, UNKNOWN)
        assert (done.code, done.err) == (2, "taskyard: There is no such job that you can see.\n")
    assert maya.run("jobs", "show", "seven").code == 2
