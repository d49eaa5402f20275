"""A benchmark's outcome, the list of benchmarks, and the clock they share."""

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class Result:
    """One measured ratio beside its goal."""

    name: str
    ratio: float
    """A time, rate or size divided by another of the same unit: a plain number."""
    goal: float
    better: Literal["higher", "lower"]
    """Which way the ratio should move."""
    floor: float | None = None
    """Where the goal is not reached yet: what it must not fall behind. Without one, that is the goal."""

    @property
    def met(self) -> bool:
        """Whether the ratio is at least (or at most) its goal."""
        return self._reaches(self.goal)

    @property
    def held(self) -> bool:
        """Whether nothing got worse: the goal is met, or the floor where there is one."""
        return self.met or (self.floor is not None and self._reaches(self.floor))

    def _reaches(self, bound: float) -> bool:
        return self.ratio >= bound if self.better == "higher" else self.ratio <= bound


Clock = Callable[[Callable[[], object]], float]
"""Tells how long work takes: `seconds` or `processor_seconds`."""
Benchmark = Callable[[Path], list[Result]]
"""Takes a folder, the same for all benchmarks of a run, to put things in; returns what it measured."""

BENCHMARKS: list[Benchmark] = []
"""Every benchmark, in the order of their modules."""


def benchmark(function: Benchmark) -> Benchmark:
    """Put a function on the list of benchmarks. Its name becomes its title."""
    BENCHMARKS.append(function)
    return function


def time_ratio(
    work: Callable[[], object], base: Callable[[], object], *, rounds: int = 15, clock: Clock | None = None
) -> float:
    """Return how many times as long `work` takes as `base`, by `clock` (else by the one on the wall).

    They take turns, so that a machine that is busy for a while slows both; the median round counts. The first round
    warms both up and does not count.
    """
    clock = clock or seconds
    work()
    base()
    gc.collect()
    gc.disable()
    try:
        return statistics.median(clock(work) / clock(base) for _ in range(rounds))
    finally:
        gc.enable()


def seconds(work: Callable[[], object]) -> float:
    """Return how long work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def processor_seconds(work: Callable[[], object]) -> float:
    """Return the processor time that work takes: for what waits for nothing, while others keep the cores busy."""
    start = time.process_time()
    work()
    return time.process_time() - start
