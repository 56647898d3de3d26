"""Stopwatches measure what this process has seen, on its own monotonic clock."""

from datetime import timedelta

from tests.build import ManualClock

from tieout.domain.clock import Stopwatches, SystemClock


def test_a_stopwatch_starts_when_a_thing_is_first_asked_about() -> None:
    clock = ManualClock()
    watches = Stopwatches(clock)
    clock.seconds = 100
    assert watches.elapsed_s("a") == 0
    clock.seconds = 130
    assert (watches.elapsed_s("a"), watches.elapsed_s("b")) == (30, 0)


def test_a_wall_clock_that_jumps_moves_no_stopwatch() -> None:
    clock = ManualClock()
    watches = Stopwatches(clock)
    watches.elapsed_s("a")
    clock.wall += timedelta(days=400)
    assert watches.elapsed_s("a") == 0


def test_a_thing_that_was_forgotten_starts_afresh() -> None:
    clock = ManualClock()
    watches = Stopwatches(clock)
    watches.elapsed_s("a")
    clock.seconds = 50
    watches.forget("a")
    watches.forget("never seen")
    assert watches.elapsed_s("a") == 0


def test_the_systems_clock_tells_its_zone_and_only_goes_forward() -> None:
    clock = SystemClock()
    assert clock.now().utcoffset() == timedelta(0)
    assert clock.monotonic_s() <= clock.monotonic_s()
