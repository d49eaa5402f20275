"""The list of sessions with 10,000 of them against the same with 100."""

from functools import partial
from pathlib import Path

from tests.benchmarks.results import Result, benchmark, time_ratio
from tests.benchmarks.sites import made_database, page_of
from tests.engagement.test_session_list import fill
from tests.factories import a_commissioner

FEW, MANY = 100, 10_000
GOAL = 1.5


@benchmark
def list_of_sessions_as_it_grows(folder: Path) -> list[Result]:
    """The page, through the whole application, without a server."""
    asks = []
    for number in (MANY, FEW):
        database = made_database(folder / f"sessions-{number}.db")
        with database.write() as session:
            fill(session, a_commissioner(session).id, number)
        asks.append(partial(page_of, database, folder, "/sessions"))
    many, few = (ask() for ask in asks)
    return [Result("list of sessions: 10,000 to 100", time_ratio(many, few, rounds=25), GOAL, "lower")]
