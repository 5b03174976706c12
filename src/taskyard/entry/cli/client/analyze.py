"""`taskyard analyze`: from a folder or a repository to a report and an exit code."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from taskyard.entry.cli.client.exits import ClientError, Exit, told
from taskyard.entry.cli.client.options import Server

if TYPE_CHECKING:
    from taskyard.entry.cli.client.exports import Export
    from taskyard.entry.cli.client.fetching import Repository

TYPES = ("quality", "security", "types", "coverage")


def add_to(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(analyze)


@told
def analyze(
    source: Annotated[
        str,
        typer.Argument(
            metavar="PATH|URL",
            help="A folder, an archive (.zip, .tar.gz), or a Git repository's https address.",
            show_default=False,
        ),
    ],
    *,
    ref: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Of a repository: a branch, a tag, a commit in full."),
    ] = None,
    project: Annotated[
        str | None,
        typer.Option(metavar="NAME|ID", help="Default: the source's name; made on first use."),
    ] = None,
    types: Annotated[
        str, typer.Option(metavar="LIST", help="What to look at, by comma.")
    ] = ",".join(TYPES),
    exclude: Annotated[
        list[str] | None,
        typer.Option(metavar="PATTERN", help="Leave files or folders out, as in '*.csv'."),
    ] = None,
    fail_under: Annotated[
        float | None,
        typer.Option(min=0, max=10, metavar="SCORE", help="Exit 1 where the score is lower."),
    ] = None,
    fail_on_new: Annotated[
        Literal["high", "medium", "low"] | None,
        typer.Option(help="Exit 1 where findings this severe or worse are new."),
    ] = None,
    sarif: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write SARIF 2.1.0; - is standard output.")
    ] = None,
    json: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write the whole report as JSON.")
    ] = None,
    html: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write the report as one page.")
    ] = None,
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="Wait for the report, or only start it.")
    ] = True,
    detach: Annotated[
        bool, typer.Option("--detach", help="Ctrl-C leaves the analysis running.")
    ] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Run again where this source has a result already.")
    ] = False,
    server: Server = None,
) -> None:
    """Analyse a folder's or repository's code; exit 0 when it is good enough."""
    from taskyard.entry.cli.client.analysis import Asked, analyse
    from taskyard.entry.cli.client.exports import chosen
    from taskyard.entry.cli.client.gate import Gate
    from taskyard.entry.cli.client.screen import Screen

    wanted = _types(types, needs_score=fail_under is not None)
    exports = chosen(sarif=sarif, json=json, html=html)
    _check_waits(exports, wait=wait, gated=fail_under is not None or fail_on_new is not None)
    asked = Asked(
        source=_source(source, ref, exclude, whole=wait or wanted == TYPES),
        project=project,
        types=wanted,
        exclude=tuple(exclude or ()),
        gate=Gate(fail_under, fail_on_new),
        exports=exports,
        wait=wait,
        detach=detach,
        fresh=fresh,
    )
    screen = Screen(results_on_stderr=any(export.to_stdout for export in exports))
    raise typer.Exit(analyse(asked, server, screen))


def _source(
    text: str, ref: str | None, exclude: list[str] | None, *, whole: bool
) -> "Path | Repository":
    from taskyard.core.outgoing.address import Address
    from taskyard.core.outgoing.errors import AddressForbidden
    from taskyard.entry.cli.client.fetching import Repository, is_address

    if not is_address(text):
        if ref is not None:
            raise ClientError("--ref is for repositories; a path is taken as it is.", Exit.USAGE)
        return Path(text)
    if exclude:
        message = "--exclude is for folders; of a repository everything is fetched."
        raise ClientError(message, Exit.USAGE)
    if not whole:
        message = "--no-wait looks at all of a repository: leave out --types, or wait."
        raise ClientError(message, Exit.USAGE)
    try:
        Address.parse(text)
    except AddressForbidden as error:
        # Here already, so that an address that cannot be asked makes no project.
        raise ClientError(error.message, Exit.USAGE) from None
    return Repository(text, ref)


def _types(text: str, *, needs_score: bool) -> tuple[str, ...]:
    wanted = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    unknown = [name for name in wanted if name not in TYPES]
    if unknown or not wanted:
        named = f"no {', '.join(unknown)}" if unknown else "nothing to look at"
        raise ClientError(f"--types: there is {named}. Choose of: {', '.join(TYPES)}", Exit.USAGE)
    if needs_score and wanted == ("coverage",):
        message = "--fail-under needs a score, and --types coverage gives none."
        raise ClientError(message, Exit.USAGE)
    return wanted


def _check_waits(exports: "list[Export]", *, wait: bool, gated: bool) -> None:
    if not wait and (exports or gated):
        message = "--no-wait has no report yet: leave out --fail-… and the files, or wait."
        raise ClientError(message, Exit.USAGE)
