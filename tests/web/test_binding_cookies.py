"""The cookies that bind logins to browsers."""

import hashlib
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import pytest
from yarl import URL

from anilist_oauth.login.login import Login
from anilist_oauth.oauth.state import new_state
from anilist_oauth.web.binding_cookies import BindingCookies

NOW = datetime(2026, 10, 1, 12, 0, 0, 123456, tzinfo=UTC)
COOKIES = BindingCookies(secure=False)


def begun(state: str) -> Login:
    """Make a login of ten minutes."""
    return Login(url=URL("https://anilist.example"), state=state, expires_at=NOW + timedelta(minutes=10))


@pytest.mark.requirement("S5")
def test_the_name_is_made_from_the_state() -> None:
    """It is the beginning of the digest, so that the callback finds it and nobody reads the state off it."""
    state, binding = new_state(), new_state()
    (cookie,) = COOKIES.begun(begun(state), binding=binding, now=NOW, present={})
    assert cookie.name == "anilist-" + urlsafe_b64encode(hashlib.sha256(state.encode()).digest()).decode()[:16]
    assert cookie.value == f"{int(NOW.timestamp())}123456.{binding}"
    assert cookie.max_age == 600
    assert COOKIES.binding(state, {cookie.name: cookie.value}) == binding


@pytest.mark.requirement("S5")
def test_a_cookie_fits_its_own_state_only() -> None:
    """Neither another state nor another prefix finds it, and what is no binding is none."""
    state, binding = new_state(), new_state()
    (cookie,) = COOKIES.begun(begun(state), binding=binding, now=NOW, present={})
    present = {cookie.name: cookie.value}
    altered = state[:-1] + ("B" if state.endswith("A") else "A")
    for other in (new_state(), altered, state.swapcase()):
        assert COOKIES.binding(other, present) is None
    assert COOKIES.binding(None, present) is None
    assert BindingCookies(secure=True).binding(state, present) is None
    for value in (binding, f".{binding}", f"x.{binding}", f"1.{binding}=", f"1.{binding[1:]}", f"1.{binding}\n", ""):
        assert COOKIES.binding(state, {cookie.name: value}) is None


@pytest.mark.parametrize("secure", [False, True])
def test_it_is_small(*, secure: bool) -> None:
    """Five of them leave room for others."""
    (cookie,) = BindingCookies(secure=secure).begun(begun(new_state()), binding=new_state(), now=NOW, present={})
    name, line = cookie.header
    assert len(name) + len(line) + 2 < 300


def test_the_oldest_go() -> None:
    """Of any number, the newest four stay beside the new one; what is not surely ours is left alone."""
    ours = {f"anilist-{number:016}": f"{number * 7 % 10}.{new_state()}" for number in range(10)}
    others = {"anilist-0123456789abcdef": "dark", "anilist-short": f"1.{new_state()}", "session": f"1.{new_state()}"}
    *gone, _ = COOKIES.begun(begun(new_state()), binding=new_state(), now=NOW, present=ours | others)
    assert [ours[cookie.name][0] for cookie in gone] == list("012345")
    assert {(cookie.value, cookie.max_age) for cookie in gone} == {("", 0)}
    assert len(COOKIES.begun(begun(new_state()), binding=new_state(), now=NOW, present=others)) == 1


@pytest.mark.requirement("V8")
@pytest.mark.parametrize("time", ["x", "-1", "1.0", "\u0663", "", "9" * 5000])
def test_a_cookie_of_another_make_does_no_harm(time: str) -> None:
    """Whatever stands in one of our names, a login begins beside it and a callback finds nothing in it."""
    others = {f"anilist-{number:016}": f"{time}.{new_state()}" for number in range(9)}
    assert len(COOKIES.begun(begun(new_state()), binding=new_state(), now=NOW, present=others)) == 1
    assert COOKIES.binding("\ud800", others) is None
    assert COOKIES.used("\ud800", others) == []


def test_the_oldest_of_one_second_goes() -> None:
    """Tabs that a browser opens all at once are told apart, whatever order it sends their cookies in."""
    present: dict[str, str] = {}
    for number in reversed(range(5)):
        now = NOW + timedelta(microseconds=number)
        (cookie,) = COOKIES.begun(begun(new_state()), binding=new_state(), now=now, present={})
        present[cookie.name] = cookie.value
    gone, _ = COOKIES.begun(begun(new_state()), binding=new_state(), now=NOW, present=present)
    assert gone.name == list(present)[-1]


def test_each_kind_counts_its_own() -> None:
    """A site with two applications, one over https, keeps both sorts."""
    plain = {f"anilist-{number:016}": f"1.{new_state()}" for number in range(5)}
    secure = BindingCookies(secure=True)
    assert len(secure.begun(begun(new_state()), binding=new_state(), now=NOW, present=plain)) == 1
    assert len(COOKIES.begun(begun(new_state()), binding=new_state(), now=NOW, present=plain)) == 2
    hosts = {f"__Host-{name}": value for name, value in plain.items()}
    assert len(secure.begun(begun(new_state()), binding=new_state(), now=NOW, present=hosts)) == 2
    assert len(COOKIES.begun(begun(new_state()), binding=new_state(), now=NOW, present=hosts)) == 1


def test_a_used_one_is_kept_as_it_is() -> None:
    """Only where the browser has it: nothing is made up."""
    state = new_state()
    (cookie,) = COOKIES.begun(begun(state), binding=new_state(), now=NOW, present={})
    (kept,) = COOKIES.used(state, {cookie.name: cookie.value})
    assert (kept.name, kept.value, kept.max_age) == (cookie.name, cookie.value, 60)
    assert COOKIES.used(state, {}) == []
    assert COOKIES.used(None, {cookie.name: cookie.value}) == []
