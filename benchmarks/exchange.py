"""How much does an exchange cost, compared with bare aiohttp and the peers: one, 100 and 1,000 at a time?"""

import argparse

from benchmarks.contenders import OURS, authlib, httpx_oauth, naive, ours
from benchmarks.origin import running
from benchmarks.report import Bound, plot, show, verdict
from benchmarks.turns import Figures, by_turns


def main() -> None:
    """Run all rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    bars: dict[str, float] = {}
    with running() as origin:
        url = origin.url / "token"
        for calls, at_once, most in ((400, 1, 1.02), (600, 100, 1.03), (2000, 1000, 1.03)):
            figures = by_turns(
                [naive(url), ours(origin), ours(origin, fast_loop=True)], calls=calls, at_once=at_once, rounds=rounds
            )
            bounds = [Bound(name=OURS, most=most)]
            if at_once == 1:
                bounds.append(Bound(name=f"{OURS} on uvloop", most=0.83))
            show(f"Exchange, {at_once} at a time", figures, bounds)
            bars |= {f"{one.name}, {at_once} at a time": one.ratio for one in figures}
        _behind_a_cdn(rounds)
        _peers(rounds)
        tally = origin.tally()
        print(f"\nThe server saw the five fields in {tally.whole:,} requests, and in {tally.broken} it did not.")
        assert tally.broken == 0
    plot("exchange", "CPU an exchange, naive aiohttp = 1", bars)


def _behind_a_cdn(rounds: int) -> None:
    with running() as origin:
        figures = by_turns([naive(origin.url / "cdn"), ours(origin, "cdn")], calls=400, at_once=1, rounds=rounds)
    show("Exchange, the answer as a CDN sends it", figures, [Bound(name=OURS, most=0.82)])


def _peers(rounds: int) -> None:
    with running() as origin:
        url = origin.url / "token"
        for calls, at_once, most in ((150, 1, 0.28), (200, 100, 0.16)):
            figures = by_turns(
                [naive(url), ours(origin), authlib(url), httpx_oauth(url)],
                calls=calls,
                at_once=at_once,
                rounds=max(3, rounds // 3),
            )
            show(f"Exchange beside the peers, {at_once} at a time", figures)
            fastest = min(figures[2:], key=lambda one: one.ratio)
            verdict(f"{OURS} to {fastest.name}", _of(figures, OURS) / fastest.ratio, most)
            plot(
                f"peers_{at_once}",
                f"CPU an exchange, {at_once} at a time, naive aiohttp = 1",
                {one.name: one.ratio for one in figures},
            )


def _of(figures: list[Figures], name: str) -> float:
    return next(one.ratio for one in figures if one.name == name)


if __name__ == "__main__":
    main()
