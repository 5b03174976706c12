"""An analysis from the terminal: give source, start, watch, report, judge."""

import signal
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from rich.text import Text

from taskyard.entry.cli.client import exports, fetching, gate, parts, report
from taskyard.entry.cli.client.answers import (
    Account,
    Analysis,
    Finding,
    Limits,
    Project,
    Snapshot,
    Whole,
)
from taskyard.entry.cli.client.api import Api, connected
from taskyard.entry.cli.client.attending import attend
from taskyard.entry.cli.client.exits import ClientError, Exit
from taskyard.entry.cli.client.fetching import Repository
from taskyard.entry.cli.client.packing import Packed, in_units, packed, stem
from taskyard.entry.cli.client.projects import find_or_make
from taskyard.entry.cli.client.screen import Bar, Screen, row


@dataclass(frozen=True)
class Asked:
    """What the command line asks for."""

    source: Path | Repository
    project: str | None
    types: tuple[str, ...]
    exclude: tuple[str, ...]
    gate: gate.Gate
    exports: list[exports.Export]
    wait: bool
    detach: bool
    fresh: bool


def analyse(asked: Asked, server: str | None, screen: Screen) -> Exit:
    """Analyse as asked; return the exit code of the gate. Raises ClientError."""
    # CI stops a step by SIGTERM: the analysis is to be cancelled then, as by Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with connected(server, screen.say) as api:
        if isinstance(asked.source, Repository) and not asked.wait:
            return _begin(api, asked, asked.source, screen)
        project, analysis = _start(api, asked, screen)
        name = f"Analysis {analysis.number} of {project.name}"
        url = f"{api.server}/app/projects/{project.id}/analyses/{analysis.id}"
        if not asked.wait:
            screen.show(
                Text(f"{name} is started: {url}\nWatch it: taskyard jobs watch {analysis.id}")
            )
            return Exit.FINE
        attend(api, analysis.id, screen, name, detach=asked.detach)
        done = api.get(Analysis, f"/projects/{project.id}/analyses/{analysis.id}")
        _show(api, project, done, url, screen)
        for export in asked.exports:
            exports.write(api, done, export)
        return _judge(api, done, asked.gate, screen)


def _start(api: Api, asked: Asked, screen: Screen) -> tuple[Project, Analysis]:
    """Give the source and start its analysis."""
    project, snapshot = (
        _fetched(api, asked, asked.source, screen)
        if isinstance(asked.source, Repository)
        else _uploaded(api, asked, asked.source, screen)
    )
    _say_skipped(snapshot, screen)
    body = {"analysis_types": asked.types, "snapshot_id": str(snapshot.id), "fresh": asked.fresh}
    return project, api.post(Analysis, f"/projects/{project.id}/analyses", body)


def _begin(api: Api, asked: Asked, repository: Repository, screen: Screen) -> Exit:
    """Have a repository fetched and analysed without waiting for any of it."""
    project = _project(api, asked, repository.name, screen)
    started = fetching.start(api, project, repository, analyse=True)
    screen.show(
        Text(
            f"Fetching {repository.shown} is started, its analysis follows: "
            f"{api.server}/app/runs/{started.id}\nWatch it: taskyard jobs watch {started.id}"
        )
    )
    return Exit.FINE


def _fetched(
    api: Api, asked: Asked, repository: Repository, screen: Screen
) -> tuple[Project, Snapshot]:
    project = _project(api, asked, repository.name, screen)
    return project, fetching.fetch(api, project, repository, screen, detach=asked.detach)


def _uploaded(api: Api, asked: Asked, path: Path, screen: Screen) -> tuple[Project, Snapshot]:
    # First of all, so that nobody waits for the packing to hear that they are not signed in.
    limit = api.get(Limits, "/limits").source_archive_bytes
    with ExitStack() as stack:
        with screen.busy(f"Packing {path}"):
            archive = stack.enter_context(packed(path, asked.exclude))
        _say_packed(archive, screen)
        check_size(api, archive, limit)
        # Only now, so that a folder that cannot be sent makes no project.
        project = _project(api, asked, stem(path), screen)
        return project, _upload(api, project, archive, screen)


def _project(api: Api, asked: Asked, own_name: str, screen: Screen) -> Project:
    """Return the project that is named, else the one that is called as its source is."""
    name = asked.project or own_name
    if not name:
        message = "The source has no name of its own. Name the project: --project"
        raise ClientError(message, Exit.USAGE)
    project, made = find_or_make(api, name)
    if made:
        screen.say(f"Made the project {project.name}.")
    return project


def _say_packed(archive: Packed, screen: Screen) -> None:
    listing = archive.listing
    if listing is None:
        return
    by = ", listed by git" if listing.by_git else ""
    left_out = _counted(listing.left_out)
    count = len(listing.files)
    files = "1 file" if count == 1 else f"{count:,} files"
    screen.say(
        f"Packed {files}{by}: {in_units(archive.size_bytes)}."
        + (f" Left out: {left_out}." if left_out else "")
    )


def _say_skipped(snapshot: Snapshot, screen: Screen) -> None:
    skipped: Counter[str] = Counter()
    for item in snapshot.skipped:
        skipped[item.reason] += item.entries
    if skipped:
        screen.say(f"The server left out: {_counted(skipped)}.")


def _counted(reasons: Counter[str]) -> str:
    return ", ".join(f"{reason} ({count:,})" for reason, count in reasons.most_common())


def check_size(api: Api, archive: Packed, limit: int | None) -> None:
    """Refuse an archive the tier does not take; an administrator may send any."""
    if limit is None or archive.size_bytes <= limit:
        return
    me = api.get(Account, "/auth/me")
    if me.role == "admin":
        return
    raise ClientError(
        f"The archive has {in_units(archive.size_bytes)}, and your {me.tier} tier takes "
        f"{in_units(limit)}.\nLeave out what is no source, as in: --exclude data",
        Exit.USAGE,
    )


class _Counted:
    """A file that tells how much of it was read."""

    def __init__(self, content: BinaryIO, bar: Bar) -> None:
        self._content, self._bar = content, bar
        self.fileno, self.seek, self.tell = content.fileno, content.seek, content.tell

    def read(self, size: int = -1) -> bytes:
        piece = self._content.read(size)
        self._bar.move(self._content.tell())
        return piece


def _upload(api: Api, project: Project, archive: Packed, screen: Screen) -> Snapshot:
    if archive.size_bytes > parts.LARGE_BYTES:
        return parts.send(api, project, archive, screen)
    with screen.upload_bar(archive.name, archive.size_bytes) as bar:
        content = _Counted(archive.content, bar)
        return api.upload(Snapshot, f"/projects/{project.id}/source", archive.name, content)


def _show(api: Api, project: Project, analysis: Analysis, url: str, screen: Screen) -> None:
    path = f"/projects/{project.id}/analyses/{analysis.id}"
    worst = api.page(Finding, f"{path}/findings", state="open", page_size=report.WORST_SHOWN)
    whole = api.get(Whole, f"{path}/report")
    shown = report.Report(project.name, analysis, worst.items, whole, url)
    for line in report.lines(shown):
        screen.show(line)


def _judge(api: Api, analysis: Analysis, asked: gate.Gate, screen: Screen) -> Exit:
    new = gate.count_new(api, analysis, asked.on_new) if asked.on_new else None
    if asked.on_new and new is None:
        screen.say("There is no run before this one, so nothing counts as new.")
    missed = asked.misses(analysis, new)
    if missed:
        screen.show(row("Gate", Text(f"not met: {'; '.join(missed)}", style="red")))
        return Exit.GATE_NOT_MET
    if asked.asks:
        screen.show(row("Gate", Text("met", style="green")))
    return Exit.FINE
