"""What a request brings."""

import re
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis.strategies import text

from anilist_oauth.web.browser_request import BrowserRequest, quoted, url_below


def visit(**changes: Any) -> BrowserRequest:
    """Make a visit that brings nothing but what a test is about."""
    plain: dict[str, Any] = {"method": "GET", "headers": {}, "query": {}, "cookies": {}, "prefix": "", "target": "/"}
    return BrowserRequest(**plain | changes)


def test_who_looks_ahead_is_idle() -> None:
    """A HEAD is, and a browser that says it fetches ahead; an empty header says nothing."""
    assert visit(method="HEAD").is_idle
    assert visit(headers={"Purpose": "prefetch"}).is_idle
    assert not visit(headers={"Purpose": "", "Accept": "*/*"}).is_idle


def test_a_person_takes_pages() -> None:
    """Browsers name HTML, programs do not."""
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
def test_a_place_is_on_this_site(prefix: str, found: str) -> None:
    """Whatever an application is mounted under, its places are paths of one line that no browser takes for a host."""
    assert url_below(prefix, "/login") == found


@pytest.mark.requirement("V8")
@pytest.mark.parametrize("query", [{}, {"state": ["a", "b"]}, {"state": [""]}, {"code": ["a", "a"], "state": ["b"]}])
def test_a_malformed_callback_has_no_state(query: dict[str, list[str]]) -> None:
    """Nothing is raised where only the cookie is looked for."""
    assert visit(query=query).state is None


@given(text())
def test_a_path_survives_quoting(path: str) -> None:
    """It is visible ASCII, and the same when it is decoded."""
    assert re.fullmatch(r"[!-~]*", quoted(path))
    assert unquote(quoted(path)) == path


@pytest.mark.requirement("S19")
def test_its_repr_shows_no_secret() -> None:
    """Codes, states and cookies stay out of logs."""
    secret = visit(query={"code": ["c0de"]}, cookies={"a": "c0de"}, headers={"Cookie": "a=c0de"}, target="/?code=c0de")
    assert "c0de" not in repr(secret)
