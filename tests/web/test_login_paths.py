"""The paths and addresses of a login."""

from typing import Any

import pytest

from anilist_oauth.errors import ConfigurationError
from anilist_oauth.oauth.endpoints import PIN_REDIRECT_URI
from anilist_oauth.web.login_paths import LoginPaths
from tests.web.test_browser_request import visit


@pytest.mark.parametrize(
    ("redirect_uri", "callback"),
    [
        ("https://site.example/callback", "/callback"),
        ("HTTPS://site.example", "/"),
        ("http://localhost:8080/a%20b/%C3%BC/?fixed=1", "/a b/ü/"),
        ("http://[::1]:8080/c", "/c"),
    ],
)
def test_the_callback_is_at_the_redirect_uri(redirect_uri: str, callback: str) -> None:
    """The callback's path is the decoded path of the redirect URI, without host, port and query."""
    paths = LoginPaths.of(redirect_uri, login_path="/login/anilist", callback_path=None)
    assert (paths.login, paths.callback, paths.failed) == ("/login/anilist", callback, "/login/anilist/failed")


def test_paths_can_be_given() -> None:
    """The callback's path may differ in a mounted application, and the login may be at the root."""
    paths = LoginPaths.of("https://site.example/bot/callback", login_path="/", callback_path="/callback")
    assert (paths.login, paths.callback, paths.failed) == ("/", "/callback", "/failed")


@pytest.mark.parametrize(
    ("path", "callback_path", "prefix"),
    [
        ("/callback", None, ""),
        ("/callback", "/callback", ""),
        ("/bot/callback", "/callback", "/bot"),
        ("/a/b%20c/callback?fixed=1", "/callback", "/a/b c"),
        ("/bot/", "/", "/bot"),
        ("/anilist", "/callback", ""),
    ],
)
def test_the_prefix_comes_from_the_redirect_uri(path: str, callback_path: str | None, prefix: str) -> None:
    """The prefix is the part before the callback's path, if the redirect URI ends in that path."""
    paths = LoginPaths.of(f"https://site.example{path}", login_path="/login", callback_path=callback_path)
    assert paths.prefix == prefix


@pytest.mark.parametrize("redirect_uri", [PIN_REDIRECT_URI, "my-app://callback", "urn:callback"])
def test_a_redirect_uri_must_be_a_web_address(redirect_uri: str) -> None:
    """AniList's pin page and custom schemes are refused."""
    with pytest.raises(ConfigurationError, match="redirect_uri: a web application needs an http or https address"):
        LoginPaths.of(redirect_uri, login_path="/login", callback_path=None)


@pytest.mark.parametrize("path", [5, b"/login", ["/login"]])
def test_a_path_is_a_string(path: Any) -> None:
    """Another type raises our error."""
    with pytest.raises(ConfigurationError, match="login_path: a plain path that begins with a slash is needed"):
        LoginPaths.of("https://site.example/callback", login_path=path, callback_path=None)
    with pytest.raises(ConfigurationError, match="callback_path: a plain path that begins with a slash is needed"):
        LoginPaths.of("https://site.example/callback", login_path="/login", callback_path=path)


@pytest.mark.parametrize("path", ["", "login", "/login/{name}", "/login?a=b", "/login#a", "/login/<name>"])
def test_a_path_is_plain(path: str) -> None:
    """A path is refused if a framework takes it for a pattern, or a browser for another address."""
    with pytest.raises(ConfigurationError, match="login_path: a plain path that begins with a slash is needed"):
        LoginPaths.of("https://site.example/callback", login_path=path, callback_path=None)
    with pytest.raises(ConfigurationError, match="callback_path: a plain path that begins with a slash is needed"):
        LoginPaths.of("https://site.example/callback", login_path="/login", callback_path=path)


@pytest.mark.parametrize("callback", ["/login", "/login/", "/login/failed"])
def test_the_paths_differ(callback: str) -> None:
    """If the callback began a login, this would never end."""
    with pytest.raises(ConfigurationError, match="must differ from the callback's path"):
        LoginPaths.of(f"https://site.example{callback}", login_path="/login", callback_path=None)


def test_an_address_is_where_browsers_find_the_application() -> None:
    """The prefix in the redirect URI takes precedence over the framework's."""
    for prefix in ("", "/anime", "/other"):
        paths = LoginPaths.of("https://site.example/anime/cb", login_path="/login", callback_path="/cb")
        request = visit(prefix=prefix, path="/me", query={"a": ["b c"]})
        assert paths.address(request, "/login", return_to="/me?x", reason=None) == "/anime/login?return_to=%2Fme%3Fx"
        assert paths.target(request) == "/anime/me?a=b+c"
    paths = LoginPaths.of("https://site.example/cb", login_path="/login", callback_path=None)
    assert paths.address(visit(prefix="/anime"), "/login") == "/anime/login"
    assert paths.target(visit(prefix="/anime", path="/me")) == "/anime/me"


@pytest.mark.parametrize(
    ("redirect_uri", "origin"),
    [
        ("https://Site.Example:443/cb", "https://site.example"),
        ("http://127.0.0.1:8080/cb", "http://127.0.0.1:8080"),
        ("http://[::1]:8080/cb", "http://[::1]:8080"),
        ("https://b\u00fccher.example/cb", "https://xn--bcher-kva.example"),
    ],
)
def test_the_origin_is_written_as_browsers_do(redirect_uri: str, origin: str) -> None:
    """It is in lower case and ASCII, without a default port."""
    assert LoginPaths.of(redirect_uri, login_path="/login", callback_path=None).origin == origin


@pytest.mark.parametrize("path", ["", "login", "//evil.example", "/a\nb", "/\ud800", "/a?b", "/a#b", "/{name}"])
def test_a_path_with_another_host_is_refused(path: str) -> None:
    """Two slashes would lead to another host."""
    for given in ({"login_path": path, "callback_path": None}, {"login_path": "/login", "callback_path": path}):
        with pytest.raises(ConfigurationError, match="_path: a plain path that begins with a slash is needed"):
            LoginPaths.of("https://site.example/cb", **given)
