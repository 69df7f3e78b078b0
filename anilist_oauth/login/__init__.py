"""Logins, from their beginning to the stored token, and the stored tokens afterwards.

Read `flow` first, then `authorization_response` (what came back), `completion` (the checks and their order), `waiting`
(for the program that began the login) and `live_tokens`. `storage` keeps logins and tokens.
"""

from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.login.login import CompletedLogin, Login

__all__ = ["CompletedLogin", "Login", "LoginFlow"]
