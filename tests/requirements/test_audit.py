"""`make audit` fails where anything was skipped, and says plainly where it could not run. The programs are fakes."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from requirements.audit import Report, audit
from requirements.pins import Pin

PINS = (Pin("flask", "3.1"), Pin("colorama", "0.4", "sys_platform == 'win32'"), Pin("flask", "3.0", "python < '3.12'"))
ADVISORY = {"id": "PYSEC-2026-1", "fix_versions": ["3.2"], "aliases": [], "description": ""}
PIP_AUDIT = """
import json, sys
lines = open(sys.argv[sys.argv.index("-r") + 1]).read().split()
found = [dict(zip(("name", "version"), line.split("=="))) | {"vulns": []} for line in lines]
"""
NPM_AUDIT = """
import json, sys
assert sys.argv[1:] == ["audit", "--json", "--package-lock-only"]
"""
LOCK = {
    "packages": {
        "": {"name": "assets"},
        "node_modules/a": {"version": "1.0", "integrity": "sha512-AAAA"},
        "node_modules/a/node_modules/b": {"version": "2.0", "integrity": "sha512-AAAA"},
    }
}
Audit = Callable[..., Report]


def sound(total: int = 2, **vulnerabilities: object) -> str:
    answer = {"vulnerabilities": vulnerabilities, "metadata": {"dependencies": {"prod": total + 1, "total": total}}}
    return f"print({json.dumps(answer)!r})"


@pytest.fixture
def ask(tmp_path: Path) -> Audit:
    """Audits two packages of Python's (one in two versions) and two of npm's, with programs that answer as told."""
    lock = tmp_path / "package-lock.json"
    lock.write_text(json.dumps(LOCK), "utf-8")

    def run(python: str = "print(json.dumps({'dependencies': found}))", npm: str = sound()) -> Report:
        commands = []
        for name, program in (("pip-audit", PIP_AUDIT + python), ("npm", NPM_AUDIT + npm)):
            file = tmp_path / f"{name}.py"
            file.write_text(program, "utf-8")
            commands.append([sys.executable, str(file)])
        return audit(pip_audit=commands[0], npm=commands[1], pins=PINS, npm_locks=[lock])

    return run


def test_where_all_was_looked_at_and_nothing_is_known_it_ends_well(ask: Audit) -> None:
    report = ask()
    assert (report.code, report.lines()) == (0, ["5 packages were looked at: no advisory is known of any."])


def test_an_advisory_is_named_with_what_mends_it(ask: Audit) -> None:
    python = f"found[-1]['vulns'] = [{ADVISORY!r}]\nprint(json.dumps({{'dependencies': found}}))\nsys.exit(1)"
    report = ask(python, sound(2, a={"severity": "high"}))
    assert report.code == 1
    assert report.advisories == [
        "flask 3.0: PYSEC-2026-1, mended in 3.2",
        "flask 3.1: PYSEC-2026-1, mended in 3.2",
        "a (npm): high",
    ]


def test_what_pip_audit_skipped_fails_though_pip_audit_does_not(ask: Audit) -> None:
    python = (
        "found[0] = {'name': 'Colorama', 'skip_reason': 'Dependency not found on PyPI'} if len(found) > 1 else found[0]"
        "\nprint(json.dumps({'dependencies': found}))"
    )
    report = ask(python)
    assert (report.code, report.looked_at) == (2, 4)
    assert report.skipped == ["colorama: Dependency not found on PyPI"]
    assert report.lines()[-1] == (
        "4 packages were looked at: the audit is NOT complete, and says nothing of what is named above."
    )


def test_what_pip_audit_says_nothing_of_fails(ask: Audit) -> None:
    report = ask("print(json.dumps({'dependencies': found[1:]}))")
    assert (report.code, report.skipped) == (
        2,
        ["colorama: pip-audit said nothing of it", "flask: pip-audit said nothing of it"],
    )


@pytest.mark.parametrize(
    ("python", "why"),
    [
        (
            "sys.exit('Traceback\\nConnectionError: no route to the service')",
            "ConnectionError: no route to the service",
        ),
        ("print('<html>')", "it left with 0 and said nothing"),
        ("print('[]'); sys.exit(3)", "it left with 3 and said nothing"),
    ],
)
def test_where_pip_audit_cannot_run_it_is_said(ask: Audit, python: str, why: str) -> None:
    report = ask(python)
    assert (report.code, report.looked_at) == (2, 2)
    assert report.skipped == [f"{n} Python packages: pip-audit could not run: {why}" for n in (2, 1)]


@pytest.mark.parametrize(
    ("npm", "why"),
    [
        ("print(json.dumps({'message': '405 Method Not Allowed'})); sys.exit(1)", "405 Method Not Allowed"),
        ("sys.exit('npm error network')", "npm error network"),
    ],
)
def test_where_npm_cannot_run_it_is_said(ask: Audit, npm: str, why: str) -> None:
    report = ask(npm=npm)
    assert (report.code, report.looked_at) == (2, 3)
    assert report.skipped == [f"2 npm packages: npm audit could not run: {why}"]


def test_what_npm_did_not_look_at_fails(ask: Audit) -> None:
    report = ask(npm=sound(1))
    assert (report.code, report.skipped) == (2, ["1 npm packages: npm audit looked at 1 of 2"])


def test_a_program_that_is_not_there_is_said(tmp_path: Path) -> None:
    lock = tmp_path / "package-lock.json"
    lock.write_text(json.dumps(LOCK), "utf-8")
    nowhere = [str(tmp_path / "nowhere")]
    report = audit(pip_audit=nowhere, npm=nowhere, pins=PINS, npm_locks=[lock])
    assert (report.code, report.looked_at, len(report.skipped)) == (2, 0, 3)
    assert {line.partition("could not run: ")[2] for line in report.skipped} == {
        "there is no nowhere here (make install-dev)"
    }
