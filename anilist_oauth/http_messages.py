"""Requests and responses: the values that the protocol modules and the transport exchange."""

import json
import math
from collections.abc import Mapping
from typing import Any

import attrs
from yarl import URL

from anilist_oauth.errors import ConfigurationError
from anilist_oauth.redaction import Unpicklable

TOKEN_BODY_LIMIT = 1024 * 1024
GRAPHQL_BODY_LIMIT = 8 * 1024 * 1024
MEMORY = 9  # a body's values may take this many times its size limit in memory; with its strings, up to 16 times

ADDRESS_REFUSED = (
    "Cloudflare refused this machine's address, so AniList never saw the request; waiting may not help. Try from "
    "another network, or ask AniList to allow this address"
)
_CHALLENGES = (b"just a moment", b"enable javascript and cookies", b"ddos protection by cloudflare")
_CONTAINER = 250  # bytes of memory per object or list; nothing else in JSON takes more per byte
_PAGE = 64 * 1024  # bytes of a body that are searched; Cloudflare's pages are smaller
_REFUSALS = (b"cloudflare", b"error code: 1")  # in a page, and in plain text such as "error code: 1020"

_BLANKS = " \t\n\r"  # the whitespace of JSON (RFC 8259 section 2)
_BYTE_ORDER_MARK = "\ufeff"

_decode = json.JSONDecoder().raw_decode


@attrs.frozen(kw_only=True)
class Request(Unpicklable):
    """One POST request. Its headers and body hold secrets and are not shown in its repr.

    Attributes:
        url: The URL. It holds no secret.
        headers: The headers of this request, in addition to those of every request.
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
        if timeout is not None and not (isinstance(timeout, int | float) and 0 < timeout < math.inf):
            raise ConfigurationError("timeout: a number of seconds above 0 is needed")


@attrs.frozen(kw_only=True)
class Response(Unpicklable):
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

        Its refusals come with status 403, and its challenges with any status. Its other pages, such as a 522, mean that
        AniList did not answer, and AniList's own pages may name Cloudflare as well.
        """
        if "cf-mitigated" in self.headers:
            return True
        marks = (*_CHALLENGES, *_REFUSALS) if self.status == 403 else _CHALLENGES
        body = self.body[:_PAGE].lower()
        return any(mark in body for mark in marks)

    def json(self, *, memory: int = MEMORY * TOKEN_BODY_LIMIT) -> Any:
        """Decode the body as JSON, in UTF-8 with or without a byte order mark. Return None if it is not JSON.

        Args:
            memory: The most bytes of memory that the decoded values may take, as estimated beforehand. A larger
                document counts as not JSON. Objects and short strings take 20 times their length and more.
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
