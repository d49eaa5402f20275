"""Importing a commissioner's sheet of 10,000 rows: as fast at its end as at its start, and in little memory."""

from pathlib import Path

from tests.benchmarks.plans import import_plan_of
from tests.benchmarks.results import Result, benchmark

ROWS = 10_000
MEMORY = 200 * 1024 * 1024


@benchmark
def imports_of_ten_thousand_rows(folder: Path) -> list[Result]:
    """Each in a process of its own."""
    results = []
    for name, publish in (("import of 10,000 rows", False), ("import of 10,000 rows, published", True)):
        done = import_plan_of(ROWS, folder, publish=publish)
        slower = done.end_seconds / done.start_seconds
        results.append(Result(f"{name}: last thousand to first", slower, 1.3, "lower"))
        results.append(Result(f"{name}: peak memory to 200 MB", done.peak_bytes / MEMORY, 1, "lower"))
    return results
