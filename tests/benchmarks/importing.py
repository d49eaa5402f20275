"""`python -m tests.benchmarks.importing FOLDER ROWS [publish]`: one import in a process of its own, measured there.

Prints what it measured as JSON: only a process of its own can tell its own peak of memory.
"""

import itertools
import json
import resource
import statistics
import sys
import time
from pathlib import Path

from kil_pipeline.database import Database
from kil_pipeline.exchange.plan_import import ImportOptions, import_plan
from kil_pipeline.migrations import upgrade
from kil_pipeline.organisations.organisations import OrganisationKind, add_organisation
from kil_pipeline.times import london_day, utc_now
from tests.benchmarks.plans import write_sheet

BATCHES = 5
"""How many batches (of 200 rows) make the start and the end of an import."""


def measure_import(folder: Path, rows: int, *, publish: bool) -> dict[str, float]:
    """Import a sheet into a new database `plan.db` in a folder; return what `plans.Imported` says of it."""
    now = utc_now()
    database = Database(f"sqlite:///{folder / 'plan.db'}")
    upgrade(database, authority="example.org,2026-01-01")
    with database.write() as session:
        add_organisation(
            session, name="Exampleshire Council", kind=OrganisationKind.COMMISSIONER, prefix="EXC", now=now
        )
    sheet = folder / "plan.csv"
    write_sheet(sheet, rows, london_day(now))
    ends = [time.perf_counter()]
    options = ImportOptions("EXC", publish=publish, to_correct=folder / "bad.csv")
    report = import_plan(database, sheet, options, now=now, progress=lambda line: ends.append(time.perf_counter()))
    database.close()
    if report.created != rows or report.published != (rows if publish else 0):
        raise RuntimeError("The import did not do what is measured:\n" + "\n".join(report.lines()))
    seconds = [end - start for start, end in itertools.pairwise(ends)]
    return {
        "start_seconds": statistics.median(seconds[:BATCHES]),
        "end_seconds": statistics.median(seconds[-BATCHES:]),
        # in KiB on Linux; never less than what the process that started this one took
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }


if __name__ == "__main__":
    print(json.dumps(measure_import(Path(sys.argv[1]), int(sys.argv[2]), publish=sys.argv[3:] == ["publish"])))
