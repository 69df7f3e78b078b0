"""One small site, which whoever writes an adapter writes in their framework, so that the suite can visit it.

Its pages, each below `Site.prefix`:

- ``GET /`` says in plain text ``who: NAME at PATH``, with the value of the cookie `WHO` (or None), and the path and
  query as the browser asked for them.
- ``/mine``, by GET and POST, says ``user ID``, with the user id of the token of whoever the cookie `WHO` names, by
  `token_for_request`.
- Each path of `TROUBLES`, by GET and POST, raises the error that stands there.
- The last two again below ``/deeper``, in whatever a framework mounts or nests.

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

WHO = "who"  # the cookie in which this site keeps who is signed in; a real one takes an encrypted session


@attrs.define(kw_only=True)
class Site:
    """What the site does, whatever it is written in, and what it has seen.

    Attributes:
        prefix: Where the application is mounted in another one.
        with_init_app: Whether `init_app` adds the routes, or the application itself.
        subject: Who is signed in, by the cookies.
        sign_in: Whether nobody may sign in all the same.
        pages: Whose pages they are.
        on_error: Where an error leads to.
        trouble: What befalls the site as it welcomes somebody.
        mistakes: Options that are wrong, whatever the others say.
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
        """Say where a finished login leads."""
        self.logins.append(completed)
        if self.trouble is not None:
            raise self.trouble
        return completed.login.return_to or f"{self.prefix}/"

    @property
    def options(self) -> dict[str, Any]:
        """The options that mean the same to every adapter."""
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
"""Pages of the site whose handlers raise something."""


class AdapterSite(Protocol):
    """The site in a framework: what you provide to the suite by the fixture ``adapter_site``."""

    def application(self, flow: LoginFlow, site: Site, *things: Any) -> Any:
        """Write the site in the framework, with its adapter; `things` are opened and closed with it by `lifespan`.

        `Site.options` go to the adapter as they are. `Site.subject` is called with the cookies. `Site.on_error` is
        called with the error, and gives where to redirect to, or None. Note every address that is asked for in
        `Site.callbacks`.
        """

    def init_app(self, application: Any, flow: LoginFlow) -> None:
        """Add a login to what may be no application of the framework: call the adapter's `init_app`, or wrap it."""

    def served(self, application: Any, listener: socket.socket) -> AbstractAsyncContextManager[None]:
        """Serve it by a real server on a listening socket."""
