"""Responses to the browser."""

import pickle

import pytest

from anilist_oauth.html_page import render
from anilist_oauth.web.binding_cookies import Cookie
from anilist_oauth.web.browser_response import NOTHING, PRIVATE, redirect, shown

COOKIE = Cookie(name="anilist-a", value="s3cret", max_age=60, secure=False)


def test_a_redirect_is_a_get() -> None:
    """A redirect has the status 303 and the cookies, and is not cached."""
    answer = redirect("/there", COOKIE)
    assert (answer.status, answer.body) == (303, b"")
    assert answer.headers == (*PRIVATE, ("Location", "/there"))
    assert answer.cookies == (COOKIE,)
    assert list(answer.lines.items()) == [*answer.headers, ("Set-Cookie", COOKIE.line)]


@pytest.mark.requirement("S19")
def test_its_repr_shows_no_secret() -> None:
    """The repr shows neither the state nor the binding, and a cookie cannot be pickled."""
    answer = redirect("/?state=s3cret", COOKIE)
    assert "s3cret" not in repr(answer)
    assert "s3cret" not in repr(COOKIE)
    with pytest.raises(TypeError, match="Cookie holds a secret"):
        pickle.dumps(COOKIE)


def test_a_page_keeps_its_headers() -> None:
    """The page's own content security policy is kept."""
    page = render(title="Hello", status=418)
    answer = shown(page)
    assert (answer.status, dict(answer.headers), answer.body) == (418, page.headers, page.body)
    other = shown(page, headers={"Referrer-Policy": "same-origin"})
    assert dict(other.headers) == {**page.headers, "Referrer-Policy": "same-origin"}


def test_nothing_is_no_content() -> None:
    """The empty response has the status 204 and is not cached."""
    assert (NOTHING.status, NOTHING.headers, NOTHING.body) == (204, PRIVATE, b"")
