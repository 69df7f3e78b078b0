"""The addresses on which a receiver listens."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anilist_oauth.errors import ConfigurationError
from anilist_oauth.receiver.address import bound_address, callback_path, loopback_addresses, requested_path


def test_without_a_port_it_is_80() -> None:
    """This is the default port of http."""
    assert loopback_addresses("http://127.0.0.1/callback") == [("127.0.0.1", 80)]


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("http://127.0.0.1:8080", "/"),
        ("http://127.0.0.1:8080/cb?x=1", "/cb"),
        ("http://127.0.0.1:8080/a%20b/%C3%A9/", "/a%20b/%C3%A9/"),
    ],
)
def test_the_path_is_in_its_normal_form(uri: str, path: str) -> None:
    """It is the path that a browser requests."""
    assert callback_path(uri) == path


@pytest.mark.parametrize("path", ["/%7Ex", "/a%2fb", "/caf%c3%a9", "/a|b", "/%41", "//cb", "/a/../cb"])
def test_a_path_is_found_as_it_was_registered(path: str) -> None:
    """Browsers keep percent-encoding that is unnecessary or in lower case."""
    assert requested_path(path) == callback_path(f"http://127.0.0.1:8080{path}")


@pytest.mark.parametrize("path", ["*", "", "/a/b", "/A%2Fb", "/%252F"])
def test_another_path_stays_another(path: str) -> None:
    """An encoded slash is not a slash, and letter case matters."""
    assert requested_path(path) != callback_path("http://127.0.0.1:8080/a%2Fb")


@given(st.text())
def test_any_path_can_be_read(path: str) -> None:
    """No path raises."""
    assert isinstance(requested_path(f"/{path}"), str)


@pytest.mark.parametrize(
    "bind", ["0.0.0.0:8080", ("0.0.0.0",), (8080, "0.0.0.0"), ("0.0.0.0", "8080"), ("0.0.0.0", 65536), ("h", True), 1]
)
def test_bind_is_a_host_and_a_port(bind: Any) -> None:
    """Anything else is refused at once."""
    with pytest.raises(ConfigurationError, match="bind: a host and a port"):
        bound_address(bind, "https://bot.example/callback")


def test_bind_may_be_a_list() -> None:
    """A configuration file has lists."""
    bind: Any = ["0.0.0.0", 8080]
    assert bound_address(bind, "https://bot.example/callback") == ("0.0.0.0", 8080)
