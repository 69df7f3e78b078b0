"""Logins, from their beginning to the stored token, and the stored tokens afterwards.

Reading order: `flow` has the public class. `authorization_response` reads a callback, `completion` checks it and
obtains the token, `waiting` waits for the result, and `live_tokens` uses stored tokens.
"""

from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.login.login import CompletedLogin, Login

__all__ = ["CompletedLogin", "Login", "LoginFlow"]
