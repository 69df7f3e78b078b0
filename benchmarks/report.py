"""Print the table, with the verdict on each bound, and draw the plot."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

import attrs

from benchmarks.turns import Figures

_HERE = Path(__file__).parent
_ROW, _LEFT, _WIDTH = 26, 260, 760


@attrs.frozen(kw_only=True)
class Bound:
    """The most that a contender may cost, as a ratio to the first or a named one ("fastest" is the fastest peer)."""

    name: str
    most: float
    to: str | None = None


def show(title: str, figures: list[Figures], bounds: Sequence[Bound] = ()) -> None:
    """Print one table with its verdicts."""
    print(f"\n{title}")
    for one in figures:
        lowest = min(one.cost)
        print(f"  {one.name:34} {one.ratio:7.3f} ± {one.spread:.3f}   (from {lowest:.1f} µs of CPU)")
    for bound in bounds:
        verdict(f"{bound.name} to {bound.to or figures[0].name}", _ratio(bound, figures), bound.most)


def verdict(what: str, figure: float, most: float, unit: str = "") -> bool:
    """Return whether a figure is within its bound, in words."""
    kept = figure <= most
    print(f"  {'kept  ' if kept else 'BROKEN'} {what}: {figure:.3g}{unit}, at most {most:.3g}{unit}")
    return kept


def _ratio(bound: Bound, figures: list[Figures]) -> float:
    named = {one.name: one for one in figures}
    if bound.to is None:
        return named[bound.name].ratio
    return named[bound.name].ratio / named[bound.to].ratio


def plot(name: str, title: str, rows: dict[str, float], unit: str = "x") -> None:
    """Draw one horizontal bar per row into ``benchmarks/<name>.svg``."""
    longest = max(rows.values())
    lines = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {len(rows) * _ROW + 48}" role="img" '
            f'font-family="system-ui, sans-serif" font-size="13"><title>{escape(title)}</title>'
        ),
        (
            "<style>text{fill:#24292f}.bar{fill:#9aa4b2}.ours{fill:#02a9ff}"
            "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.bar{fill:#6b7685}}</style>"
        ),
        f'<text x="8" y="20" font-weight="600">{escape(title)}</text>',
    ]
    for number, (label, value) in enumerate(rows.items()):
        y = 34 + number * _ROW
        width = max(2.0, value / longest * (_WIDTH - _LEFT - 90))
        kind = "ours" if label.startswith("anilist_oauth") else "bar"
        lines.append(
            f'<text x="{_LEFT - 8}" y="{y + 15}" text-anchor="end">{escape(label)}</text>'
            f'<rect class="{kind}" x="{_LEFT}" y="{y + 3}" width="{width:.1f}" height="16" rx="2"/>'
            f'<text x="{_LEFT + width + 6:.1f}" y="{y + 15}">{value:.2f}{escape(unit)}</text>'
        )
    lines.append("</svg>\n")
    (_HERE / f"{name}.svg").write_text("\n".join(lines), encoding="utf-8")
