"""A URI is split into its parts."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from anilist_oauth.oauth.uri import URIParts, split_uri


@pytest.mark.parametrize(
    ("uri", "parts"),
    [
        ("https://m:p@h.example:8443/a/b?x=1?y#f#g", ("https", "m:p", "h.example", "8443", "/a/b", "x=1?y", "f#g")),
        ("https://h.example", ("https", None, "h.example", None, "", None, None)),
        ("https://h.example:?#", ("https", None, "h.example", "", "", "", "")),
        ("http://[::1]:80/", ("http", None, "[::1]", "80", "/", None, None)),
        ("http://[::1/", ("http", None, "[::1", None, "/", None, None)),
        ("http://[::1]x:y:z", ("http", None, "[::1]x", "y:z", "", None, None)),
        ("http://a@b@c/", ("http", "a@b", "c", None, "/", None, None)),
        ("http://@c/", ("http", "", "c", None, "/", None, None)),
        ("HTTP:///p", ("HTTP", None, "", None, "/p", None, None)),
        ("com.example.app:/cb", ("com.example.app", None, None, None, "/cb", None, None)),
        ("localhost:80/cb", ("localhost", None, None, None, "80/cb", None, None)),
        ("//h/p", (None, None, "h", None, "/p", None, None)),
        ("/p:q", (None, None, None, None, "/p:q", None, None)),
        (":p", (None, None, None, None, ":p", None, None)),
        ("", (None, None, None, None, "", None, None)),
        ("a:\n?\r#\0", ("a", None, None, None, "\n", "\r", "\0")),
    ],
)
def test_a_uri_is_split(uri: str, parts: tuple[str | None, ...]) -> None:
    """Each part is returned as it was written, and a missing part as None."""
    assert split_uri(uri) == parts


def joined(parts: URIParts) -> str:
    """Put the parts together again (RFC 3986 section 5.3)."""
    scheme = "" if parts.scheme is None else f"{parts.scheme}:"
    userinfo = "" if parts.userinfo is None else f"{parts.userinfo}@"
    port = "" if parts.port is None else f":{parts.port}"
    authority = "" if parts.host is None else f"//{userinfo}{parts.host}{port}"
    query = "" if parts.query is None else f"?{parts.query}"
    fragment = "" if parts.fragment is None else f"#{parts.fragment}"
    return f"{scheme}{authority}{parts.path}{query}{fragment}"


@pytest.mark.requirement("S7")
@pytest.mark.requirement("V9")
@given(st.one_of(st.text(), st.text("ab:/?#[]@\n\ud800")))
@example("a" * 100_000)
@example("http://" + "[" * 100_000)
@example("http://" + "@:" * 50_000)
def test_splitting_loses_nothing(uri: str) -> None:
    """Any string can be split, and joining its parts returns that string."""
    assert joined(split_uri(uri)) == uri
