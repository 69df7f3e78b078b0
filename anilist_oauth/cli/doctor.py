"""``doctor``: what `diagnosis` finds, for a person and for a script."""

import asyncio
import os

import attrs
import typer

from anilist_oauth.cli.findings import Finding, Level
from anilist_oauth.cli.settings import AsJSON, EndpointsURL, StoreURL, endpoints_at, store_at
from anilist_oauth.cli.terminal import FAILED, can_show, show, show_json

_COLORS: dict[Level, str] = {"good": "green", "problem": "red", "unknown": "yellow"}
_SIGNS: dict[Level, str] = {"good": "✓", "problem": "✗", "unknown": "?"}
_PLAIN_SIGNS: dict[Level, str] = {"good": "+", "problem": "x", "unknown": "?"}
_WIDTH = 15


def doctor(*, store: StoreURL = None, endpoints: EndpointsURL = None, as_json: AsJSON = False) -> None:
    """Find out why a login fails: settings, AniList, network, clock, port and store.

    The application is that of ANILIST_CLIENT_ID, ANILIST_CLIENT_SECRET and ANILIST_REDIRECT_URI. No user is needed.
    """
    from anilist_oauth.cli.diagnosis import diagnose

    findings = asyncio.run(diagnose(os.environ, endpoints=endpoints_at(endpoints), store=store_at(store)))
    problems = [finding for finding in findings if finding.level == "problem"]
    if as_json:
        show_json({"ok": not problems, "findings": [attrs.asdict(finding) for finding in findings]})
    else:
        for finding in findings:
            _show(finding)
        show(_summary(problems), style="red" if problems else "green")
    if problems:
        raise typer.Exit(FAILED)


def _show(finding: Finding) -> None:
    signs, arrow = (_SIGNS, "→") if can_show("✓✗→") else (_PLAIN_SIGNS, "->")
    indent = "\n" + " " * (_WIDTH + 2)
    text = finding.text.replace("\n", indent)
    show(f"{signs[finding.level]} {finding.name:{_WIDTH}}{text}", style=_COLORS[finding.level])
    if finding.remedy is not None:
        show(f"{indent[1:]}{arrow} {finding.remedy.replace(chr(10), indent)}")


def _summary(problems: list[Finding]) -> str:
    if not problems:
        return "\nNothing is wrong."
    names = ", ".join(finding.name for finding in problems)
    return f"\n{'One thing is' if len(problems) == 1 else f'{len(problems)} things are'} wrong: {names}."
