"""Digests for a hundred thousand readers: written once and put together, against one `EmailMessage` for each."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.results import Result, benchmark

MAILS = 100_000 if os.environ.get("KIL_BENCH_FULL") else 20_000
MEMORY = 400 * 1024 * 1024


@benchmark
def digests_as_mails(folder: Path) -> list[Result]:
    """From what each reader is told to the bytes of their mail, with seven links signed for each reader."""
    results = []
    for kind, goal, floor in (("alike", 30, 22), ("unalike", 10, 8)):
        command = [sys.executable, "-m", "tests.benchmarks.digesting", str(MAILS), kind]
        done = json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)
        name = "digests" if kind == "alike" else "digests, no two alike"
        results += [
            Result(f"{name}: one EmailMessage each to ours", done["ratio"], goal, "higher", floor=floor),
            Result(f"{name}: peak memory to 400 MB", done["peak"] / MEMORY, 1, "lower"),
        ]
    return results
