"""The page that says why a login failed."""

from itertools import chain

from anilist_oauth.html_page import Page, element, render
from anilist_oauth.web.failures import FAILURES


def failed_page(reason: str | None, *, login: str) -> Page:
    """Say what happened and what to do, and offer to start again at `login`; nothing a stranger wrote is repeated."""
    failure = FAILURES.get(reason or "", FAILURES["unknown"])
    pairs = [(element("dt", cause), element("dd", cure)) for cause, cure in failure.causes]
    causes = [element("dl", *chain.from_iterable(pairs))] if pairs else []
    again = element("p", element("a", "Log in with AniList", href=login, class_="button"), class_="actions")
    return render(
        title=failure.heading,
        tone="bad",
        body=[failure.happened, *causes, failure.advice, again],
        status=failure.status,
    )
