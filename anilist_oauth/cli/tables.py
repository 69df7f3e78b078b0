"""Tables, laid out by rich."""

import os
import sys
from collections.abc import Sequence

from anilist_oauth.cli.terminal import columns, write

_UNBROKEN = 10_000  # columns; if stdout is not a terminal, each row stays on one line for grep

Row = Sequence[str]


def show_table(rows: Sequence[Row], *, header: Row = (), styles: Sequence[str] = ()) -> None:
    """Show rows on stdout, in columns. Text that is too wide for the terminal is wrapped at words.

    Args:
        rows: The cells of each row, without control characters.
        header: The names of the columns. By default none.
        styles: The style of each row. By default none.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(
        file=sys.stdout,
        width=columns(sys.stdout) if sys.stdout.isatty() else _UNBROKEN,
        color_system=None if os.environ.get("NO_COLOR") else "auto",
    )
    table = Table(box=None, show_header=bool(header), header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for place in range(len(rows[0])):
        table.add_column(header[place] if header else "", overflow="fold")
    for place, row in enumerate(rows):
        table.add_row(*map(Text, row), style=styles[place] if styles else "")
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        write(sys.stdout, line.rstrip() + "\n")
