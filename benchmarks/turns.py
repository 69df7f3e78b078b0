"""Measure in turns: every contender does the same work in the same run, and only ratios are compared.

Only the CPU time of this process counts, so neither the server nor a busy machine changes it much. The spread shows how
reliable the figures are.
"""

import asyncio
import gc
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, ExitStack, contextmanager
from itertools import count

import attrs

Call = Callable[[str], Awaitable[object]]
Open = Callable[[], AbstractAsyncContextManager[Call]]
LoopFactory = Callable[[], asyncio.AbstractEventLoop]

_numbers = count(1)


@attrs.frozen(kw_only=True)
class Contender:
    """One way of doing the work.

    Attributes:
        name: What the table and the plot call it.
        open: A context manager that yields the coroutine function to measure. It takes a new code.
        loop_factory: Its event loop, if not asyncio's own.
    """

    name: str
    open: Open
    loop_factory: LoopFactory | None = None


@attrs.frozen(kw_only=True)
class Figures:
    """The result of one contender.

    Attributes:
        name: The name of the contender.
        cost: Microseconds of CPU per call, one figure per round.
        ratios: The same, divided by the first contender's of the same round.
    """

    name: str
    cost: list[float]
    ratios: list[float]

    @property
    def ratio(self) -> float:
        """The median ratio to the first contender."""
        return statistics.median(self.ratios)

    @property
    def spread(self) -> float:
        """Half of the range that the middle half of the rounds lies in."""
        lower, _, upper = statistics.quantiles(self.ratios, n=4)
        return (upper - lower) / 2


def fresh_code() -> str:
    """Return a new code of about 710 characters, as AniList's have."""
    return f"def50200{next(_numbers):0702x}"


def by_turns(contenders: list[Contender], *, calls: int, at_once: int, rounds: int) -> list[Figures]:
    """Let each contender make `calls` calls per round, `at_once` at a time, after one round to warm up."""
    costs: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    with ExitStack() as stack:
        opened = [(contender.name, *stack.enter_context(_opened(contender))) for contender in contenders]
        for _ in range(rounds + 1):
            for name, runner, call in opened:
                gc.collect()
                costs[name].append(runner.run(_turn(call, calls, at_once)))
    first = costs[contenders[0].name][1:]
    return [
        Figures(name=name, cost=cost[1:], ratios=[one / base for one, base in zip(cost[1:], first, strict=True)])
        for name, cost in costs.items()
    ]


@contextmanager
def _opened(contender: Contender) -> Iterator[tuple[asyncio.Runner, Call]]:
    with asyncio.Runner(loop_factory=contender.loop_factory) as runner:
        context = contender.open()
        call = runner.run(_enter(context))
        try:
            yield runner, call
        finally:
            runner.run(_leave(context))


async def _enter(context: AbstractAsyncContextManager[Call]) -> Call:
    return await context.__aenter__()


async def _leave(context: AbstractAsyncContextManager[Call]) -> None:
    await context.__aexit__(None, None, None)


async def _turn(call: Call, calls: int, at_once: int) -> float:
    """Make the calls, and return the microseconds of CPU per call."""
    codes = [fresh_code() for _ in range(calls)]
    await call(fresh_code())
    began = time.process_time()
    if at_once == 1:
        for code in codes:
            await call(code)
    else:
        for start in range(0, calls, at_once):
            await asyncio.gather(*[call(code) for code in codes[start : start + at_once]])
    return (time.process_time() - began) / calls * 1e6
