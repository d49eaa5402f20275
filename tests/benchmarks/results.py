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

    @property
    def met(self) -> bool:
        """Whether the ratio is at least (or at most) its goal."""
        return self.ratio >= self.goal if self.better == "higher" else self.ratio <= self.goal


Benchmark = Callable[[Path], list[Result]]
"""Takes an empty folder to work in; returns what it measured."""

BENCHMARKS: list[Benchmark] = []
"""Every benchmark, in the order of their modules."""


def benchmark(function: Benchmark) -> Benchmark:
    """Put a function on the list of benchmarks. Its name becomes its title."""
    BENCHMARKS.append(function)
    return function


def measure_seconds(work: Callable[[], object], *, rounds: int = 7) -> float:
    """Return the median of how long `work` takes, in seconds; one round before does not count."""
    work()
    gc.collect()
    gc.disable()
    try:
        return statistics.median(_seconds(work) for _ in range(rounds))
    finally:
        gc.enable()


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
