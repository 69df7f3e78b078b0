"""One login from its beginning to its stored token, and the token's year afterwards.

Read `flow`, then `authorization_response` (what came back), `completion` (what is checked and in which order),
`waiting` (for whoever began) and `live_tokens`. How logins and tokens are kept is in `storage`.
"""

from anilist_oauth.login.flow import LoginFlow
from anilist_oauth.login.login import CompletedLogin, Login

__all__ = ["CompletedLogin", "Login", "LoginFlow"]
