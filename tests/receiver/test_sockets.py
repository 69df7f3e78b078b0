"""The port is opened."""

import errno
import socket
from typing import Any

import pytest

from anilist_oauth.errors import ReceiverError
from anilist_oauth.receiver.sockets import open_sockets
from tests.services import free_port


@pytest.mark.parametrize("number", [errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL])
def test_a_machine_without_ipv6_does_with_ipv4(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Without ::1, no other program can use it either."""
    _refuse(monkeypatch, "::1", number)
    port = free_port()
    (opened,) = open_sockets([("127.0.0.1", port), ("::1", port)])
    assert opened.getsockname() == ("127.0.0.1", port)
    opened.close()
    with pytest.raises(ReceiverError):
        open_sockets([("::1", port)])


def test_a_port_that_is_not_allowed_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what to do."""
    _refuse(monkeypatch, "127.0.0.1", errno.EACCES)
    with pytest.raises(ReceiverError, match=r"127\.0\.0\.1:80 cannot be opened: this user may not open it"):
        open_sockets([("127.0.0.1", 80)])


def test_another_failure_has_the_system_s_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """An IPv6 address is in brackets."""
    _refuse(monkeypatch, "::1", errno.ENOBUFS)
    with pytest.raises(ReceiverError, match=r"\[::1\]:80 cannot be opened: No buffer space"):
        open_sockets([("::1", 80)])
    _refuse(monkeypatch, "127.0.0.1", None)
    with pytest.raises(ReceiverError, match="cannot be opened: odd"):
        open_sockets([("127.0.0.1", 80)])


def test_an_ipv6_socket_only_takes_ipv6() -> None:
    """So all addresses of both kinds can be opened."""
    (opened,) = open_sockets([("::", free_port())])  # Linux sets the option itself for a single address
    assert opened.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY) == 1
    opened.close()


def test_all_are_opened_or_none() -> None:
    """If the second address is taken, the first is closed again."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = free_port()
        with pytest.raises(ReceiverError):
            open_sockets([("127.0.0.1", port), ("127.0.0.1", taken.getsockname()[1])])
        socket.create_server(("127.0.0.1", port)).close()


def _refuse(monkeypatch: pytest.MonkeyPatch, host: str, number: int | None) -> None:
    """Let the system refuse an address."""
    bind = socket.socket.bind

    def refusing(self: socket.socket, address: Any) -> None:
        if address[0] == host:
            raise OSError("odd") if number is None else OSError(number, "refused")
        bind(self, address)

    monkeypatch.setattr(socket.socket, "bind", refusing)
