"""The Cookie header, read from its bytes as a browser writes it (RFC 6265bis section 5.8.3).

Frameworks read it more loosely than browsers do: they split at blanks, or strip bytes that count as blanks in Unicode.
A page on a sibling host could then plant a cookie whose name a browser protects, such as ``__Host-…``. So a login is
never looked for in a framework's cookies.
"""

from collections import Counter
from collections.abc import Iterable


def read_cookies(raw_headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Read the cookies of a request's headers.

    Pairs are split at a semicolon and one blank, and names are exact. A name that comes twice is left out: which of
    the two was planted cannot be told.

    Args:
        raw_headers: Names and values of all headers, as bytes.
    """
    pairs = [
        pair.removeprefix(b" ") if number else pair
        for name, line in raw_headers
        if name.lower() == b"cookie"
        for number, pair in enumerate(line.split(b";"))
    ]
    found = [pair.partition(b"=") for pair in pairs]
    times = Counter(name for name, _, _ in found)
    return {
        name.decode("latin-1"): value.decode("latin-1") for name, equals, value in found if equals and times[name] == 1
    }
