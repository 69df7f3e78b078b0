"""A session for the sandbox: the one place where it knows the client, and only to hand one over.

Nothing that answers a request may import this, so that the sandbox cannot share the client's mistakes; import-linter
has this one exception.
"""

from collections.abc import Callable
from datetime import datetime

from anilist_oauth.oauth.application import Application
from anilist_oauth.oauth.endpoints import Endpoints
from anilist_oauth.session import OAuthSession

__all__ = ["OAuthSession", "new_session"]


def new_session(application: Application, endpoints: Endpoints, clock: Callable[[], datetime]) -> OAuthSession:
    """Make an unopened session of an application, with the sandbox's endpoints and time."""
    return OAuthSession(application, endpoints=endpoints, clock=clock)
