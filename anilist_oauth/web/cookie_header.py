"""Parse the bytes of a Cookie header, in the exact form that browsers send (RFC 6265bis section 5.8.3).

Frameworks are less strict: they split at spaces, or strip bytes that are whitespace in Unicode. A page on a sibling
host could then plant a cookie with a protected name, such as ``__Host-…``. Therefore the cookies of a login are never
taken from the framework.
"""

from collections.abc import Iterable


def read_cookies(raw_headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return the cookies in a request's headers.

    A semicolon and one space separate two cookies, and names are not stripped. A name that occurs twice is left out,
    because either of the two cookies may have been planted.

    Args:
        raw_headers: Names and values of all headers, as bytes.
    """
    found: dict[bytes, list[bytes | None]] = {}  # the values of each name; None for a name without an equals sign
    for header, line in raw_headers:
        if header.lower() == b"cookie":
            for number, pair in enumerate(line.split(b";")):
                name, equals, value = (pair.removeprefix(b" ") if number else pair).partition(b"=")
                found.setdefault(name, []).append(value if equals else None)
    return {
        name.decode("latin-1"): values[0].decode("latin-1")
        for name, values in found.items()
        if len(values) == 1 and values[0] is not None
    }
