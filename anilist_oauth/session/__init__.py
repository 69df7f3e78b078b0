"""The session: the one owner of the aiohttp connector, and the one place where requests are sent.

`session` is what users hold, `graphql_call` paces and repeats a query, `transport` maps aiohttp to our values and
errors, `spent_codes` remembers which codes were sent. What an answer means is decided in `oauth` and `graphql`.
"""

from anilist_oauth.session.session import OAuthSession
from anilist_oauth.session.transport import DEFAULT_TIMEOUT, AiohttpTransport

__all__ = ["DEFAULT_TIMEOUT", "AiohttpTransport", "OAuthSession"]
