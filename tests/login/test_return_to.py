"""The browser is only sent to safe addresses after a login."""

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from yarl import URL

from anilist_oauth.errors import ConfigurationError
from anilist_oauth.login.return_to import allowed_origins, check_return_to

ORIGINS = allowed_origins(["https://app.example", "http://localhost:3000", "http://[::1]:8080"])
OURS = "https://bot.example"


@pytest.mark.parametrize(
    "return_to",
    [
        "/",
        "/profile?tab=2#top",
        "/my%20list/a:b",
        "/a?next=https://evil.example//x",
        "https://app.example",
        "https://app.example/home?x=1",
        "https://app.example?x=//y/../",
        "HTTPS://APP.example:443/home",
        "http://localhost:3000/",
        "http://[::1]:8080/x",
    ],
)
def test_own_paths_and_allowed_origins_pass(return_to: str) -> None:
    """They are returned unchanged."""
    assert check_return_to(return_to, origins=ORIGINS) == return_to


@pytest.mark.requirement("S21")
@pytest.mark.requirement("V8")
@pytest.mark.requirement("V12")
@pytest.mark.parametrize(
    "return_to",
    [
        "//evil",
        "/\\evil",
        "\\\\evil",
        "https:evil",
        "https:/evil",
        "https:///evil",
        "javascript:alert(1)",
        "data:text/html,x",
        "\t//evil",
        "/\t/evil",
        "/\n/evil",
        " //evil",
        "/%2f/evil",
        "/%2Fevil",
        "/%252fevil",
        "/%5cevil",
        "/%09/evil",
        "/%20/evil",
        "/%00/evil",
        "/ /evil",
        "/.//evil",
        "/x/..//evil",
        "/%2525252525252fevil",
        "https://evil.example/",
        "http://app.example/",
        "https://app.example:8443/",
        "https://app.example:x/",
        "https://app.example@evil.example/",
        "https://user@app.example/",
        "https://app.example.evil.example/",
        "https://app.example\\@evil.example/",
        "https://app.example%2eevil.example/",
        "https://app.example//evil",
        "https://[::1",
        "https://[v1.x]/",
        "http://[::1]x:8080/",
        "profile",
        "?x=1",
        "#x",
        "",
        "/\ud800",
        "/ü",
        "/\u2028/evil",
        "/x?next=\\evil",
        "/x#a b",
        "/" + "a" * 2048,
        None,
        7,
        b"/x",
    ],
)
def test_everything_else_is_refused(return_to: object) -> None:
    """An address is refused if a browser could read it as another host, or if it is not a path."""
    with pytest.raises(ConfigurationError, match="return_to"):
        check_return_to(return_to, origins=ORIGINS)


@pytest.mark.parametrize(
    "origin",
    ["app.example", "https://app.example/", "https://app.example/x", "https://u@app.example", "ftp://x", "https://", 7],
)
def test_an_origin_is_scheme_and_host_alone(origin: str) -> None:
    """Anything else is refused when the flow is created."""
    with pytest.raises(ConfigurationError, match="return_origins"):
        allowed_origins([origin])


def test_origins_are_a_list() -> None:
    """A string would be read letter by letter."""
    with pytest.raises(ConfigurationError, match="list"):
        allowed_origins("https://app.example")


@pytest.mark.requirement("S21")
@pytest.mark.requirement("V8")
@given(
    st.one_of(
        st.text(max_size=40),
        st.text(alphabet="/\\.%25cCfF09aA?#@:h[]\t\n jevil", max_size=20).map("/".__add__),
        st.text(alphabet="/\\.%?#@:[]e", max_size=12).map("https://app.example".__add__),
    )
)
@example("/x;//y")
def test_an_accepted_address_stays_on_the_site(return_to: str) -> None:
    """Two URL parsers resolve every accepted address to the site or an allowed origin."""
    try:
        check_return_to(return_to, origins=ORIGINS)
    except ConfigurationError:
        return
    joined = urlsplit(urljoin(OURS + "/callback", return_to))
    assert f"{joined.scheme}://{joined.netloc}".lower() in (OURS, "https://app.example", "https://app.example:443")
    resolved = URL(OURS + "/callback").join(URL(return_to))
    assert (resolved.host, resolved.port) in [("bot.example", 443), ("app.example", 443)]
