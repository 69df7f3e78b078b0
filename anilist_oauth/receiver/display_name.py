"""Names that strangers chose, made fit to be shown in a sentence of ours."""

LIMIT = 80  # characters
_JOINERS = "\u200c\u200d"  # zero-width, but parts of Persian words and of emoji


def display_name(name: str | None, *, instead: str) -> str:
    """Give at most 80 visible characters of a name, without control and bidi characters; `instead` if none is left."""
    visible = "".join(c for c in " ".join((name or "").split()) if c.isprintable() or c in _JOINERS)
    visible = " ".join(visible.strip(_JOINERS + " ").split())
    if not visible:
        return instead
    return visible if len(visible) <= LIMIT else visible[: LIMIT - 1] + "…"
