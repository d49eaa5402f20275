"""What the benchmarks say of what they measured."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.__main__ import format_table, measure_all
from tests.benchmarks.load import Running, read_number, read_rate
from tests.benchmarks.results import Result

PRINTED = """Running 1s test @ http://127.0.0.1:8000/
  1 threads and 16 connections
  1500 requests in 1.00s, 180.00KB read
Requests/sec:   1498.25
Transfer/sec:    179.79KB
"""


@pytest.mark.parametrize(
    ("better", "ratio", "met"),
    [
        ("higher", 2.99, False),
        ("higher", 3.0, True),
        ("higher", 3.01, True),
        ("lower", 2.99, True),
        ("lower", 3.0, True),
        ("lower", 3.01, False),
    ],
)
def test_a_goal_is_met_where_the_ratio_reaches_it(better: str, ratio: float, met: bool) -> None:
    assert Result("feed", ratio, 3, "higher" if better == "higher" else "lower").met is met


@pytest.mark.parametrize(("ratio", "held"), [(9.9, False), (10.0, True), (15.0, True)])
def test_a_goal_that_is_not_reached_yet_has_a_floor(ratio: float, held: bool) -> None:
    assert Result("feed", ratio, 15, "higher", floor=10).held is held


def test_the_table_is_aligned_and_marks_what_was_missed() -> None:
    results = [
        Result("feed to hello", 4.2, 3, "higher"),
        Result("page", 1.61, 1.5, "lower", floor=2),
        Result("tick", 2.5, 1.5, "lower"),
    ]
    assert format_table(results).splitlines() == [
        "what                ratio          goal",
        "feed to hello        4.20       >= 3.00",
        "page                 1.61       <= 1.50  missed",
        "tick                 2.50       <= 1.50  missed, and worse than it was",
    ]


def test_a_benchmark_that_fails_does_not_keep_the_others_from_being_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def first_of_all(folder: Path) -> list[Result]:
        return [Result("page", 1.25, 1.5, "lower")]

    def one_that_fails(folder: Path) -> list[Result]:
        raise RuntimeError("A server to be measured did not start.")

    def last_of_all(folder: Path) -> list[Result]:
        return [Result("feed", 2.0, 3, "higher")]

    output = tmp_path / "var" / "bench.json"
    results, failed = measure_all([first_of_all, one_that_fails, last_of_all], tmp_path, output)
    assert failed == ["one that fails"]
    assert results == [*first_of_all(tmp_path), *last_of_all(tmp_path)]
    assert json.loads(output.read_text("utf-8")) == [
        {"name": "page", "ratio": 1.25, "goal": 1.5, "better": "lower", "floor": None, "met": True},
        {"name": "feed", "ratio": 2.0, "goal": 3, "better": "higher", "floor": None, "met": False},
    ]
    assert "A server to be measured did not start." in capsys.readouterr().err


def test_the_rate_and_the_number_are_read_from_what_wrk_prints() -> None:
    assert read_rate(PRINTED) == 1498.25
    assert read_number(PRINTED) == 1500


def test_the_processor_time_of_a_server_holds_that_of_its_children() -> None:
    work = "import os, time\nif os.fork():\n    os.wait()\nelse:\n    while time.process_time() < 0.2:\n        pass\n"
    watched = f"{work}    print(flush=True)\n    time.sleep(60)\n"
    with subprocess.Popen([sys.executable, "-c", watched], stdout=subprocess.PIPE, start_new_session=True) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        taken = Running(0, parent.pid).processor_seconds()
        os.killpg(parent.pid, signal.SIGKILL)
    assert taken >= 0.18  # counted in hundredths


@pytest.mark.parametrize("line", ["  Non-2xx or 3xx responses: 3\n", "  Socket errors: connect 0, read 1\n"])
def test_a_measurement_with_failed_requests_is_none(line: str) -> None:
    with pytest.raises(RuntimeError, match="Not every request was answered"):
        read_rate(line + PRINTED)


@pytest.mark.parametrize("printed", ["unable to connect", PRINTED.replace("1498.25", "0.00")])
def test_a_measurement_without_a_rate_is_none(printed: str) -> None:
    with pytest.raises(RuntimeError, match="Not every request was answered"):
        read_rate(printed)
