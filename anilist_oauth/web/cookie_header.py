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
    found: dict[str, str | None] = {}  # None for a name that occurs twice, or without an equals sign
    for header, line in raw_headers:
        if header.lower() == b"cookie":
            for number, pair in enumerate(line.decode("latin-1").split(";")):
                name, equals, value = (pair.removeprefix(" ") if number else pair).partition("=")
                found[name] = value if equals and name not in found else None
    return {name: value for name, value in found.items() if value is not None}
