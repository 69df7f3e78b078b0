"""Tell from a browser's headers who makes a request: a person, or a program that only looks ahead."""

from collections.abc import Mapping

_LOOKING_AHEAD = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")  # Chromium, older ones, Safari, Firefox


def is_prefetch(headers: Mapping[str, str]) -> bool:
    """Return whether a browser only fetches ahead. Nobody has gone there yet, so nothing may be spent.

    Args:
        headers: A request's headers; lookups ignore letter case.
    """
    return any(headers.get(name) for name in _LOOKING_AHEAD)


def is_navigation(headers: Mapping[str, str]) -> bool:
    """Return whether a person may see the answer as a page.

    Browsers say so in ``Sec-Fetch-Mode`` and ``Sec-Fetch-Dest`` (W3C Fetch Metadata). Images, scripts and frames of
    another page do not count. A request with neither header counts as a person's.

    Args:
        headers: A request's headers; lookups ignore letter case.
    """
    mode, destination = headers.get("Sec-Fetch-Mode", "navigate"), headers.get("Sec-Fetch-Dest", "document")
    return mode == "navigate" and destination == "document" and not is_prefetch(headers)
