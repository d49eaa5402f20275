"""`python -m tests.benchmarks`: runs every `bench_*.py` here, prints a table, writes var/bench.json.

With names, those modules alone: `python -m tests.benchmarks matching served`.

Exits with 1 where a goal is missed, or its floor where it has one: a goal that is not reached yet is marked. What was
measured is kept at once, and a benchmark that fails does not keep the others from being run: all together take long.
"""

import importlib
import json
import sys
import tempfile
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from tests.benchmarks.results import BENCHMARKS, Benchmark, Result

HERE = Path(__file__).resolve().parent
OUTPUT = HERE.parent.parent / "var" / "bench.json"


def main(names: Sequence[str]) -> int:
    """Run all benchmarks, or those of the modules named; return the exit code."""
    for name in names or sorted(module.stem.removeprefix("bench_") for module in HERE.glob("bench_*.py")):
        importlib.import_module(f"tests.benchmarks.bench_{name}")
    with tempfile.TemporaryDirectory(prefix="kil-bench-") as folder:
        results, failed = measure_all(BENCHMARKS, Path(folder), OUTPUT)
    print(format_table(results))
    if failed:
        print(f"Could not be measured: {', '.join(failed)}.")
    return 0 if not failed and all(result.held for result in results) else 1


def measure_all(benchmarks: Iterable[Benchmark], folder: Path, output: Path) -> tuple[list[Result], list[str]]:
    """Run benchmarks one by one; return what they measured and the names of those that failed.

    Writes all that was measured so far into `output` after each.
    """
    results: list[Result] = []
    failed = []
    output.parent.mkdir(exist_ok=True)
    for run in benchmarks:
        title = run.__name__.replace("_", " ")
        print(f"… {title}", file=sys.stderr, flush=True)
        try:
            found = run(folder)
        except Exception:  # whatever it is: the others are still to be measured
            traceback.print_exc()
            failed.append(title)
            continue
        results += found
        print(format_table(found), file=sys.stderr, flush=True)
        rows = [{**asdict(result), "met": result.met} for result in results]
        output.write_text(json.dumps(rows, indent=2) + "\n", "utf-8")
    return results, failed


def format_table(results: list[Result]) -> str:
    """Return the results as aligned lines, the missed goals marked."""
    width = max((len(result.name) for result in results), default=4)
    lines = [f"{'what':{width}}  {'ratio':>10}  {'goal':>12}"]
    for result in results:
        goal = f"{'>=' if result.better == 'higher' else '<='} {result.goal:,.2f}"
        mark = "" if result.met else "  missed" if result.held else "  missed, and worse than it was"
        lines.append(f"{result.name:{width}}  {result.ratio:>10,.2f}  {goal:>12}{mark}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
