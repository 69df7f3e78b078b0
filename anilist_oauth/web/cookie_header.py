"""Parse the Cookie header from its bytes, as browsers write it (RFC 6265bis section 5.8.3).

Frameworks parse it less strictly: they split at spaces, or strip bytes that count as whitespace in Unicode. A page on a
sibling host could then plant a cookie with a protected name, such as ``__Host-…``. So the cookies of a login are never
taken from the framework.
"""

from collections import Counter
from collections.abc import Iterable


def read_cookies(raw_headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return the cookies in a request's headers.

    Pairs are separated by a semicolon and one space, and names are exact. A name that occurs twice is left out, because
    either of the two may have been planted.

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
