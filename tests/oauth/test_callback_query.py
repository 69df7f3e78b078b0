"""The parameters of a callback are read from every form in which it arrives."""

from collections.abc import Mapping
from typing import Any, cast

import pytest
import starlette.datastructures
from hypothesis import example, given
from hypothesis import strategies as st
from multidict import CIMultiDict, MultiDict, MultiDictProxy
from yarl import URL

from anilist_oauth.errors import InvalidCallbackError
from anilist_oauth.oauth.callback import callback_state, parse_callback
from anilist_oauth.oauth.callback_query import SIZE_LIMIT, Callback, CallbackQuery


def parameters(callback: Callback, *, fragment: bool = False) -> Mapping[str, str]:
    """Read a callback's parameters."""
    return CallbackQuery.of(callback, fragment=fragment).parameters


class Listed(dict[str, list[str]]):
    """A multidict with the methods of Django's and Werkzeug's."""

    def get(self, name: str, default: Any = None) -> Any:
        """Give the last value, as Django does."""
        return self.getlist(name)[-1] if self.getlist(name) else default

    def getlist(self, name: str) -> list[str]:
        """Give every value."""
        return super().get(name) or []

    def __str__(self) -> str:
        """Return text that looks like a URL."""
        return "https://bot.example/cb"


class Collected:
    """A multidict with the methods of WebOb's. It is not a Mapping, and `getall` takes only the name."""

    def __init__(self, *pairs: tuple[str, str]) -> None:
        self.pairs = pairs

    def __contains__(self, name: str) -> bool:
        """Tell whether there is a value."""
        return any(name == key for key, _ in self.pairs)

    def getall(self, name: str) -> list[str]:
        """Give every value."""
        return [value for key, value in self.pairs if name == key]


class Fields:
    """A multidict that is not a Mapping, and has `getlist`."""

    def getlist(self, name: str) -> list[str]:
        """Give every value."""
        return {"code": ["a b"], "state": ["s1"]}.get(name, [])


SAME: list[Any] = [
    "https://bot.example/cb?code=a+b&state=s%31",
    "  https://bot.example/cb?code=a+b&state=s%31\n",
    "https://bot.example/cb?x=1&code=a+b&state=s%31&iss=#top",
    "https://bot.example/a=b?code=a+b&state=s%31&error=",
    "/cb?code=a+b&state=s1",
    "/a=b?code=a+b&state=s1",
    "cb?code=a+b&state=s1",
    "?code=a+b&state=s1",
    "code=a+b&state=s1",
    "code=a+b&state=s1&y=z?y",
    "com.example.app:/cb?code=a+b&state=s1",
    URL("https://bot.example/cb?code=a+b&state=s1"),
    URL("/cb?code=a+b&state=s1"),
    URL("com.example.app:/cb?code=a+b&state=s1"),
    {"code": "a b", "state": "s1", "error": None, "iss": "", "x": object()},
    {"code": ["a b"], "state": ("s1",), "error": [], "iss": [""], "message": [None]},
    MultiDict({"code": "a b", "state": "s1"}),
    MultiDictProxy(MultiDict({"code": "a b", "state": "s1"})),
    CIMultiDict({"code": "a b", "state": "s1"}),
    Listed({"code": ["a b"], "state": ["s1"], "error": []}),
    Collected(("code", "a b"), ("state", "s1")),
    Fields(),
]


@pytest.mark.parametrize("callback", SAME, ids=lambda callback: ascii(callback).partition(" object at ")[0][:60])
def test_every_form_gives_the_same(callback: Callback) -> None:
    """URLs, queries, mappings and multidicts give the same; empty and unknown parameters are ignored."""
    assert parameters(callback) == {"code": "a b", "state": "s1"}


@pytest.mark.requirement("S10")
@pytest.mark.requirement("S22")
@pytest.mark.parametrize("name", ["code", "state", "error", "iss", "access_token"])
def test_a_repeated_parameter_is_refused(name: str) -> None:
    """A repeated parameter is refused in every form, even if its values are equal or empty."""
    pairs = [(name, "1"), ("x", "1"), (name, "2")]
    callbacks: list[Any] = [
        f"https://h/?{name}=1&x=1&{name}=2",
        f"{name}=1&{name}=1",
        f"{name}=1&{name}=",
        f"{name}=&{name}=1",
        f"{name}=1&%{ord(name[0]):02x}{name[1:]}=2",
        URL(f"https://h/?{name}=1&{name}=2"),
        {name: ["1", "2"]},
        {name: ("1", "")},
        MultiDict(pairs),
        Listed({name: ["1", "2"]}),
        Collected(*pairs),
    ]
    for callback in callbacks:
        with pytest.raises(InvalidCallbackError, match=f"'{name}' more than once"):
            parameters(callback)


@pytest.mark.parametrize(
    ("callback", "found"),
    [
        ("https://h/cb?code=1#state=2", {"code": "1"}),
        ("https://h/cb?code=1#access_token=t&state=2", {"code": "1", "access_token": "t", "state": "2"}),
        ("https://h/cb?code=1#access%5Ftoken=t", {"code": "1", "access_token": "t"}),
        ("https://h/cb#/route?access_token=t", {"access_token": "t"}),
    ],
)
@pytest.mark.requirement("S29")
def test_a_fragment_counts_where_it_holds_a_token(callback: str, found: Mapping[str, str]) -> None:
    """The code grant ignores the fragment, unless it contains an implicit token."""
    assert parameters(callback) == found


def test_a_fragment_is_read_where_asked() -> None:
    """The fragment is read for the implicit grant, even in the form of oauth2-server 9."""
    assert parameters("https://h/cb?hint=h#state=s1?error=e", fragment=True) == {
        "hint": "h",
        "state": "s1",
        "error": "e",
    }


@pytest.mark.requirement("V8")
@pytest.mark.parametrize(
    "callback", [None, 5, b"code=1", ["code"], ("code", "1"), object()], ids=lambda c: type(c).__name__
)
def test_another_type_is_refused(callback: Callback) -> None:
    """Anything but text or a mapping raises our error, which only names the type."""
    with pytest.raises(InvalidCallbackError, match=f"not {type(callback).__name__}"):
        parameters(callback)


def test_another_library_s_url_is_named_in_full() -> None:
    """The error names the module of a class, because several libraries have a class named URL."""
    with pytest.raises(InvalidCallbackError, match=r"str or yarl\.URL\).*not starlette\.datastructures\.URL"):
        parameters(cast("Any", starlette.datastructures.URL("https://bot.example/cb?code=a")))


@pytest.mark.requirement("S19")
@pytest.mark.parametrize(
    "value", [5, b"hidden", ["hidden", 5], {"hidden": 1}, object()], ids=lambda value: type(value).__name__
)
def test_a_value_that_is_not_a_string_is_refused(value: object) -> None:
    """The error does not show the value."""
    with pytest.raises(InvalidCallbackError, match="'code' is not a string") as caught:
        parameters({"code": value})
    assert "hidden" not in repr(caught.value)


@pytest.mark.requirement("V8")
def test_a_huge_callback_is_refused() -> None:
    """A callback of more than 64 KiB is refused without parsing it."""
    assert parameters("code=" + "a" * (SIZE_LIMIT - 5))
    with pytest.raises(InvalidCallbackError, match="longer than 64 KiB"):
        parameters("code=" + "a" * (SIZE_LIMIT - 4))
    with pytest.raises(InvalidCallbackError, match="longer than 64 KiB"):
        parameters(" " * SIZE_LIMIT + "code=a")


@pytest.mark.requirement("V8")
@given(
    callback=st.one_of(st.text(), st.text("code=state&?#%/:é\ud800").map("https://h/".__add__)), fragment=st.booleans()
)
@example(callback="https://h/?code=%ff&state=%ed%a0%80", fragment=False)
def test_any_text_is_read_or_raises_our_error(callback: str, *, fragment: bool) -> None:
    """Any text results in strings or in `InvalidCallbackError`."""
    try:
        found = parameters(callback, fragment=fragment)
    except InvalidCallbackError:
        found = {}
    assert all(isinstance(value, str) and value for value in found.values())


@pytest.mark.parametrize(
    ("callback", "url"),
    [
        (" https://h/cb ", "https://h/cb"),
        ("com.example.app:/cb", "com.example.app:/cb"),
        (URL("https://h/cb"), "https://h/cb"),
        (URL("/cb"), None),
        ("/cb?x=https://h", None),
        ("code=https://h", None),
        ({"code": "1"}, None),
        (Listed(), None),
    ],
)
def test_an_absolute_url_is_known(callback: Callback, url: str | None) -> None:
    """Only an absolute URL is kept as the place where the callback arrived."""
    assert CallbackQuery.of(callback).url == url


def test_a_callback_is_read_once() -> None:
    """A `CallbackQuery` is accepted wherever a callback is, and its repr shows nothing."""
    query = CallbackQuery.of({"code": "canary", "state": "canary"})
    assert CallbackQuery.of(query) is query
    assert (callback_state(query), parse_callback(query, expected_state="canary")) == ("canary", "canary")
    assert "canary" not in repr(query)
