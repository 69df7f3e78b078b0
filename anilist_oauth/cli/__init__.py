"""The command line: one module a command.

What only one command needs (the sandbox, a web server, colors) is imported when that command is called, so that the
others start at once and do without its extra.
"""

import typer

from anilist_oauth.cli import demo, doctor, login, logout, query, sandbox, tokens, whoami
from anilist_oauth.cli.terminal import well_ended

app: typer.Typer = typer.Typer(
    name="anilist-oauth",
    help="Unofficial OAuth client for AniList.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)


@app.callback()
def commands() -> None:
    """Unofficial OAuth client for AniList."""


app.command()(well_ended(login.login))
app.command()(well_ended(whoami.whoami))
app.command()(well_ended(logout.logout))
app.command()(well_ended(tokens.tokens))
app.command()(well_ended(query.query))
app.command()(well_ended(doctor.doctor))
app.command()(well_ended(demo.demo))
app.command()(well_ended(sandbox.sandbox))
