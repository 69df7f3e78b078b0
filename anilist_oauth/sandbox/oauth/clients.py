"""The registered applications of the sandbox and their redirect URIs."""

import re
import secrets
import socket
from collections.abc import Iterable
from contextlib import suppress

from anilist_oauth.oauth.application import Application
from anilist_oauth.sandbox.oauth.server_versions import Generation

_PORTS, _GIVEN = range(20_000, 32_000), set[int]()  # below the range for outgoing connections
_LOOPBACK = re.compile(r"(?i:http)://(127\.0\.0\.1|\[::1\])(?::[0-9]*)?(/.*|\?.*|)")


def default_application(redirect_uri: str | None = None) -> Application:
    """Return an application. By default its redirect URI has a port that is free at the moment."""
    redirect_uri = redirect_uri or f"http://127.0.0.1:{_free_port()}/callback"
    return Application(client_id="12345", client_secret=secrets.token_hex(20), redirect_uri=redirect_uri)


def _free_port() -> int:
    """Return a port that nobody uses, and that no other sandbox of this process was given."""
    while True:
        port = secrets.choice(_PORTS)
        with socket.socket() as tried, suppress(OSError):
            tried.bind(("127.0.0.1", port))
            if port not in _GIVEN:
                _GIVEN.add(port)
                return port


def registered(applications: Iterable[Application]) -> dict[str, Application]:
    """Return applications by their client id.

    Raises:
        ValueError: There is none.
    """
    found = {application.client_id: application for application in applications}
    if not found:
        raise ValueError("applications: the sandbox needs at least one; leave it out for a made-up one")
    return found


def owns(application: Application, redirect_uri: str, generation: Generation) -> bool:
    """Return whether a redirect URI is the application's, byte for byte except for a free port on loopback."""
    if redirect_uri == application.redirect_uri or not generation.free_loopback_port:
        return redirect_uri == application.redirect_uri
    own, given = (_LOOPBACK.fullmatch(uri) for uri in (application.redirect_uri, redirect_uri))
    return own is not None and given is not None and own.groups() == given.groups()
