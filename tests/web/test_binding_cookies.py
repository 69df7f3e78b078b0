"""Cookies bind logins to browsers."""

import hashlib
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import pytest
from yarl import URL

from anilist_oauth.login.login import Login
from anilist_oauth.oauth.state import new_state
from anilist_oauth.web.binding_cookies import BindingCookies, BoundLogin

NOW = datetime(2026, 10, 1, 12, 0, 0, 123456, tzinfo=UTC)
COOKIES = BindingCookies(secure=False)


def begun(state: str) -> Login:
    """Make a login of ten minutes."""
    return Login(url=URL("https://anilist.example"), state=state, expires_at=NOW + timedelta(minutes=10))


def bound() -> BoundLogin:
    """Make a binding of a browser."""
    return BoundLogin(binding=new_state())


@pytest.mark.requirement("S5")
def test_the_name_is_made_from_the_state() -> None:
    """It is the beginning of a digest, so the callback finds the cookie, but nobody can read the state in it."""
    state, binding = new_state(), new_state()
    (cookie,) = COOKIES.begun(begun(state), bound=BoundLogin(binding=binding), now=NOW, present={})
    assert cookie.name == "anilist-" + urlsafe_b64encode(hashlib.sha256(state.encode()).digest()).decode()[:16]
    assert cookie.value == f"{int(NOW.timestamp())}123456.{binding}"
    assert cookie.max_age == 600
    assert COOKIES.find(state, {cookie.name: cookie.value}) == BoundLogin(binding=binding)


@pytest.mark.requirement("S5")
def test_a_cookie_fits_its_own_state_only() -> None:
    """Another state or prefix does not find it, and an invalid binding is ignored."""
    state, binding = new_state(), new_state()
    (cookie,) = COOKIES.begun(begun(state), bound=BoundLogin(binding=binding), now=NOW, present={})
    present = {cookie.name: cookie.value}
    altered = state[:-1] + ("B" if state.endswith("A") else "A")
    for other in (new_state(), altered, state.swapcase()):
        assert COOKIES.find(other, present) is None
    assert COOKIES.find(None, present) is None
    assert BindingCookies(secure=True).find(state, present) is None
    for value in (binding, f".{binding}", f"x.{binding}", f"1.{binding}=", f"1.{binding[1:]}", f"1.{binding}\n", ""):
        assert COOKIES.find(state, {cookie.name: value}) is None


@pytest.mark.parametrize("secure", [False, True])
def test_it_is_small(*, secure: bool) -> None:
    """Five cookies leave room for others."""
    (cookie,) = BindingCookies(secure=secure).begun(begun(new_state()), bound=bound(), now=NOW, present={})
    assert len(cookie.line) + len("Set-Cookie: ") < 300


def test_the_oldest_cookies_are_deleted() -> None:
    """The newest four are kept beside the new one, and cookies of the site are not deleted."""
    ours = {f"anilist-{number:016}": f"{number * 7 % 10}.{new_state()}" for number in range(10)}
    others = {"anilist-0123456789abcdef": "dark", "anilist-short": f"1.{new_state()}", "session": f"1.{new_state()}"}
    *gone, _ = COOKIES.begun(begun(new_state()), bound=bound(), now=NOW, present=ours | others)
    assert [ours[cookie.name][0] for cookie in gone] == list("012345")
    assert {(cookie.value, cookie.max_age) for cookie in gone} == {("", 0)}
    assert len(COOKIES.begun(begun(new_state()), bound=bound(), now=NOW, present=others)) == 1


@pytest.mark.requirement("V8")
@pytest.mark.parametrize("time", ["x", "-1", "1.0", "\u0663", "", "9" * 5000])
def test_a_foreign_cookie_with_our_name_does_no_harm(time: str) -> None:
    """A login can begin beside it, and a callback finds no binding in it."""
    others = {f"anilist-{number:016}": f"{time}.{new_state()}" for number in range(9)}
    assert len(COOKIES.begun(begun(new_state()), bound=bound(), now=NOW, present=others)) == 1
    assert COOKIES.find("\ud800", others) is None


def test_the_oldest_cookie_of_one_second_is_deleted() -> None:
    """Logins of one second are ordered correctly, in whatever order the browser sends their cookies."""
    present: dict[str, str] = {}
    for number in reversed(range(5)):
        now = NOW + timedelta(microseconds=number)
        (cookie,) = COOKIES.begun(begun(new_state()), bound=bound(), now=now, present={})
        present[cookie.name] = cookie.value
    gone, _ = COOKIES.begun(begun(new_state()), bound=bound(), now=NOW, present=present)
    assert gone.name == list(present)[-1]


def test_https_and_http_cookies_are_counted_separately() -> None:
    """A site with two applications, one of them over https, keeps both kinds."""
    plain = {f"anilist-{number:016}": f"1.{new_state()}" for number in range(5)}
    secure = BindingCookies(secure=True)
    assert len(secure.begun(begun(new_state()), bound=bound(), now=NOW, present=plain)) == 1
    assert len(COOKIES.begun(begun(new_state()), bound=bound(), now=NOW, present=plain)) == 2
    hosts = {f"__Host-{name}": value for name, value in plain.items()}
    assert len(secure.begun(begun(new_state()), bound=bound(), now=NOW, present=hosts)) == 2
    assert len(COOKIES.begun(begun(new_state()), bound=bound(), now=NOW, present=hosts)) == 1


def test_a_used_cookie_is_kept_unchanged() -> None:
    """The browser gets it again for a minute, with the name and value that it has."""
    state = new_state()
    (cookie,) = COOKIES.begun(begun(state), bound=bound(), now=NOW, present={})
    found = COOKIES.find(state, {cookie.name: cookie.value})
    assert found
    assert [(kept.name, kept.value, kept.max_age) for kept in found.kept] == [(cookie.name, cookie.value, 60)]
    assert COOKIES.find(state, {}) is None
    assert COOKIES.find(None, {cookie.name: cookie.value, "": cookie.value}) is None


@pytest.mark.parametrize("linked", [False, True])
@pytest.mark.parametrize("return_to", [None, "/", "/report/7?tab=%C3%BC", "/" + "a" * 511])
def test_the_cookie_keeps_what_the_failure_page_needs(return_to: str | None, *, linked: bool) -> None:
    """The cookie keeps return_to, and whether an account is linked."""
    state = new_state()
    wanted = BoundLogin(binding=new_state(), linked=linked, return_to=return_to)
    (cookie,) = COOKIES.begun(begun(state), bound=wanted, now=NOW, present={})
    found = COOKIES.find(state, {cookie.name: cookie.value})
    assert found == wanted
    assert [kept.value for kept in found.kept] == [cookie.value]


def test_a_long_return_to_is_not_kept() -> None:
    """The cookie has room for at most 512 bytes of return_to."""
    state = new_state()
    wanted = BoundLogin(binding=new_state(), return_to="/" + "a" * 512)
    (cookie,) = COOKIES.begun(begun(state), bound=wanted, now=NOW, present={})
    assert COOKIES.find(state, {cookie.name: cookie.value}) == BoundLogin(binding=wanted.binding)


@pytest.mark.parametrize("wanted", ["A", "____", "_-_-_", "x" * 683])
def test_an_odd_return_to_in_a_cookie_does_no_harm(wanted: str) -> None:
    """It is read as text, and checked before it is used."""
    state = new_state()
    (cookie,) = COOKIES.begun(begun(state), bound=bound(), now=NOW, present={})
    found = COOKIES.find(state, {cookie.name: f"{cookie.value}.to-{wanted}"})
    assert found is None or isinstance(found.return_to, str)


@pytest.mark.requirement("S32")
def test_a_linked_login_is_bound_to_its_user() -> None:
    """The binding includes the signed-in user, so that of another user or of nobody differs."""
    linked = BoundLogin(binding="b", linked=True)
    assert len({linked.for_subject(subject) for subject in ("alice", "bob", "None", None)}) == 4
    assert BoundLogin(binding="b").for_subject("alice") == BoundLogin(binding="b").for_subject(None) == "b"


@pytest.mark.requirement("S31")
def test_over_https_no_other_host_can_plant_a_cookie_of_ours() -> None:
    """Each cookie has the prefix __Host- and the attributes that browsers then require."""
    cookies = BindingCookies(secure=True)
    state = new_state()
    (binding,) = cookies.begun(begun(state), bound=bound(), now=NOW, present={})
    found = cookies.find(state, {binding.name: binding.value})
    assert found
    for cookie in (binding, *found.kept, cookies.returning("user:7", {})):
        assert cookie.name.startswith("__Host-anilist")
        assert {"Path=/", "Secure", "HttpOnly"} < set(cookie.line.split("; "))
        assert "domain" not in cookie.line.lower()


@pytest.mark.requirement("S34")
def test_a_browser_that_has_just_logged_in_is_known() -> None:
    """It is a loop if the page finds nobody, another user or a refused token, but not after one logout."""
    cookie = COOKIES.returning("user:7", {})
    assert cookie.max_age == 20
    present = {cookie.name: cookie.value}
    assert COOKIES.returning("user:8", present).value == COOKIES.returning("user:8", {}).value
    assert [COOKIES.goes_round(present, missing=missing) for missing in ("", "user:8", None)] == [True] * 3
    assert not COOKIES.goes_round(present, missing="user:7")
    assert not COOKIES.goes_round({}, missing="")
    assert not BindingCookies(secure=True).goes_round(present, missing="")
    for _ in range(3):
        present = {cookie.name: COOKIES.returning("user:7", present).value}
        assert COOKIES.goes_round(present, missing="user:7")
