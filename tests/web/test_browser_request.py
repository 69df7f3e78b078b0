"""Requests are read in the same form for every framework."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, unquote, urlencode

import pytest
from hypothesis import given
from hypothesis.strategies import text

from anilist_oauth.errors import ConfigurationError
from anilist_oauth.web.browser_request import BrowserRequest, quoted, url_below
from tests.steps import steps_of


def visit(
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, Sequence[str]] | None = None,
    cookies: Mapping[str, str] | None = None,
    prefix: str = "",
    path: str = "/",
) -> BrowserRequest:
    """Make a visit that brings nothing but what a test is about."""
    given = dict(headers or {})
    if cookies:
        given["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return BrowserRequest(
        method=method,
        raw_headers=tuple((name.encode(), value.encode()) for name, value in given.items()),
        query_string=urlencode(query or {}, doseq=True),
        prefix=prefix,
        path=path,
    )


def test_a_prefetch_is_idle() -> None:
    """HEAD and a browser's prefetch are idle, and an empty header means nothing."""
    assert visit(method="HEAD").is_idle
    assert visit(headers={"Purpose": "prefetch"}).is_idle
    assert not visit(headers={"Purpose": "", "Accept": "*/*"}).is_idle


def test_a_person_accepts_html() -> None:
    """Browsers accept HTML, and programs do not ask for it."""
    assert visit(headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}).is_page
    assert not visit(headers={"Accept": "*/*"}).is_page
    assert not visit().is_page


@pytest.mark.parametrize(
    ("prefix", "found"),
    [
        ("", "/login"),
        ("/bot", "/bot/login"),
        ("/bot/", "/bot/login"),
        ("/zurück", "/zur%C3%BCck/login"),
        ("//evil.example", "/evil.example/login"),
        ("/\\evil.example", "/%5Cevil.example/login"),
        ("/a\r\nSet-Cookie: a=b", "/a%0D%0ASet-Cookie:%20a=b/login"),
        ("/?", "/%3F/login"),
    ],
)
@pytest.mark.requirement("S21")
def test_a_path_below_a_prefix_is_on_this_site(prefix: str, found: str) -> None:
    """With any prefix, the address is one line that no browser takes for another host."""
    assert url_below(prefix, "/login") == found


@pytest.mark.requirement("V8")
@pytest.mark.parametrize("query", [{}, {"state": ["a", "b"]}, {"state": [""]}, {"code": ["a", "a"], "state": ["b"]}])
def test_a_malformed_callback_has_no_state(query: dict[str, list[str]]) -> None:
    """Nothing is raised, because only the cookie is looked up."""
    assert visit(query=query).state is None


@given(text())
def test_a_path_survives_quoting(path: str) -> None:
    """A quoted path is visible ASCII, and is the same after decoding."""
    assert re.fullmatch(r"[!-~]*", quoted(path))
    assert unquote(quoted(path)) == path


@pytest.mark.requirement("S19")
def test_its_repr_shows_no_secret() -> None:
    """The repr shows no code, state or cookie."""
    secret = visit(query={"code": ["c0de"]}, cookies={"a": "c0de"}, headers={"Referer": "c0de"})
    assert secret.cookies == {"a": "c0de"}
    assert secret.query == {"code": ["c0de"]}
    assert "c0de" not in repr(secret)


@pytest.mark.parametrize(
    ("scope", "prefix", "path"),
    [
        ({"path": "/page"}, "", "/page"),
        ({"path": "/page", "root_path": ""}, "", "/page"),
        ({"path": "/bot/page", "root_path": "/bot"}, "/bot", "/page"),
        ({"path": "/bot/page", "root_path": "/bot/"}, "/bot", "/page"),
        ({"path": "/page", "root_path": "/bot"}, "/bot", "/page"),
        ({"path": "/bottle", "root_path": "/bot"}, "/bot", "/bottle"),
        ({"path": "/bot", "root_path": "/bot"}, "/bot", ""),
    ],
)
def test_the_path_may_contain_the_prefix_or_not(scope: dict[str, Any], prefix: str, path: str) -> None:
    """Servers and frameworks differ, and a part of a name is not a prefix."""
    seen = BrowserRequest.from_scope({"query_string": b"a=%2F", "headers": [], **scope})
    assert (seen.prefix, seen.path, seen.query_string, seen.method) == (prefix, path, "a=%2F", "GET")


@pytest.mark.parametrize("scope", [{}, {"query_string": None}, {"query_string": b"", "headers": []}])
def test_optional_parts_of_a_scope_may_be_missing(scope: dict[str, Any]) -> None:
    """ASGI does not require the headers, nor the query of a WebSocket."""
    seen = BrowserRequest.from_scope({"type": "websocket", "path": "/live", **scope})
    assert (seen.query_string, seen.query, seen.cookies) == ("", {}, {})


def test_the_outermost_prefix_is_used() -> None:
    """Starlette's scope has both prefixes."""
    scope = {"query_string": b"", "headers": [], "root_path": "/bot/deeper", "app_root_path": "/bot"}
    assert BrowserRequest.from_scope(scope | {"path": "/bot/deeper/x"}).path == "/x"
    assert BrowserRequest.from_scope(scope | {"path": "/bot/deeper/x"}, outermost=True).path == "/deeper/x"


def test_anything_but_a_scope_is_refused() -> None:
    """A framework's request has a scope, but is not one."""
    request: Any = object()
    with pytest.raises(ConfigurationError, match=r"^scope: the ASGI scope of a request is needed, not "):
        BrowserRequest.from_scope(request)


OWN = "https://site.example:8443"


@pytest.mark.requirement("S33")
@pytest.mark.parametrize(
    ("method", "headers", "own"),
    [
        ("GET", {"Sec-Fetch-Site": "same-origin"}, True),
        ("GET", {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, True),
        ("GET", {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}, False),
        ("GET", {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, False),
        ("POST", {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "same-origin"}, True),  # by a service worker
        ("GET", {"Sec-Fetch-Site": "same-site", "Referer": f"{OWN}/"}, False),
        ("GET", {"Sec-Fetch-Site": "cross-site", "Referer": f"{OWN}/"}, False),
        ("GET", {"Sec-Fetch-Site": "none"}, False),
        ("GET", {"Sec-Fetch-Site": ""}, False),
        ("GET", {}, False),
        ("GET", {"Referer": f"{OWN}/page"}, True),
        ("GET", {"Referer": f"{OWN}.evil.example/"}, False),
        ("GET", {"Referer": OWN}, False),
        ("GET", {"Origin": OWN}, False),
        ("POST", {"Sec-Fetch-Site": "same-origin", "Origin": "null"}, True),
        ("POST", {"Sec-Fetch-Site": "cross-site", "Origin": OWN}, False),
        ("POST", {"Origin": OWN}, True),
        ("POST", {"Origin": "null"}, False),
        ("POST", {"Origin": f"{OWN}.evil.example"}, False),
        ("POST", {"Referer": f"{OWN}/page"}, False),
        ("POST", {}, False),
    ],
)
def test_only_a_page_of_the_same_origin_counts(method: str, headers: dict[str, str], *, own: bool) -> None:
    """A sibling host, a typed address and a request without evidence are not links of the site, and images are not."""
    assert visit(method=method, headers=headers).is_from(OWN) is own


@pytest.mark.requirement("S35")
def test_a_query_is_read_in_one_pass() -> None:
    """Twice as many names take twice as many steps."""

    def steps(number: int, name: str) -> int:
        query = "&".join(f"{name.format(one)}=x" for one in range(number))
        request = BrowserRequest(method="GET", raw_headers=(), query_string=query, prefix="", path="/")
        return steps_of(lambda: request.query)

    for name in ("a{}", "a", "%41{}", "{}+"):
        assert steps(2000, name) < 2.2 * steps(1000, name)


@pytest.mark.requirement("S35")
def test_headers_are_read_in_one_pass() -> None:
    """Twice as many headers take twice as many steps."""

    def steps(number: int) -> int:
        raw = tuple((f"x-{one}".encode(), b"y") for one in range(number))
        request = BrowserRequest(method="GET", raw_headers=raw, query_string="", prefix="", path="/")
        return steps_of(lambda: request.headers.get("Accept"))

    assert steps(2000) < 2.2 * steps(1000)


def test_the_first_of_two_headers_counts() -> None:
    """Lookups ignore letter case, and the first value is used."""
    raw = ((b"ACCEPT", b"text/html"), (b"accept", b"*/*"))
    assert BrowserRequest(method="GET", raw_headers=raw, query_string="", prefix="", path="/").is_page


def test_an_odd_query_is_read() -> None:
    """Broken escapes, surrogates and empty names raise nothing."""
    for query in ("%", "%zz=%ff", "=&&=", quote("é") + "=%ed%a0%80", "a;b=c"):
        request = BrowserRequest(method="GET", raw_headers=(), query_string=query, prefix="", path="/")
        assert all(isinstance(value, str) for values in request.query.values() for value in values)
