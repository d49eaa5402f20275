"""`make audit`: asks for known advisories about everything that is pinned, Python's and npm's.

Leaves with 1 where there is an advisory, and with 2 where anything was not looked at or a service could not be asked:
pip-audit itself leaves with 0 for a package that it skipped. Needs the network, so that it is no part of `make test`.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from requirements.pins import NPM_LOCK, NPM_TEST_LOCK, REQUIREMENTS, Pin, read_npm_lock, read_pins

PATIENCE = 900
"""Seconds that one program may take."""


@dataclass
class Report:
    """What came of it, in lines to be read."""

    looked_at: int = 0
    advisories: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    @property
    def code(self) -> int:
        """How the program ends: 0 only where everything was looked at and nothing found."""
        return 2 if self.skipped else 1 if self.advisories else 0

    def lines(self) -> list[str]:
        """Return the report."""
        said = [f"advisory: {line}" for line in self.advisories] + [f"NOT LOOKED AT: {line}" for line in self.skipped]
        verdict = {
            0: "no advisory is known of any.",
            1: f"{len(self.advisories)} advisories. Update what they name (make lock), or write down why not.",
            2: "the audit is NOT complete, and says nothing of what is named above.",
        }
        return [*said, f"{self.looked_at} packages were looked at: {verdict[self.code]}"]


def main() -> None:
    """Audit what this checkout pins."""
    report = audit(
        pip_audit=[str(Path(sys.executable).with_name("pip-audit"))],
        npm=["npm"],
        pins=[pin for file in sorted(REQUIREMENTS.glob("*.txt")) for pin in read_pins(file)],
        npm_locks=(NPM_LOCK, NPM_TEST_LOCK),
    )
    print(*report.lines(), sep="\n")
    sys.exit(report.code)


def audit(*, pip_audit: Sequence[str], npm: Sequence[str], pins: Sequence[Pin], npm_locks: Sequence[Path]) -> Report:
    """Ask both programs. `pip_audit`, `npm`: how they are called."""
    report = Report()
    for some in _rounds(pins):
        _ask_pip_audit(report, pip_audit, some)
    for lock in npm_locks:
        _ask_npm(report, npm, lock)
    return report


def _rounds(pins: Sequence[Pin]) -> list[dict[str, str]]:
    """Return names with versions, each name once in a round: some have two versions, for two versions of Python."""
    rounds: list[dict[str, str]] = []
    for name, version in sorted({(pin.name, pin.version) for pin in pins}):
        for some in rounds:
            if name not in some:
                some[name] = version
                break
        else:
            rounds.append({name: version})
    return rounds


def _ask_pip_audit(report: Report, command: Sequence[str], pinned: Mapping[str, str]) -> None:
    """Ask about one version of each package, wherever it is installed: markers are left out."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "requirements.txt"
        file.write_text("".join(f"{name}=={version}\n" for name, version in pinned.items()), "utf-8")
        options = ("--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off", "-r", str(file))
        answer = _run([*command, *options], Path(folder))
    found = _json(answer.output).get("dependencies")
    if not isinstance(found, list):
        report.skipped.append(f"{len(pinned)} Python packages: pip-audit could not run: {answer.reason}")
        return
    seen = set()
    for about in found:
        name = str(about["name"]).lower()
        seen.add(name)
        if "skip_reason" in about:
            report.skipped.append(f"{name}: {about['skip_reason']}")
            continue
        report.looked_at += 1
        for advisory in about["vulns"]:
            mend = ", ".join(advisory.get("fix_versions", ())) or "no version yet"
            report.advisories.append(f"{name} {about['version']}: {advisory['id']}, mended in {mend}")
    report.skipped += [f"{name}: pip-audit said nothing of it" for name in sorted(set(pinned) - seen)]


def _ask_npm(report: Report, command: Sequence[str], lock: Path) -> None:
    packages = read_npm_lock(lock)
    answer = _run([*command, "audit", "--json", "--package-lock-only"], lock.parent)
    said = _json(answer.output)
    found, total = said.get("vulnerabilities"), said.get("metadata", {}).get("dependencies", {}).get("total")
    if not isinstance(found, dict) or not isinstance(total, int):
        reason = said.get("message") or answer.reason
        report.skipped.append(f"{len(packages)} npm packages: npm audit could not run: {reason}")
        return
    if total < len(packages):
        report.skipped.append(f"{len(packages) - total} npm packages: npm audit looked at {total} of {len(packages)}")
    report.looked_at += total
    report.advisories += [f"{name} (npm): {about['severity']}" for name, about in sorted(found.items())]


@dataclass(frozen=True)
class _Answer:
    output: str
    reason: str
    """Why there is no answer, in one line."""


def _run(command: Sequence[str], folder: Path) -> _Answer:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except FileNotFoundError:
        return _Answer("", f"there is no {Path(command[0]).name} here (make install-dev)")
    except subprocess.TimeoutExpired:
        return _Answer("", f"it did not answer within {PATIENCE} seconds")
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    return _Answer(done.stdout, lines[-1] if lines else f"it left with {done.returncode} and said nothing")


def _json(text: str) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


if __name__ == "__main__":
    main()
