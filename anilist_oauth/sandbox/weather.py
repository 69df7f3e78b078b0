"""The conditions that AniList is known to have."""

from collections.abc import Iterator
from itertools import cycle
from typing import Literal, get_args

from anilist_oauth.sandbox.faults import EndpointName, Fault
from anilist_oauth.sandbox.messages import nginx_page

WeatherName = Literal["clear", "outage", "cloudflare", "throttled", "slow", "flaky"]

_SLOW = 3.0  # seconds
_NO_SERVICE = """<!doctype html>
<html lang="en"><head><title>503 Service Unavailable</title></head><body><h1>503 Service Unavailable</h1></body></html>
"""
_CHALLENGE = """<!doctype html>
<html lang="en-US"><head><title>Just a moment...</title></head>
<body><h1>anilist.co</h1><p>Checking your browser before you go on.</p></body></html>
"""
_BAD_GATEWAY = nginx_page("502 Bad Gateway").decode()
_CLOUDFLARE = Fault(
    status=403,
    headers={"Server": "cloudflare", "CF-RAY": "8f0000000000abcd-FRA", "cf-mitigated": "challenge"},
    body=_CHALLENGE,
)
_MISHAPS = (
    Fault(),
    Fault(status=502, body=_BAD_GATEWAY),
    Fault(),
    Fault(close="before"),
    Fault(),
    Fault(close="inside"),
)


class Weather:
    """What each weather does to answers.

    - ``clear``: nothing.
    - ``outage``: the API answers 403, "The AniList API has been temporarily disabled …", except for a bad token. The
      other endpoints answer 503.
    - ``cloudflare``: every endpoint answers 403 with a page that checks the browser.
    - ``throttled``: the limits are enforced: 60 token requests and 30 GraphQL requests per minute unless set.
    - ``slow``: every answer takes three seconds.
    - ``flaky``: every second answer of the token and GraphQL endpoints fails, in turn: 502, closed without an answer
      (although the request was processed), closed inside the answer.
    """

    def __init__(self) -> None:
        self.name: WeatherName = "clear"
        self._mishaps: Iterator[Fault] = iter(())

    def turn(self, name: WeatherName) -> None:
        """Change the weather.

        Raises:
            ValueError: There is no such weather.
        """
        if name not in get_args(WeatherName):
            raise ValueError(f"weather: {name!r} is not one of {', '.join(get_args(WeatherName))}")
        self.name = name
        self._mishaps = cycle(_MISHAPS)

    def fault(self, endpoint: EndpointName) -> Fault:
        """Return the fault of the next answer of an endpoint."""
        if self.name == "outage" and endpoint != "graphql":  # the API itself checks the token first
            return Fault(status=503, body=_NO_SERVICE)
        if self.name == "cloudflare":
            return _CLOUDFLARE
        if self.name == "slow":
            return Fault(delay=_SLOW)
        if self.name == "flaky" and endpoint != "authorize":
            return next(self._mishaps)
        return Fault()
