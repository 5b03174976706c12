"""The client: Taskyard from a terminal and from CI (docs/cli.md).

    signing.py projects.py tasks.py analyze.py jobs.py  the commands
    options.py                                     what several of them take
    api.py wire.py tokens.py credentials.py        the server's API, with retries, as one account
    address.py answers.py                          its address, and what is read of its answers
    analysis.py listing.py packing.py              an analysis; from a folder to an archive
    follow.py watching.py stopping.py story.py     a job, live; told to stop; in words
    report.py gate.py exports.py glance.py         what is found, judged, written, listed
    screen.py plain.py                             what is seen
    exits.py                                       exit codes, errors in one line

The modules of commands import the others inside the commands, so that `taskyard --help` loads
neither httpx nor rich.
"""

import typer


def add_to(app: typer.Typer) -> None:
    """Add the client's commands."""
    from taskyard.entry.cli.client import analyze, jobs, projects, signing, tasks

    for commands in (signing, projects, tasks, analyze, jobs):
        commands.add_to(app)
