"""``doctor``: shows the findings of `diagnosis` as a table or as JSON."""

import asyncio
import os

import attrs
import typer

from anilist_oauth.cli.findings import Finding, Level
from anilist_oauth.cli.proxy import find_proxy
from anilist_oauth.cli.settings import AsJSON, EndpointsURL, ProxyURL, StoreURL, endpoints_at, store_at
from anilist_oauth.cli.settings_check import read_settings
from anilist_oauth.cli.tables import show_table
from anilist_oauth.cli.terminal import FAILED, can_show, printable, show, show_json

_COLORS: dict[Level, str] = {"good": "green", "problem": "red", "unknown": "yellow"}
_SIGNS: dict[Level, str] = {"good": "✓", "problem": "✗", "unknown": "?"}
_PLAIN_SIGNS: dict[Level, str] = {"good": "+", "problem": "x", "unknown": "?"}


def doctor(
    *, store: StoreURL = None, endpoints: EndpointsURL = None, proxy: ProxyURL = None, as_json: AsJSON = False
) -> None:
    """Find out why a login fails: settings, AniList, network, clock, port and store.

    The application comes from ANILIST_CLIENT_ID, ANILIST_CLIENT_SECRET and ANILIST_REDIRECT_URI. No user is needed.
    """
    from anilist_oauth.cli.diagnosis import diagnose

    where = endpoints_at(endpoints)
    through = find_proxy(where, given=proxy)
    findings = asyncio.run(diagnose(read_settings(os.environ), endpoints=where, store=store_at(store), proxy=through))
    problems = [finding for finding in findings if finding.level == "problem"]
    if as_json:
        show_json({"ok": not problems, "findings": [attrs.asdict(finding) for finding in findings]})
    else:
        _show(findings)
        show(_summary(problems), style="red" if problems else "green")
    if problems:
        raise typer.Exit(FAILED)


def _show(findings: list[Finding]) -> None:
    signs, arrow = (_SIGNS, "→") if can_show("✓✗→") else (_PLAIN_SIGNS, "->")
    rows, styles = [], []
    for finding in findings:
        remedy = [] if finding.remedy is None else [("", "", f"{arrow} {finding.remedy}")]
        rows += [(signs[finding.level], finding.name, printable(finding.text)), *remedy]
        styles += [_COLORS[finding.level], *("" for _ in remedy)]
    show_table(rows, styles=styles)


def _summary(problems: list[Finding]) -> str:
    if not problems:
        return "\nNothing is wrong."
    names = ", ".join(finding.name for finding in problems)
    return f"\n{'One thing is' if len(problems) == 1 else f'{len(problems)} things are'} wrong: {names}."
