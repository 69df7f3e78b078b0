"""The session: the only owner of the aiohttp connector, and the only place that sends requests.

`session` is what users create, `graphql_call` paces and repeats a query, `transport` maps aiohttp to this package's
values and errors, and `spent_codes` remembers which codes were sent. `oauth` and `graphql` interpret the answers.
"""

from anilist_oauth.session.session import OAuthSession
from anilist_oauth.session.transport import DEFAULT_TIMEOUT, AiohttpTransport

__all__ = ["DEFAULT_TIMEOUT", "AiohttpTransport", "OAuthSession"]
