"""A session for the sandbox. Only this module of the sandbox knows the client.

No module that answers requests may import this one, so that the sandbox cannot share the client's mistakes.
import-linter allows this one exception.
"""

from collections.abc import Callable
from datetime import datetime

from anilist_oauth.oauth.application import Application
from anilist_oauth.oauth.endpoints import Endpoints
from anilist_oauth.session import OAuthSession

__all__ = ["OAuthSession", "new_session"]


def new_session(application: Application, endpoints: Endpoints, clock: Callable[[], datetime]) -> OAuthSession:
    """Return an unopened session of an application, with the sandbox's endpoints and clock."""
    return OAuthSession(application, endpoints=endpoints, clock=clock)
