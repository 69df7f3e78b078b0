"""The ways in which answers can go wrong: a fault affects one answer, a weather all of them."""

import json
from collections.abc import Mapping
from itertools import cycle
from pathlib import Path
from typing import Any, Literal, get_args

import attrs

from anilist_oauth.sandbox.messages import Answer

EndpointName = Literal["authorize", "token", "graphql"]
WeatherName = Literal["clear", "outage", "cloudflare", "throttled", "slow", "flaky"]
CloseName = Literal["before", "inside", "after"]
_PRINTABLE = 0x20
_WEATHERS: dict[str, Any] = json.loads(Path(__file__).with_name("weather.json").read_text(encoding="utf-8"))


def _written(body: Any) -> tuple[str, bytes]:
    """Return the content type and bytes of a body. Raises `ValueError` if this cannot be a body."""
    if body is None:
        return "", b""
    try:
        if not isinstance(body, str | bytes):
            return "application/json", json.dumps(body, separators=(",", ":")).encode()
        written = body.encode() if isinstance(body, str) else body
    except (TypeError, ValueError) as error:
        raise ValueError(f"body: bytes, text or JSON is needed: {error}") from error
    kinds = {b"{": "application/json", b"[": "application/json", b"<": "text/html; charset=UTF-8"}
    return kinds.get(written.lstrip()[:1], "text/plain; charset=UTF-8"), written


def _check_status(_fault: Any, _field: Any, status: Any) -> None:
    if status is not None and (type(status) is not int or not 100 <= status <= 999):
        raise ValueError(f"status: three digits are needed, not {status!r}")


def _check_headers(_fault: Any, _field: Any, headers: Any) -> None:
    if not isinstance(headers, Mapping) or not all(isinstance(text, str) for pair in headers.items() for text in pair):
        raise ValueError("headers: a mapping of names to values is needed, all of them strings")
    if any(ord(character) < _PRINTABLE for pair in headers.items() for text in pair for character in text):
        raise ValueError("headers: no name or value can hold a line break or another control character")


@attrs.frozen(kw_only=True)
class Fault:
    """A change to one answer.

    With a `status` or a `body`, the answer is made up: the request is not processed, and its code stays unspent.
    Otherwise the request is processed (a code is spent, a mutation is carried out), and only its answer is affected.

    Attributes:
        status: The HTTP status. 200 if only a `body` is given.
        headers: Headers to add or replace.
        body: The body: bytes or text unchanged, anything else as JSON.
        delay: Seconds until the answer begins, in the event loop's time.
        close: When the connection is closed: before the answer, inside its body, or after it without warning.
        reset: Whether it is closed with a reset (TCP RST). Before the answer, unless `close` says otherwise.
        chunked: Whether the body is sent in chunks instead of with a ``Content-Length``.
        cut: The number of bytes of the body after which the connection is closed.

    Raises:
        ValueError: The values contradict each other or are invalid.
    """

    status: int | None = attrs.field(default=None, validator=_check_status)
    headers: Mapping[str, str] = attrs.field(factory=dict, validator=_check_headers)
    body: Any = attrs.field(default=None, validator=lambda _fault, _field, body: _written(body))
    delay: float = attrs.field(default=0.0, validator=attrs.validators.ge(0))
    close: CloseName | None = attrs.field(default=None, validator=attrs.validators.in_((None, *get_args(CloseName))))
    reset: bool = False
    chunked: bool = False
    cut: int | None = attrs.field(default=None, validator=attrs.validators.optional(attrs.validators.ge(0)))

    @property
    def made_up(self) -> Answer | None:
        """The answer that replaces the real one, or None."""
        if self.status is None and self.body is None:
            return None
        content_type, body = _written(self.body)
        headers = {"Content-Type": content_type} if body else {}
        return Answer(status=self.status or 200, headers=headers, body=body).with_headers(self.headers)

    @property
    def closes(self) -> CloseName | None:
        """When the connection is closed, taking all fields into account."""
        if self.close is None and self.cut is not None:
            return "inside"
        return "before" if self.close is None and self.reset else self.close


class Weather:
    """What each weather does to answers.

    - ``clear``: nothing.
    - ``outage``: the API itself answers 403, "The AniList API has been temporarily disabled …", except for a bad token.
      The other endpoints answer 503.
    - ``cloudflare``: every endpoint answers 403 with a page that checks the browser.
    - ``throttled``: the limits are enforced: 60 token requests and 30 GraphQL requests per minute unless set.
    - ``slow``: every answer takes three seconds.
    - ``flaky``: every second answer of the token and GraphQL endpoints fails, in turn: 502, closed without an answer
      (although the request was processed), closed inside the answer.
    """

    def __init__(self) -> None:
        self.turn("clear")

    def turn(self, name: WeatherName) -> None:
        """Change the weather.

        Raises:
            ValueError: There is no such weather.
        """
        if name not in get_args(WeatherName):
            raise ValueError(f"weather: {name!r} is not one of {', '.join(get_args(WeatherName))}")
        self.name = name
        self._endpoints: list[EndpointName] = _WEATHERS[name]["endpoints"]
        self._faults = cycle(Fault(**fields) for fields in _WEATHERS[name]["faults"])

    def fault(self, endpoint: EndpointName) -> Fault:
        """Return the fault of the next answer of an endpoint."""
        return next(self._faults) if endpoint in self._endpoints else Fault()
