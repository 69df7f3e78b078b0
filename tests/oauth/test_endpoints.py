"""The addresses of the authorization server are checked."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from yarl import URL

from anilist_oauth.errors import ConfigurationError
from anilist_oauth.oauth.endpoints import ANILIST, PIN_REDIRECT_URI, Endpoints
from anilist_oauth.oauth.uri import is_loopback

HOME = "https://anilist.example/token"


class Foreign:
    """A URL class of another library."""

    def __str__(self) -> str:
        """Write it."""
        return HOME


def endpoints(url: str | URL) -> Endpoints:
    """Return AniList's endpoints with one of them replaced."""
    return Endpoints(authorization=HOME, token=url, graphql=HOME)


def test_anilists_endpoints_are_the_documented_ones() -> None:
    """The addresses are those in AniList's guide."""
    assert str(ANILIST.authorization) == "https://anilist.co/api/v2/oauth/authorize"
    assert str(ANILIST.token) == "https://anilist.co/api/v2/oauth/token"
    assert str(ANILIST.graphql) == "https://graphql.anilist.co"
    assert PIN_REDIRECT_URI == "https://anilist.co/api/v2/oauth/pin"


@pytest.mark.parametrize(
    "url",
    [
        HOME,
        URL(HOME),
        "HTTPS://ANILIST.example:8443/a?b=c",
        "https://192.0.2.1/",
        "https://[2001:db8::1]:8443/",
        "https://münchen.example/",
        "https://anilist.example./",
        "https://h",
        "https://h?x=[1]@2",
    ],
)
def test_https_is_accepted_for_any_host(url: str | URL) -> None:
    """An https address may be a str or a URL, with any host."""
    assert endpoints(url).token == URL(url)


@pytest.mark.requirement("S13")
@pytest.mark.parametrize(
    "url", ["http://localhost:1/", "http://LOCALHOST/", "http://127.0.0.1:8080", "http://127.9.9.9/", "http://[::1]:1/"]
)
def test_http_is_accepted_on_loopback(url: str) -> None:
    """A sandbox or a test server on this machine needs no certificate."""
    assert endpoints(url).token.scheme == "http"


@pytest.mark.requirement("S13")
@pytest.mark.parametrize(
    "url",
    [
        "http://anilist.co/",
        "HTTP://anilist.co/",
        "http://localhost.evil.example/",
        "http://127.0.0.1.evil.example/",
        "http://evillocalhost/",
        "http://evil.localhost/",
        "http://localhost@evil.example/",
        "http://127.0.0.1:80@evil.example/",
        "http://0.0.0.0/",
        "http://127.1/",
        "http://0x7f.0.0.1/",
        "http://2130706433/",
        "http://[::]/",
        "http://[::2]/",
        "http://localhost./",
        "http://10.0.0.1/",
    ],
)
@pytest.mark.parametrize("field", ["authorization", "token", "graphql"])
def test_http_elsewhere_is_refused(url: str, field: str) -> None:
    """An http address of another machine is refused, because it would send secrets unencrypted."""
    with pytest.raises(ConfigurationError, match="is plain http, which would send secrets unencrypted; use https"):
        Endpoints(**{"authorization": HOME, "token": HOME, "graphql": HOME} | {field: url})


@pytest.mark.requirement("S13")
@pytest.mark.requirement("V9")
@pytest.mark.parametrize(
    "url",
    [
        "",
        None,
        5,
        HOME.encode(),
        Foreign(),
        "anilist.co",
        "//anilist.co/",
        "/token",
        URL("/token"),
        URL(),
        "ftp://anilist.co/",
        "javascript:alert(1)",
        "https:",
        "https://",
        "https:///token",
        "https:anilist.co",
        "https://:443/",
        "https://h:0/",
        "https://h:65536/",
        "https://h:x/",
        "https://h:/",
        "https://h:-1/",
        "https://[::1",
        "https://[v1.x]/",
        "https://[::1]x/",
        "https://[:::]/",
        "https://::1/",
        "https://[]@",
        "https://[1.2.3.4]/",
        "https://[fe80::1%eth0]/",
        "https://a b/",
        "https://a\tb/",
        " https://h/",
        "https://h/ ",
        "https://h/\n",
        "https://h/\x00",
        "https://h\\@evil.example/",
        "https://ex%41mple/",
        "https://a..b/",
        "https://.a/",
        f"https://{'a' * 64}.example/",
        "https://xn--/",
        f"https://{'é' * 300}/",
        "https://\u2100/",
        "https://\ud800/",
        "https://h/\udfff",
        URL("https://a..b/"),
    ],
    ids=lambda value: ascii(value).partition(" object at ")[0],
)
def test_anything_but_an_absolute_url_is_refused(url: str) -> None:
    """An address that cannot be reached, or that yarl would change, raises our error."""
    with pytest.raises(ConfigurationError, match="an endpoint is an absolute URL"):
        endpoints(url)


@pytest.mark.requirement("S12")
@pytest.mark.parametrize("url", ["https://hidden@h/", "https://mika:hidden@h/", "https://:hidden@h/", HOME + "#hidden"])
def test_user_information_and_fragments_are_refused(url: str) -> None:
    """User information and fragments are refused, and the error does not show them."""
    with pytest.raises(ConfigurationError, match="user information or a fragment") as caught:
        endpoints(url)
    assert "hidden" not in repr(caught.value)


pieces = st.lists(
    st.sampled_from([*"hH:/?#[]@%.\\ é\ud800\u200b019\n", "http", "https", "://", "localhost", "127.0.0.1", "[::1]"])
).map("".join)


@pytest.mark.requirement("S13")
@given(st.one_of(st.text(), pieces, pieces.map("https://".__add__), st.integers(), st.binary(), st.none()))
@example("https://" + "a." * 50_000)
@example("https://" + "@" * 100_000)
def test_any_value_is_refused_or_a_url(url: str) -> None:
    """Any value is refused with `ConfigurationError`, or becomes a URL that keeps secrets safe."""
    try:
        token = endpoints(url).token
    except ConfigurationError:
        token = URL(HOME)
    assert token.scheme == "https" or is_loopback(token.host)
    assert token.host
    assert token.port


@pytest.mark.parametrize("host", [None, "", "localhost.example", "::2", "[::1]", "127.0.0.1 ", "\ud800"])
def test_only_loopback_hosts_are_this_machine(host: str | None) -> None:
    """No other host counts as loopback, even with odd characters."""
    assert not is_loopback(host)


def test_without_a_variable_the_endpoints_are_anilist_s(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the variable is unset, empty or blank, the endpoints are AniList's."""
    for value in (None, "", "  "):
        monkeypatch.delenv("ANILIST_ENDPOINTS", raising=False)
        if value is not None:
            monkeypatch.setenv("ANILIST_ENDPOINTS", value)
        assert Endpoints.from_env() == ANILIST


def test_the_origin_of_a_sandbox_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable may end in a slash, and its name may have any prefix."""
    monkeypatch.setenv("ANILIST_ENDPOINTS", "http://127.0.0.1:8080")
    monkeypatch.setenv("MY_ENDPOINTS", "http://127.0.0.1:8080/ ")
    expected = Endpoints(
        authorization="http://127.0.0.1:8080/api/v2/oauth/authorize",
        token="http://127.0.0.1:8080/api/v2/oauth/token",
        graphql="http://127.0.0.1:8080/graphql",
    )
    assert Endpoints.from_env() == Endpoints.from_env("MY_") == expected


@pytest.mark.requirement("S13")
@pytest.mark.parametrize(
    "value",
    ["127.0.0.1:8080", "http://127.0.0.1:8080/graphql", "http://127.0.0.1?x", "http://127.0.0.1#x", "x", "http://"],
)
def test_anything_but_an_origin_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """The error names the variable."""
    monkeypatch.setenv("ANILIST_ENDPOINTS", value)
    with pytest.raises(ConfigurationError, match=r"^ANILIST_ENDPOINTS: |endpoint"):
        Endpoints.from_env()


@pytest.mark.requirement("S13")
def test_plain_http_to_another_host_is_refused_from_the_environment_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Secrets would be sent unencrypted."""
    monkeypatch.setenv("ANILIST_ENDPOINTS", "http://sandbox.example:8080")
    with pytest.raises(ConfigurationError, match="plain http"):
        Endpoints.from_env()


@pytest.mark.parametrize("prefix", [None, "\ud800"])
def test_an_invalid_prefix_is_refused(prefix: str) -> None:
    """The prefix is checked as in `Application.from_env`."""
    with pytest.raises(ConfigurationError, match=r"prefix: .+ANILIST_"):
        Endpoints.from_env(prefix)
