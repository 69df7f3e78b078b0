"""The conditions that AniList is known to have."""

import json
from itertools import cycle
from pathlib import Path
from typing import Any, Literal, get_args

from anilist_oauth.sandbox.faults import EndpointName, Fault

WeatherName = Literal["clear", "outage", "cloudflare", "throttled", "slow", "flaky"]

_ALL: dict[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))


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
        self._endpoints: list[EndpointName] = _ALL[name]["endpoints"]
        self._faults = cycle(Fault(**fields) for fields in _ALL[name]["faults"])

    def fault(self, endpoint: EndpointName) -> Fault:
        """Return the fault of the next answer of an endpoint."""
        return next(self._faults) if endpoint in self._endpoints else Fault()
