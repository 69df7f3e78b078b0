"""The Cookie header is parsed exactly, however odd it is."""

import pytest
from hypothesis import given
from hypothesis.strategies import binary, lists, tuples

from anilist_oauth.web.conformance.odd_cookies import NAME, ODD_HEADERS, VALUE
from anilist_oauth.web.cookie_header import read_cookies
from tests.steps import steps_of

PLAIN = f"{NAME}={VALUE}".encode()


@pytest.mark.requirement("S31")
@pytest.mark.requirement("V29")
@pytest.mark.parametrize("header", ODD_HEADERS, ids=repr)
def test_no_odd_header_makes_the_cookie_appear(header: bytes) -> None:
    """Odd bytes before, after or around the name make it another name."""
    assert NAME not in read_cookies([(b"cookie", header)])


@pytest.mark.requirement("S31")
@pytest.mark.parametrize("header", [PLAIN, b"a=b; " + PLAIN, PLAIN + b"; a=b", b"a=b;" + PLAIN, b"a; " + PLAIN])
def test_a_browser_s_header_is_read(header: bytes) -> None:
    """The cookie is found at any place among others, with or without the space."""
    assert read_cookies([(b"host", b"x"), (b"Cookie", header)])[NAME] == VALUE


def test_values_are_not_changed() -> None:
    """Quotes, equals signs and bytes beyond ASCII stay in the value."""
    assert read_cookies([(b"cookie", b'a="b c"; d==e=; f=\xe9; g=')]) == {"a": '"b c"', "d": "=e=", "f": "é", "g": ""}


@pytest.mark.requirement("S31")
def test_a_name_that_occurs_twice_is_ignored() -> None:
    """Which of the two was planted cannot be known, in one header or in two."""
    assert read_cookies([(b"cookie", b"a=1; b=2; a=3")]) == {"b": "2"}
    assert read_cookies([(b"cookie", b"a=1; b=2"), (b"cookie", b"a=1")]) == {"b": "2"}
    assert read_cookies([(b"cookie", b"a=1"), (b"COOKIE", b"b=2")]) == {"a": "1", "b": "2"}


@given(lists(tuples(binary(), binary())))
def test_no_header_raises(headers: list[tuple[bytes, bytes]]) -> None:
    """Any bytes are read without an error."""
    assert read_cookies([(b"cookie", value) for _, value in headers] + headers) is not None


@pytest.mark.requirement("S35")
@pytest.mark.parametrize("pair", [b"a%d=b;", b";", b"a=b; ", b" ; =", b"a"])
def test_it_is_read_in_one_pass(pair: bytes) -> None:
    """A header that is twice as long takes twice as many steps."""

    def steps(number: int) -> int:
        header = b"".join(pair % one if b"%d" in pair else pair for one in range(number))
        return steps_of(lambda: read_cookies([(b"cookie", header)]))

    assert steps(4000) <= 2.2 * steps(2000)
