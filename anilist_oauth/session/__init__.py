"""The session owns the aiohttp connector, and sends all requests.

`session` has the public class. `graphql_call` waits for the turn of a query and repeats it, `transport` sends requests
with aiohttp, `response_body` reads responses up to a limit, and `spent_codes` records which codes were sent. What the
responses mean is decided in `oauth` and `graphql`.
"""

from anilist_oauth.session.session import OAuthSession
from anilist_oauth.session.transport import DEFAULT_TIMEOUT, AiohttpTransport

__all__ = ["DEFAULT_TIMEOUT", "AiohttpTransport", "OAuthSession"]
