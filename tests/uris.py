"""Redirect URIs for Hypothesis: every kind that `RedirectGuard` takes."""

import warnings

from hypothesis import strategies as st

from anilist_oauth.errors import RedirectURIError
from anilist_oauth.oauth.redirect_uri import RedirectGuard


def registrable(uri: str) -> bool:
    """Tell whether a redirect URI can be registered, warnings aside."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            RedirectGuard(uri)
        except RedirectURIError:
            return False
    return True


_ODD = st.text("aZ0/.-_~%&+=;:,!$'()*\"<>|^`{}[]@?é漢😀", max_size=12)
registrable_uris = st.one_of(
    st.builds("https://{}{}/{}".format, st.sampled_from(["h.example", "H.Example", "münchen.example"]), _ODD, _ODD),
    st.builds(
        "{}{}/{}?{}".format,
        st.sampled_from(["http://127.0.0.1", "http://[::1]", "HTTPS://h.example"]),
        st.sampled_from(["", ":80", ":443", ":8080", ":65535"]),
        _ODD,
        _ODD,
    ),
    st.builds("{}{}{}".format, st.sampled_from(["myapp:", "com.example.app:/", "myapp://"]), _ODD, _ODD),
    st.sampled_from(
        [
            "https://h.example",
            "https://h.example/",
            "http://localhost:80/cb",
            "https://h.example/a/../b/./%7Em/~m/%zz",
            "https://xn--mnchen-3ya.example/%C3%A9/é",
            "https://h.example/cb?guild=1&x=%20+%2B",
            "com.example.app:/cb",
        ]
    ),
).filter(registrable)
