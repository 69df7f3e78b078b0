"""Tell from a request's headers whether a person opened the page, or a program or the browser fetched it in advance."""

from collections.abc import Mapping

_LOOKING_AHEAD = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")  # of Chromium, older Chromium, Safari, Firefox


def is_prefetch(headers: Mapping[str, str]) -> bool:
    """Return whether a browser fetches the page in advance. Nobody has opened it yet, so no code may be exchanged.

    Args:
        headers: A request's headers; lookups ignore letter case.
    """
    return any(map(headers.get, _LOOKING_AHEAD))


def is_navigation(headers: Mapping[str, str]) -> bool:
    """Return whether a person may see the response as a page.

    The headers ``Sec-Fetch-Mode`` and ``Sec-Fetch-Dest`` tell (W3C Fetch Metadata). The result is False for images,
    scripts and frames of another page, and True for a request without these headers.

    Args:
        headers: A request's headers; lookups ignore letter case.
    """
    mode, destination = headers.get("Sec-Fetch-Mode", "navigate"), headers.get("Sec-Fetch-Dest", "document")
    return mode == "navigate" and destination == "document" and not is_prefetch(headers)
