"""Signing in and out."""

import sys
from typing import Annotated

import typer

from taskyard.entry.cli.client.exits import ClientError, Exit, told
from taskyard.entry.cli.client.options import AsJson, Server, print_json


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(login)
    app.command()(logout)
    app.command()(whoami)


@told
def login(
    *,
    server: Server = None,
    email: Annotated[
        str | None, typer.Option(metavar="E-MAIL", help="Your e-mail or username.")
    ] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
) -> None:
    """Sign in to a server, which is then the one that commands speak to."""
    from taskyard.entry.cli.client import address
    from taskyard.entry.cli.client.credentials import Credentials
    from taskyard.entry.cli.client.tokens import signed_in
    from taskyard.entry.cli.client.wire import ApiRefused, Ask, Wire

    credentials = Credentials.of_this_user()
    url = address.normalised(server or _asked_server(credentials.default() or address.USUAL))
    if not address.is_loopback(url) and url.startswith("http:"):
        typer.echo(f"Note: your password travels to {url} unencrypted.", err=True)
    name = email or _asked("E-mail", "Name the account: --email")
    body = {"email" if "@" in name else "username": name, "password": _password(password_stdin)}
    wire = Wire(url, lambda line: typer.echo(line, err=True))
    try:
        response = wire.send(Ask("POST", "/auth/login", json=body), None)
        if response.status_code == 401:
            raise ApiRefused(response)
        tokens = signed_in(name, response.content, url)
        with credentials.locked():
            credentials.keep(url, tokens, as_default=True)
    finally:
        wire.close()
    typer.echo(f"Signed in to {url} as {name}.")
    if address.from_environment():
        typer.echo("Note: TASKYARD_TOKEN is set, and goes before what was kept now.", err=True)


def _asked_server(usual: str) -> str:
    if not sys.stdin.isatty():
        return usual
    return str(typer.prompt("Server", default=usual, err=True))


def _asked(what: str, remedy: str, *, hidden: bool = False) -> str:
    if not sys.stdin.isatty():
        raise ClientError(f"There is no terminal to ask at. {remedy}", Exit.USAGE)
    return str(typer.prompt(what, hide_input=hidden, err=True))


def _password(from_stdin: bool) -> str:
    if not from_stdin:
        remedy = "Send the password to --password-stdin"
        return _asked("Password", remedy, hidden=True)
    try:
        password = sys.stdin.read().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise ClientError("The password on standard input is not UTF-8.", Exit.USAGE) from None
    if not password:
        raise ClientError("There is no password on standard input.", Exit.USAGE)
    return password


@told
def logout(*, server: Server = None) -> None:
    """Sign out: the session ends on the server, and its tokens are forgotten here."""
    from taskyard.entry.cli.client.api import chosen_server
    from taskyard.entry.cli.client.credentials import Credentials
    from taskyard.entry.cli.client.tokens import KeptTokens, sign_in_first
    from taskyard.entry.cli.client.wire import Ask, Wire

    credentials = Credentials.of_this_user()
    url = chosen_server(server, credentials)
    if credentials.of(url) is None:
        raise sign_in_first(url)
    wire = Wire(url, lambda line: typer.echo(line, err=True))
    try:
        # A token that has run out would leave the session alive.
        token = KeptTokens(credentials, wire).current()
        # A 401 says that the session has ended already.
        wire.send(Ask("POST", "/auth/logout", repeatable=True), token)
    except ClientError as error:
        if error.exit_code != Exit.NO_RIGHTS:
            raise ClientError(
                f"{error.message}\nIts tokens are forgotten here; the session there ends by "
                "itself, or under Settings → Sign-in and sessions.",
                error.exit_code,
            ) from None
    finally:
        wire.close()
        with credentials.locked():
            credentials.forget(url)
    typer.echo(f"Signed out of {url}.")


@told
def whoami(*, server: Server = None, as_json: AsJson = False) -> None:
    """Say who you are signed in as, and where."""
    from taskyard.entry.cli.client.answers import Account
    from taskyard.entry.cli.client.api import connected

    with connected(server, lambda line: typer.echo(line, err=True)) as api:
        me = api.get(Account, "/auth/me")
        url = api.server
    if as_json:
        print_json({"server": url, **me.model_dump(mode="json")})
        return
    typer.echo(f"{me.email} ({me.display_name}) · {me.role}, tier {me.tier} · {url}")
