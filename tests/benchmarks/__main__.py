"""`python -m tests.benchmarks`: runs every `bench_*.py` here, prints a table, writes var/bench.json.

Exits with 1 where a goal is missed, or its floor where it has one: a goal that is not reached yet is marked.
"""

import importlib
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from tests.benchmarks.results import BENCHMARKS, Result

HERE = Path(__file__).resolve().parent
OUTPUT = HERE.parent.parent / "var" / "bench.json"


def main() -> int:
    """Run them all; return the exit code."""
    for module in sorted(HERE.glob("bench_*.py")):
        importlib.import_module(f"tests.benchmarks.{module.stem}")
    results: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="kil-bench-") as folder:
        for run in BENCHMARKS:
            print(f"… {run.__name__.replace('_', ' ')}", file=sys.stderr, flush=True)
            results += run(Path(folder))
    print(format_table(results))
    OUTPUT.parent.mkdir(exist_ok=True)
    rows = [{**asdict(result), "met": result.met} for result in results]
    OUTPUT.write_text(json.dumps(rows, indent=2) + "\n", "utf-8")
    return 0 if all(result.held for result in results) else 1


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
    sys.exit(main())
