"""How much does an authorize URL cost, compared with its state alone and with the peers?"""

import secrets
import statistics
import timeit
from collections.abc import Callable
from time import process_time

from authlib.integrations.httpx_client import AsyncOAuth2Client
from httpx_oauth.oauth2 import BaseOAuth2

from anilist_oauth import ANILIST, OAuthSession, parse_callback
from benchmarks.contenders import APPLICATION
from benchmarks.origin import CLIENT_ID, CLIENT_SECRET, REDIRECT_URI
from benchmarks.report import plot, verdict

_CALLS, _ROUNDS = 5_000, 15


def main() -> None:
    """Measure all of them in turns, and print microseconds."""
    session = OAuthSession(APPLICATION)
    authlib = AsyncOAuth2Client(CLIENT_ID, CLIENT_SECRET, redirect_uri=REDIRECT_URI)
    httpx_oauth: BaseOAuth2[dict[str, object]] = BaseOAuth2(
        CLIENT_ID, CLIENT_SECRET, str(ANILIST.authorization), str(ANILIST.token)
    )
    state = "s" * 43
    callback = f"{REDIRECT_URI}?code=def502{'0' * 704}&state={state}"
    ways: dict[str, Callable[[], object]] = {
        "the state alone": lambda: secrets.token_urlsafe(32),
        "anilist_oauth": session.authorize_url,
        "httpx-oauth": lambda: _drive(httpx_oauth),
        "Authlib": lambda: authlib.create_authorization_url(str(ANILIST.authorization)),
        "anilist_oauth, parse_callback": lambda: parse_callback(
            callback, expected_state=state, redirect_uri=REDIRECT_URI
        ),
    }
    print("\nAn authorize URL (and reading a callback), microseconds")
    figures = measured(ways)
    for name, figure in figures.items():
        print(f"  {name:34} {figure:7.2f} µs")
    verdict("authorize_url to the state alone", figures["anilist_oauth"] / figures["the state alone"], 5)
    verdict("authorize_url to Authlib's", figures["anilist_oauth"] / figures["Authlib"], 0.1)
    plot("authorize", "An authorize URL, microseconds", {k: v for k, v in figures.items() if "parse" not in k}, " µs")


def measured(ways: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return the median microseconds of CPU of each way, measured in turns."""
    rounds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(_ROUNDS):
        for name, way in ways.items():
            rounds[name].append(timeit.timeit(way, timer=process_time, number=_CALLS) / _CALLS * 1e6)
    return {name: statistics.median(times) for name, times in rounds.items()}


def _drive(client: BaseOAuth2[dict[str, object]]) -> object:
    """Run a coroutine that never waits, without the cost of an event loop."""
    coroutine = client.get_authorization_url(REDIRECT_URI, state=secrets.token_urlsafe(32))
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    raise RuntimeError("it waited")


if __name__ == "__main__":
    main()
