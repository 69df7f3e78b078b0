"""Who is signed in, by browser."""

import pytest

from anilist_oauth.sandbox.messages import Answer, ReceivedRequest
from anilist_oauth.sandbox.people import User
from anilist_oauth.sandbox.website.sessions import COOKIE, Session, Sessions

MIKA = User(id=1, name="mika")


def _request(cookie: str, **fields: object) -> ReceivedRequest:
    return ReceivedRequest(method="POST", path="/", query="", headers={"Cookie": cookie}, fields=fields)


def test_a_browser_is_known_by_its_cookie_until_it_signs_out() -> None:
    """Whatever other cookies stand around it; a script never sees it."""
    sessions = Sessions()
    cookie = sessions.sign_in(MIKA, Answer()).headers["Set-Cookie"]
    assert cookie.endswith("; Path=/; HttpOnly; SameSite=Lax")
    request = _request(f'odd="; =x; {cookie.partition(";")[0]}; z={{}}')
    session = sessions.of(request)
    assert session is not None
    assert session.user == MIKA
    sessions.sign_out(request)
    assert sessions.of(request) is None
    sessions.sign_out(request)


@pytest.mark.parametrize("given", [None, "", "x", "é", ["x"]])
def test_a_form_is_taken_with_its_token_alone(given: object) -> None:
    """Another site knows no token."""
    sessions = Sessions()
    cookie = sessions.sign_in(MIKA, Answer()).headers["Set-Cookie"].partition(";")[0]
    session = sessions.of(_request(cookie))
    assert session is not None
    assert sessions.submitted(_request(cookie, _token=session.form_token)) is session
    assert sessions.submitted(_request(cookie, _token=given)) is None
    assert sessions.submitted(_request(f"{COOKIE}=forged", _token=session.form_token)) is None


def test_a_session_hides_its_token() -> None:
    """Its repr names the user alone."""
    assert repr(Session(user=MIKA)) == f"Session(user={MIKA!r})"
