"""Doing things at the same moment, to see that a race has one winner."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from kil_pipeline.errors import DomainError


def all_at_once(calls: Sequence[Callable[[], object]]) -> list[bool]:
    """Make all calls in threads that start together. Returns for each whether it did its work: no error, not false."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], object]) -> bool:
        barrier.wait(30)
        try:
            return call() is not False
        except DomainError:
            return False

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
