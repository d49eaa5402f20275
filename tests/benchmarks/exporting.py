"""`python -m tests.benchmarks.exporting DATABASE FOLDER PATH`: a download in a process of its own, measured there.

Prints as JSON how many bytes came and what the process held at most.
"""

import json
import re
import sys
from pathlib import Path

from kil_pipeline.database import Database
from kil_pipeline.settings import load_settings
from web.app import create_app
from web.context import Context


def measure_download(url: str, folder: str, path: str) -> dict[str, int]:
    """Read a download to its end as a client does, and keep nothing of it."""
    database = Database(url)
    settings = load_settings({"KIL_ENV": "development", "KIL_VAR": folder})
    client = create_app(Context(settings, database)).test_client()
    with client.get(path, buffered=False) as response:
        if response.status_code != 200:
            raise RuntimeError(f"{path} answered {response.status}.")
        sent = sum(len(part) for part in response.iter_encoded())
    database.close()
    return {"sent": sent, "peak_bytes": peak_bytes()}


def peak_bytes() -> int:
    """Return the most that this process held (Linux). `getrusage` would tell of the one that started it, too."""
    found = re.search(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text("ascii"), re.MULTILINE)
    if found is None:
        raise RuntimeError("This system does not tell how much memory a process held.")
    return int(found[1]) * 1024


if __name__ == "__main__":
    print(json.dumps(measure_download(*sys.argv[1:])))
