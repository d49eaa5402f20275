"""ical.js, which Thunderbird and Nextcloud read calendars with: npm's, in one process for all that is read."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from tests.parsers.calendars import TEXTS, ReadCalendar, Refused
from web.assets.build import find_npm

_SCRIPT = Path(__file__).with_name("ical_js.cjs")
PACKAGES = Path(sys.prefix) / "parsers" / "node_modules"
"""Where `make install-parsers` puts it."""


class IcalJs:
    """A process that reads calendars, one after the other."""

    def __init__(self) -> None:
        """Start it."""
        assert (PACKAGES / "ical.js").is_dir(), "There is no ical.js: make install-parsers"
        environment = find_npm()[1] | {"NODE_PATH": str(PACKAGES)}
        node = shutil.which("node", path=environment["PATH"]) or "node"
        command = [node, str(_SCRIPT), *sorted(TEXTS)]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, encoding="utf-8")

    def __enter__(self) -> "IcalJs":
        """It is there already."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End it."""
        self._process.communicate()

    def read(self, calendar: bytes) -> ReadCalendar:
        """Read a calendar. Raises `Refused` for what ical.js refuses."""
        wanted, answers = self._process.stdin, self._process.stdout
        assert wanted is not None
        assert answers is not None
        wanted.write(f"{json.dumps(calendar.decode())}\n")
        wanted.flush()
        answer = json.loads(answers.readline())
        if "error" in answer:
            raise Refused(answer["error"])
        return ReadCalendar.of(answer["kinds"], answer["parts"])
