"""Who looks at an answer, as a browser's headers tell: a person who goes there, or a program that looks ahead."""

from collections.abc import Mapping

_LOOKING_AHEAD = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")  # Chromium, older ones, Safari, Firefox


def is_prefetch(headers: Mapping[str, str]) -> bool:
    """Tell whether a browser only fetches ahead: nobody has gone there yet, so that nothing may be spent.

    Args:
        headers: A request's headers, found in any case of letters.
    """
    return any(headers.get(name) for name in _LOOKING_AHEAD)


def is_navigation(headers: Mapping[str, str]) -> bool:
    """Tell whether a person may see the answer as a page of its own.

    A browser says so in ``Sec-Fetch-Mode`` and ``Sec-Fetch-Dest`` (W3C Fetch Metadata): an image, a script or a frame
    of another page is none. A program that sends neither header counts as one.

    Args:
        headers: A request's headers, found in any case of letters.
    """
    mode, destination = headers.get("Sec-Fetch-Mode", "navigate"), headers.get("Sec-Fetch-Dest", "document")
    return mode == "navigate" and destination == "document" and not is_prefetch(headers)
