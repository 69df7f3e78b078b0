"""The small site that the author of an adapter writes in their framework. The tests visit it.

It has these pages, each below `Site.prefix`:

- ``/``, for GET, responds with the plain text ``who: NAME at PATH``. NAME is the value of the cookie `WHO` (or None),
  and PATH is the path and query that the browser requested.
- ``/mine``, for GET and POST, responds with ``user ID``. ID is the user id of the token that `token_for_request`
  returns for the subject in the cookie `WHO`.
- Each path in `TROUBLES`, for GET and POST, raises the error listed there.
- ``/mine`` and those paths again below ``/deeper``, in an application that the framework mounts or nests.

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

WHO = "who"  # the cookie in which this site stores who is signed in; a real site would use an encrypted session


@attrs.define(kw_only=True)
class Site:
    """How the site must behave in any framework, and the requests that it has received.

    Attributes:
        prefix: The path at which the application is mounted in another one.
        with_init_app: Whether `init_app` adds the routes. Otherwise the application adds those of `login_routes`.
        login_path: The adapter's option `login_path`.
        callback_path: The adapter's option `callback_path`.
        subject: Returns who is signed in, from the cookies.
        sign_in: The adapter's option `sign_in`.
        pages: The adapter's option `pages`.
        on_error: Returns the address to which an error redirects, or None.
        trouble: An error that `welcome` raises.
        mistakes: Wrong options, which replace the correct ones.
        logins: The logins that were finished.
        callbacks: The addresses that were requested.
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
        """Record a finished login, and return the address to which it redirects."""
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
"""The paths of pages whose handlers raise an error, with that error."""


class AdapterSite(Protocol):
    """The site in your framework, which the fixture ``adapter_site`` returns."""

    def application(self, flow: LoginFlow, site: Site, *things: Any) -> Any:
        """Return the site as an application with your adapter. Open and close `things` with your `lifespan`.

        Pass `Site.options` to the adapter unchanged. Call `Site.subject` with the cookies. Call `Site.on_error` with
        the error; it returns the address to redirect to, or None. Record the address of every request in
        `Site.callbacks`.
        """

    def init_app(self, application: Any, flow: LoginFlow) -> None:
        """Call your adapter's `init_app`, or wrap the application. A test also passes objects that are none."""

    def served(self, application: Any, listener: socket.socket) -> AbstractAsyncContextManager[None]:
        """Serve the application with a real server on a listening socket."""
