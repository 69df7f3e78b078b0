"""All that crosses the border between the protocol and the wire."""

import json
import math
from codecs import BOM_UTF8
from collections.abc import Mapping
from typing import Any

import attrs
from yarl import URL

from anilist_oauth.arguments import validator
from anilist_oauth.errors import ConfigurationError
from anilist_oauth.redaction import Unpicklable

TOKEN_BODY_LIMIT = 1024 * 1024
GRAPHQL_BODY_LIMIT = 8 * 1024 * 1024
MEMORY = 9  # times its limit that a body's values may take in memory; with its texts that is sixteen times at most

ADDRESS_REFUSED = (
    "Cloudflare turned this machine's address away before AniList saw the request; waiting may not help. Try from "
    "another network, or ask AniList to allow this address"
)
_CHALLENGES = (b"just a moment", b"enable javascript and cookies", b"ddos protection by cloudflare")
_CONTAINER = 250  # bytes of memory that an object or a list takes, which no other byte of JSON exceeds
_PAGE = 64 * 1024  # bytes of a body that are looked at for a page of Cloudflare's, which is smaller
_REFUSALS = (b"cloudflare", b"error code: 1")  # of a page, and of plain text such as "error code: 1020"

_BLANKS = b" \t\n\r"  # JSON's own (RFC 8259 section 2)

_decode = json.JSONDecoder().raw_decode


def _check_timeout(name: str, value: float | None) -> None:
    if value is not None and not (isinstance(value, int | float) and 0 < value < math.inf):
        raise ConfigurationError(f"{name}: a number of seconds above 0 is needed")


@attrs.frozen(kw_only=True)
class Request(Unpicklable):
    """One POST; its headers and body hold secrets and are not shown.

    Attributes:
        url: Where it goes, without a secret in it.
        headers: The headers this request needs beside those of every request.
        body: The body, ready to send.
        body_limit: How many bytes the decoded answer may have.
        timeout: Seconds for this request, or None for the session's own.

    Raises:
        ConfigurationError: The timeout is no positive number.
    """

    url: URL
    headers: Mapping[str, str] = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)
    body_limit: int
    timeout: float | None = attrs.field(default=None, validator=validator(_check_timeout))


@attrs.frozen(kw_only=True)
class Response(Unpicklable):
    """One answer; its body may hold a token and is not shown.

    Attributes:
        status: The HTTP status.
        headers: The headers, found whatever their letter case.
        body: The decoded body.
    """

    status: int
    headers: Mapping[str, str] = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)

    @property
    def refuses_address(self) -> bool:
        """Whether Cloudflare answered in AniList's place, because of the address that the request came from.

        A 5xx page of Cloudflare's counts only if it is a challenge: the others say that AniList itself did not answer.
        """
        if "cf-mitigated" in self.headers:
            return True
        marks = _CHALLENGES if self.status >= 500 else (*_CHALLENGES, *_REFUSALS)
        body = self.body[:_PAGE].lower()
        return any(mark in body for mark in marks)

    def json(self, *, memory: int = MEMORY * TOKEN_BODY_LIMIT) -> Any:
        """Decode the body, UTF-8 with or without a byte order mark (RFC 8259 section 8.1); None if it is not JSON.

        Args:
            memory: How many bytes its values may take in memory, as far as that can be told beforehand; a document with
                more counts as not JSON. Objects and short texts take twenty times their length and more.
        """
        if len(self.body) * _CONTAINER > memory and _weight(self.body) > memory:
            return None
        try:
            text = self.body.removeprefix(BOM_UTF8).strip(_BLANKS).decode()
            document, end = _decode(text)
        except (ValueError, RecursionError):
            return None
        return document if end == len(text) else None


def _weight(body: bytes) -> int:
    """Estimate the memory of a JSON document's values: of its objects and lists, their members, and their names."""
    containers, members, names = body.count(b"{") + body.count(b"["), body.count(b","), body.count(b":")
    return _CONTAINER * containers + 84 * members + 40 * names
