"""Does an exchange cost more in a longer run, and how much memory does a begun login use?"""

import argparse
import asyncio
import gc
import statistics
import time
import tracemalloc

from anilist_oauth import LoginFlow, OAuthSession
from benchmarks.contenders import APPLICATION, endpoints
from benchmarks.origin import Origin, running
from benchmarks.report import plot, verdict
from benchmarks.turns import fresh_code

_LOGINS = 20_000


def main() -> None:
    """Run both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with running() as origin:
        pairs = [
            (asyncio.run(_exchanges(origin, 1_000)), asyncio.run(_exchanges(origin, 10_000))) for _ in range(rounds)
        ]
    short, long = (statistics.median(figures) for figures in zip(*pairs, strict=True))
    print("\nCPU an exchange as the run grows, after 500 to warm up")
    print(f"  a run of  1,000 {short:9.1f} µs\n  a run of 10,000 {long:9.1f} µs")
    verdict("10,000 to 1,000", statistics.median(long / short for short, long in pairs), 1.05)
    plot("growth", "CPU an exchange, microseconds", {"a run of 1,000": short, "a run of 10,000": long}, " µs")
    print("\nA begun login in the memory store, subject, binding and label included")
    held = asyncio.run(_begun())
    verdict("one login", held, 900, " bytes")


async def _exchanges(origin: Origin, calls: int) -> float:
    async with OAuthSession(APPLICATION, endpoints=endpoints(origin)) as anilist:
        for _ in range(500):
            await anilist.exchange_code(fresh_code())
        codes = [fresh_code() for _ in range(calls)]
        gc.collect()
        began = time.process_time()
        for code in codes:
            await anilist.exchange_code(code)
        return (time.process_time() - began) / calls * 1e6


async def _begun() -> float:
    flow = LoginFlow(OAuthSession(APPLICATION))
    await _begin(flow, range(100))
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    await _begin(flow, range(100, 100 + _LOGINS))
    gc.collect()
    held = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    await flow.aclose()
    return held / _LOGINS


async def _begin(flow: LoginFlow, numbers: range) -> None:
    for number in numbers:
        await flow.begin(subject=f"discord:{number:018}", binding="b" * 43, label=f"@mika{number} on Discord")


if __name__ == "__main__":
    main()
