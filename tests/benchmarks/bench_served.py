"""Documents as they leave the server, warm: against nginx with the same bytes in a file, and Django making a feed."""

import statistics
from contextlib import ExitStack
from pathlib import Path

from tests.benchmarks.load import CONNECTIONS, SECONDS, Measured, Running, Target, measure, served
from tests.benchmarks.other_servers import keep_items, nginx
from tests.benchmarks.plans import import_plan_of
from tests.benchmarks.results import Result, benchmark

ENTRIES = 1000
ROUNDS = 5
FEED, ARCHIVE = "/feeds/entries.atom", "/feeds/changes.rss?archive=1"
CALENDAR = "/calendars/milestones.ics"
GZIP = {"Accept-Encoding": "gzip"}
"""What readers' programs send."""


@benchmark
def documents_against_other_servers(folder: Path) -> list[Result]:
    """Requests a second, one process each; the servers take turns. An archive document holds 100 changes.

    A 304 and a hello are so short that the client's share of the processors would decide: the server's is compared.
    """
    environment = {
        "KIL_ENV": "development",
        "KIL_VAR": str(folder),
        "KIL_DATABASE_URL": import_plan_of(ENTRIES, folder, publish=True).url,
        "KIL_BENCH_ITEMS": str(folder / "items.json"),
    }
    with ExitStack() as servers:
        product = servers.enter_context(served("web.wiring:served_app", environment))
        files = _keep_files(product, folder)
        hello = servers.enter_context(served("tests.benchmarks.apps:hello", environment))
        django = servers.enter_context(served("tests.benchmarks.django_sites:syndication", environment))
        static = servers.enter_context(nginx(folder))
        targets = {name: Target(product, path) for name, path in files.items()}
        targets |= {f"{name} by nginx": Target(static, f"/{name}") for name in files}
        etag = targets["archive"].ask()[1]["etag"]
        targets["unchanged"] = Target(product, ARCHIVE, {"If-None-Match": etag})
        targets["zipped"] = Target(product, FEED, GZIP)
        targets |= {name: Target(django, f"/{name}") for name in ("stored", "remembered")}
        targets |= {"hello": Target(hello, "/"), "stored, zipped": Target(django, "/stored", GZIP)}
        _check(targets, files)
        rates = [_measure(targets, django) for _ in range(ROUNDS + 1)][1:]

    def ratio(one: str, other: str) -> float:
        return statistics.median(measured[one].rate / measured[other].rate for measured in rates)

    lighter = statistics.median(measured["unchanged"].effort / measured["hello"].effort for measured in rates)

    def to_nginx(name: str, document: str, goal: float) -> Result:
        measured = ratio(document, f"{document} by nginx")
        return Result(f"{name}, warm, to nginx with the file", measured, goal, "higher", floor=0.2)

    return [
        to_nginx("feed of 50", "feed", 0.4),
        to_nginx("archive document of 100", "archive", 0.7),
        to_nginx("calendar of 1,000", "calendar", 0.7),
        Result("feed of 50, gzipped, to Django from its database", ratio("zipped", "stored, zipped"), 200, "higher"),
        Result("feed of 50, plain, to Django from its database", ratio("feed", "stored"), 200, "higher", floor=60),
        Result("feed of 50, plain, to Django from memory", ratio("feed", "remembered"), 200, "higher", floor=10),
        Result("archive document's 304 to a Flask hello, for each processor second", lighter, 3.5, "higher", floor=1.5),
    ]


def _measure(targets: dict[str, Target], slow: Running) -> dict[str, Measured]:
    """Measure one round. `slow`: a server that would let most of 64 connections time out."""
    fewer = {slow: (4, 8)}
    return {name: measure(one, *fewer.get(one.server, (SECONDS, CONNECTIONS))) for name, one in targets.items()}


def _keep_files(product: Running, folder: Path) -> dict[str, str]:
    files = {"feed": FEED, "archive": ARCHIVE, "calendar": CALENDAR}
    for name, path in files.items():
        status, _, body = Target(product, path).ask()
        if status != 200:
            raise RuntimeError(f"Not what is measured: {path} answers {status}.")
        (folder / name).write_bytes(body)
    keep_items((folder / "feed").read_bytes(), folder / "items.json")
    return files


def _check(targets: dict[str, Target], files: dict[str, str]) -> None:
    answers = {name: target.ask() for name, target in targets.items()}
    statuses = {name: status for name, (status, _, _) in answers.items()}
    if statuses != {name: 304 if name == "unchanged" else 200 for name in targets}:
        raise RuntimeError(f"Not what is measured: {statuses}")
    if any(answers[name][2] != answers[f"{name} by nginx"][2] for name in files):
        raise RuntimeError("The documents that are compared are not the same.")
    for part in (b"</entry>", b"<category ", b"</updated>"):
        if not 0 <= answers["feed"][2].count(part) - answers["stored"][2].count(part) <= 1:
            raise RuntimeError("The feeds that are compared do not hold the same entries.")
    zipped = [answers[name][1].get("content-encoding") for name in ("zipped", "stored, zipped")]
    if zipped != ["gzip", "gzip"]:
        raise RuntimeError("What is measured zipped is not zipped.")
