"""The command line, with one module per command.

Modules that only one command needs, such as the sandbox, are imported when that command is called. So the other
commands start faster and do not need that command's extra.
"""

from typing import Annotated

import typer

from anilist_oauth.cli import check, demo, doctor, login, logout, query, sandbox, schema, store, tokens, whoami
from anilist_oauth.cli.help_texts import Command, Group
from anilist_oauth.cli.terminal import show, well_ended
from anilist_oauth.version import __version__

app: typer.Typer = typer.Typer(
    name="anilist-oauth",
    help="Unofficial OAuth client for AniList.",
    cls=Group,
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 (typer calls it with the option's value)
    if wanted:
        show(f"anilist-oauth {__version__}")
        raise typer.Exit


@app.callback()
def commands(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Unofficial OAuth client for AniList."""
    del version  # its callback has ended the command


app.command(cls=Command)(well_ended(login.login))
app.command(cls=Command)(well_ended(whoami.whoami))
app.command(cls=Command)(well_ended(logout.logout))
app.command(cls=Command)(well_ended(tokens.tokens))
app.command(cls=Command)(well_ended(query.query))
app.command(cls=Command)(well_ended(doctor.doctor))
app.command(cls=Command)(well_ended(demo.demo))
app.command(cls=Command)(well_ended(sandbox.sandbox))
app.command(cls=Command)(well_ended(schema.schema))
app.command(cls=Command)(well_ended(check.check))
app.add_typer(store.app, name="store")
