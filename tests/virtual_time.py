"""An event loop whose clock jumps, so that hours of waiting take no time."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, TypeVar, TypeVarTuple

_Result = TypeVar("_Result")
_Arguments = TypeVarTuple("_Arguments")

GRACE = 0.005  # real seconds in which bytes on loopback arrive before the clock jumps
STUCK = 20.0  # real seconds without a timer, a byte or a thread at work: nothing will happen any more


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """A loop whose clock begins at 0 and jumps to the next timer when nothing else can happen.

    Sockets are real: the clock stands still while bytes arrive, or a thread works.
    """

    def __init__(self) -> None:
        self._virtual = 0.0
        self._working = 0
        super().__init__(_JumpingSelector(self))

    def time(self) -> float:
        """Return the virtual time in seconds."""
        return self._virtual

    def jump(self, seconds: float) -> None:
        """Move the clock ahead."""
        self._virtual += seconds

    @property
    def working(self) -> bool:
        """Return whether a thread of the executor is working."""
        return self._working > 0

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*_Arguments], _Result], *args: *_Arguments
    ) -> asyncio.Future[_Result]:
        """Run in a thread. The clock stops meanwhile."""
        future = super().run_in_executor(executor, func, *args)
        self._working += 1
        future.add_done_callback(self._worked)
        return future

    def _worked(self, _future: asyncio.Future[Any]) -> None:
        self._working -= 1


class _JumpingSelector(selectors.DefaultSelector):
    """A selector that turns waiting into a jump."""

    def __init__(self, loop: VirtualTimeLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready. If there is nothing to wait for but timers, jump to the next one."""
        if timeout is None or self._loop.working:
            ready = super().select(STUCK)
            if not ready and not self._loop.working:
                raise RuntimeError("everything waits for something that nobody does")
            return ready
        sockets = len(self.get_map()) > 1  # beside the loop's own
        ready = super().select(min(timeout, GRACE) if sockets else 0)
        if not ready:
            self._loop.jump(timeout)
        return ready


def run(main: Coroutine[Any, Any, _Result]) -> _Result:
    """Run a coroutine in virtual time, and cancel the tasks that are left, as `asyncio.run` does."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main)
