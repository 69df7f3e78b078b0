"""Make a name that somebody chose safe to show in a sentence."""

LIMIT = 80  # characters
_JOINERS = "\u200c\u200d"  # invisible, but Persian words and emoji need them


def display_name(name: str | None, *, instead: str) -> str:
    """Return at most 80 characters of a name without control and bidi characters, or `instead` if none is visible."""
    visible = "".join(c for c in " ".join((name or "").split()) if c.isprintable() or c in _JOINERS)
    visible = " ".join(visible.strip(_JOINERS + " ").split())
    if not visible:
        return instead
    return visible if len(visible) <= LIMIT else visible[: LIMIT - 1] + "…"
