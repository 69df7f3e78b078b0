"""The small site that the author of an adapter writes in their framework, for the suite to visit.

Its pages, each below `Site.prefix`:

- ``GET /`` answers in plain text ``who: NAME at PATH``, with the value of the cookie `WHO` (or None), and the path and
  query as the browser asked for them.
- ``/mine``, by GET and POST, answers ``user ID``: the user id of the token that `token_for_request` returns for the
  subject in the cookie `WHO`.
- Each path of `TROUBLES`, by GET and POST, raises the error listed there.
- Both again below ``/deeper``, in an application that the framework mounts or nests.

Its `on_login` sets the cookie `WHO` to the login's subject and redirects to `Site.welcome`.
"""

import socket
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

import attrs

from anilist_oauth.errors import AniListOAuthError, InvalidTokenError, ServiceUnavailableError
from anilist_oauth.html_page import Pages
from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.login.login import CompletedLogin

WHO = "who"  # the cookie in which this site keeps who is signed in; a real site would use an encrypted session


@attrs.define(kw_only=True)
class Site:
    """What the site does in any framework, and what it has seen.

    Attributes:
        prefix: Where the application is mounted in another one.
        with_init_app: Whether `init_app` adds the routes. Otherwise the application adds those of `login_routes`.
        subject: Returns who is signed in, from the cookies.
        sign_in: The adapter's option `sign_in`.
        pages: The adapter's option `pages`.
        on_error: Returns where an error redirects to.
        trouble: An error that `welcome` raises.
        mistakes: Wrong options, which replace the right ones.
    """

    prefix: str = ""
    with_init_app: bool = True
    login_path: str = "/login/anilist"
    callback_path: str | None = None
    subject: Callable[[Mapping[str, str]], Awaitable[str | None] | str | None] | None = None
    sign_in: bool = False
    pages: Pages | None = None
    on_error: Callable[[AniListOAuthError], Awaitable[str | None] | str | None] | None = None
    trouble: Exception | None = None
    mistakes: Mapping[str, Any] = attrs.Factory(dict)
    logins: list[CompletedLogin] = attrs.Factory(list)
    callbacks: list[str] = attrs.Factory(list)

    def welcome(self, completed: CompletedLogin) -> str:
        """Return where a finished login leads."""
        self.logins.append(completed)
        if self.trouble is not None:
            raise self.trouble
        return completed.login.return_to or f"{self.prefix}/"

    @property
    def options(self) -> dict[str, Any]:
        """The options that have the same meaning for every adapter."""
        return {
            "login_path": self.login_path,
            "callback_path": self.callback_path,
            "sign_in": self.sign_in,
            "pages": self.pages,
            **self.mistakes,
        }


TROUBLES: dict[str, AniListOAuthError] = {
    "/refused": InvalidTokenError("Invalid token", errors=[{"message": "Invalid token", "status": 400}], status=400),
    "/down": ServiceUnavailableError("AniList is down", retry_after=30),
}
"""Pages of the site whose handlers raise an error."""


class AdapterSite(Protocol):
    """The site in your framework, which the fixture ``adapter_site`` returns."""

    def application(self, flow: LoginFlow, site: Site, *things: Any) -> Any:
        """Return the site as an application with your adapter. `lifespan` opens and closes `things` with it.

        `Site.options` go to the adapter as they are. `Site.subject` is called with the cookies. `Site.on_error` is
        called with the error, and returns where to redirect to, or None. Record the address of every request in
        `Site.callbacks`.
        """

    def init_app(self, application: Any, flow: LoginFlow) -> None:
        """Call your adapter's `init_app`, or wrap the application. It may be an object of another framework."""

    def served(self, application: Any, listener: socket.socket) -> AbstractAsyncContextManager[None]:
        """Serve the application with a real server on a listening socket."""
