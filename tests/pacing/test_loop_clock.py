"""A clock continues when another event loop is used."""

from anilist_oauth.pacing.loop_clock import LoopClock
from tests.virtual_time import VirtualTimeLoop


def test_the_clock_goes_on_from_loop_to_loop() -> None:
    """Time never goes back, whatever the next loop's clock shows, and timers get the loop's own time."""
    clock, first, second, third = LoopClock(), VirtualTimeLoop(), VirtualTimeLoop(), VirtualTimeLoop()
    assert (clock.now(), clock.loop, clock.loop_time(5)) == (0, None, 5)
    clock.set(first)
    first.jump(100)
    assert (clock.now(), clock.loop_time(150), clock.loop_time(50)) == (100, 150, 100)
    clock.set(second)
    second.jump(1)
    assert (clock.now(), clock.loop_time(111), clock.loop_time(100)) == (101, 11, 1)
    third.jump(1000)
    clock.set(third)
    assert clock.now() == 1000
    for loop in (first, second, third):
        loop.close()
