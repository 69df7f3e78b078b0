"""HTTP requests and responses as values. The protocol modules create and read them; a transport sends them."""

import json
import math
from collections.abc import Mapping
from typing import Any

import attrs
from yarl import URL

from anilist_oauth.arguments import Value, is_seconds
from anilist_oauth.errors import ConfigurationError
from anilist_oauth.redaction import Unpicklable

TOKEN_BODY_LIMIT = 1024 * 1024
GRAPHQL_BODY_LIMIT = 8 * 1024 * 1024
MEMORY = 9  # how many times its size limit a decoded body may take in memory; with its strings, up to 16 times

ADDRESS_REFUSED = (
    "Cloudflare refused this machine's address, so AniList never saw the request; waiting may not help. Try from "
    "another network, or ask AniList to allow this address"
)
_CHALLENGES = (b"just a moment", b"enable javascript and cookies", b"ddos protection by cloudflare")
_CONTAINER = 250  # bytes of memory for an object or list, which takes more memory per byte of JSON than anything else
_PAGE = 64 * 1024  # the most bytes of a body that are searched; Cloudflare's pages are smaller
_REFUSALS = (b"cloudflare", b"error code: 1")  # in HTML, and in plain text such as "error code: 1020"

_BLANKS = " \t\n\r"  # the whitespace of JSON (RFC 8259 section 2)
_BYTE_ORDER_MARK = "\ufeff"

_decode = json.JSONDecoder().raw_decode


@attrs.frozen(repr=False, eq=False, kw_only=True)
class Request(Value, Unpicklable):
    """One POST request. Its headers and body hold secrets and are not shown in its repr.

    Attributes:
        url: The URL. It contains no secret.
        headers: The headers of this request, in addition to those that the transport sends with every request.
        body: The encoded body.
        body_limit: The most bytes that the decoded response body may have.
        timeout: Seconds for this request, or None for the session's timeout.

    Raises:
        ConfigurationError: The timeout is not a positive number.
    """

    url: URL
    headers: Mapping[str, str] = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)
    body_limit: int
    timeout: float | None = None

    def __attrs_post_init__(self) -> None:
        timeout = self.timeout
        if timeout is not None and not (is_seconds(timeout) and 0 < timeout < math.inf):
            raise ConfigurationError("timeout: a number of seconds above 0 is needed")


@attrs.frozen(repr=False, eq=False, kw_only=True)
class Response(Value, Unpicklable):
    """One HTTP response. Its body may hold a token and is not shown in its repr.

    Attributes:
        status: The HTTP status.
        headers: The headers; lookups ignore letter case.
        body: The decoded body.
    """

    status: int
    headers: Mapping[str, str] = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)

    @property
    def refuses_address(self) -> bool:
        """Whether Cloudflare answered in AniList's place because of the IP address that the request came from.

        A refusal by Cloudflare has the status 403. A challenge can have any status. Other pages of Cloudflare, such as
        a 522, mean that AniList did not answer. AniList's own pages may mention Cloudflare as well.
        """
        if "cf-mitigated" in self.headers:
            return True
        marks = (*_CHALLENGES, *_REFUSALS) if self.status == 403 else _CHALLENGES
        body = self.body[:_PAGE].lower()
        return any(mark in body for mark in marks)

    def json(self, *, memory: int = MEMORY * TOKEN_BODY_LIMIT) -> Any:
        """Decode the body as JSON in UTF-8, with or without a byte order mark. Return None if it is not JSON.

        Args:
            memory: The most bytes of memory that the decoded values may take. This is estimated before decoding, and
                None is returned for a larger document. Objects and short strings take over 20 times their length.
        """
        if len(self.body) * _CONTAINER > memory and _weight(self.body) > memory:
            return None
        try:
            text = self.body.decode().removeprefix(_BYTE_ORDER_MARK).strip(_BLANKS)
            document, end = _decode(text)
        except (ValueError, RecursionError):
            return None
        return document if end == len(text) else None


def _weight(body: bytes) -> int:
    """Estimate how much memory the objects, lists, members and names of a JSON document take."""
    containers, members, names = body.count(b"{") + body.count(b"["), body.count(b","), body.count(b":")
    return _CONTAINER * containers + 84 * members + 40 * names
