"""Feeds, as readers' programs ask for them all day long."""

import statistics
from contextlib import ExitStack
from pathlib import Path

from tests.benchmarks.load import Target, measure, served
from tests.benchmarks.plans import import_plan_of
from tests.benchmarks.results import Result, benchmark

ENTRIES = 50
ROUNDS = 7
FEED = "/feeds/entries.atom"
SLOW = {"rendered": (4, 8)}
"""Seconds and connections for what would answer none of 64 within a second on a busy machine."""


@benchmark
def feeds_against_a_trivial_flask_route(folder: Path) -> list[Result]:
    """Requests a second on the same server, with the same options; the servers take turns."""
    environment = {
        "KIL_ENV": "development",
        "KIL_VAR": str(folder),
        "KIL_DATABASE_URL": import_plan_of(ENTRIES, folder, publish=True).url,
    }
    with ExitStack() as servers:
        hello = servers.enter_context(served("tests.benchmarks.apps:hello", environment))
        product = servers.enter_context(served("web.wiring:served_app", environment))
        unkept = servers.enter_context(served("tests.benchmarks.apps:rendered_each_time", environment))
        targets = {
            "feed": Target(product, FEED),
            "zipped": Target(product, FEED, {"Accept-Encoding": "gzip"}),
            "unchanged": Target(product, FEED, {"If-None-Match": _checked_etag(Target(product, FEED))}),
            "hello": Target(hello, "/"),
            "rendered": Target(unkept, FEED),
        }
        _check(targets)
        rates = _measure_in_turn(targets)

    def ratio(one: str, other: str) -> float:
        return statistics.median(measured[one] / measured[other] for measured in rates)

    return [
        Result("feed of 50, gzipped, to a Flask hello", ratio("zipped", "hello"), 3, "higher"),
        Result("feed's 304 to a Flask hello", ratio("unchanged", "hello"), 3, "higher"),
        Result("feed of 50, 115 kB plain, to a Flask hello", ratio("feed", "hello"), 0.5, "higher"),  # copying
        Result("feed of 50 to the same rendered each time", ratio("feed", "rendered"), 100, "higher"),
    ]


def _checked_etag(feed: Target) -> str:
    status, headers, body = feed.ask()
    if status != 200 or body.count(b"</entry>") != ENTRIES:
        raise RuntimeError(f"The feed does not hold the {ENTRIES} entries that are measured.")
    return headers["etag"]


def _check(targets: dict[str, Target]) -> None:
    """What is measured must be what is meant: wrk counts a 304 and a 200 alike."""
    answers = {name: target.ask() for name, target in targets.items()}
    statuses = {name: status for name, (status, _, _) in answers.items()}
    if statuses != {name: 304 if name == "unchanged" else 200 for name in targets}:
        raise RuntimeError(f"Not what is measured: {statuses}")
    if answers["rendered"][2] != answers["feed"][2] or answers["zipped"][1].get("content-encoding") != "gzip":
        raise RuntimeError("The feeds that are compared are not the same feed.")


def _measure_in_turn(targets: dict[str, Target]) -> list[dict[str, float]]:
    """Return the rates of each round: in it all take turns, so that a busy machine slows all. The first warms up."""
    return [
        {name: measure(target, *SLOW.get(name, ())).rate for name, target in targets.items()} for _ in range(ROUNDS + 1)
    ][1:]
