"""The client's session. Only this module of the sandbox knows the client.

No module that answers requests may import this one, so that the sandbox cannot share the client's mistakes.
import-linter allows this one exception.
"""

from anilist_oauth.session import OAuthSession

__all__ = ["OAuthSession"]
