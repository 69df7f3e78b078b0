"""``sandbox``: runs a stand-in for AniList, and shows a log of its requests."""

import asyncio
import os
import re
from typing import Annotated, cast

import typer

from anilist_oauth.cli.terminal import INTERRUPTED
from anilist_oauth.errors import ConfigurationError
from anilist_oauth.oauth.application import Application

# Always the same, so that an application can keep its settings. It does not have to stay secret.
_SECRET = "sandboxsandboxsandboxsandboxsandboxsandb"
_STATUS = re.compile(r"  [A-Z]+ \S+ ([2-5])[0-9]{2}")
_COLORS = {"2": "green", "3": "cyan", "4": "yellow", "5": "red"}


def sandbox(
    *,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port on 127.0.0.1. 0 chooses a free one.", metavar="PORT")
    ] = 8080,
    redirect_uri: Annotated[
        str, typer.Option(help="Your application's redirect URI, byte for byte.", metavar="URI")
    ] = "http://localhost:9090/callback",
    user: Annotated[
        list[str] | None, typer.Option(help="An account. May be repeated.", metavar="NAME", show_default="mika")
    ] = None,
    weather: Annotated[
        str, typer.Option(help="clear, outage, cloudflare, throttled, slow or flaky.", metavar="NAME")
    ] = "clear",
    generation: Annotated[
        str, typer.Option(help="The server library: 7.3.2, 8.5.5 or 9.4.1.", metavar="VERSION")
    ] = "7.3.2",
    client_id: Annotated[str, typer.Option(help="The application's client ID.", metavar="ID")] = "12345",
    client_secret: Annotated[
        str, typer.Option(help="The application's made-up client secret.", metavar="TEXT", show_default=False)
    ] = _SECRET,
) -> None:
    """Run a stand-in for AniList on this machine, until Ctrl+C. AniList itself is not contacted."""
    from anilist_oauth.sandbox import GenerationName, Sandbox, WeatherName
    from anilist_oauth.sandbox.terminal import serve

    try:
        application = Application(client_id=client_id, client_secret=client_secret, redirect_uri=redirect_uri)
        server = Sandbox(
            applications=[application],
            users=user or ["mika"],
            generation=cast("GenerationName", generation),
            port=port,
        )
        server.weather(cast("WeatherName", weather))
    except (ConfigurationError, ValueError) as error:
        raise typer.BadParameter(str(error)) from error
    try:
        asyncio.run(serve(server, _show))
    except KeyboardInterrupt:
        typer.echo("Stopped.", err=True)
        raise typer.Exit(INTERRUPTED) from None
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else error  # asyncio adds the address and more to the message
        typer.echo(f"Port {port} cannot be used ({why}). Choose another with --port, or 0 for a free one.", err=True)
        raise typer.Exit(code=1) from error


def _show(line: str) -> None:
    """Show a line, colored by its status."""
    status = _STATUS.search(line)
    if status and not os.environ.get("NO_COLOR"):
        line = typer.style(line, fg=_COLORS[status[1]])
    typer.echo(line)
