"""Downloading a plan of 100,000 entries takes the memory that one of 10,000 takes."""

import json
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.large_plans import KINDS, MANY, Kind, plan_of
from tests.benchmarks.results import Result, benchmark

SOME = 10_000
GOAL = 1.3
FILES = {"CSV": "/data/plan.csv", "OCDS": "/data/ocds.json"}


@benchmark
def downloads_of_a_hundred_thousand_entries(folder: Path) -> list[Result]:
    """Each in a process of its own, through the whole application, without a server."""
    return [_download(name, kind, folder) for kind in KINDS for name in FILES]


def _download(name: str, kind: Kind, folder: Path) -> Result:
    many, some = (_measure(plan_of(entries, kind, folder).url, folder, FILES[name]) for entries in (MANY, SOME))
    longer = many["sent"] / some["sent"]
    if not 9.8 < longer < 10.2:
        raise RuntimeError(f"The longer download is {longer:.2f} times as long as the shorter, and not ten times.")
    ratio = many["peak_bytes"] / some["peak_bytes"]
    return Result(f"memory to download 100,000 entries to 10,000, {name}, {kind}", ratio, GOAL, "lower")


def _measure(url: str, folder: Path, path: str) -> dict[str, int]:
    command = [sys.executable, "-m", "tests.benchmarks.exporting", url, str(folder), path]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, int] = json.loads(done.stdout)
    return found
