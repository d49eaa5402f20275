"""The list of sessions to come: a page costs the same however many there are."""

import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.codec import to_json
from kil_pipeline.database import Database, new_id
from kil_pipeline.engagement.session_queries import coming_sessions, past_sessions, postponed_sessions
from kil_pipeline.engagement.sessions import SessionRow
from kil_pipeline.plan.criteria import Criteria
from tests.engagement.sessions import CONTENT
from tests.factories import NOW, a_commissioner

PAGE = 50


def fill(session: Session, organisation_id: uuid.UUID, number: int) -> None:
    """Add public sessions, an hour apart, half of them in the past."""
    first = NOW - timedelta(hours=number // 2)
    rows = [
        {
            "id": new_id(),
            "reference": f"EXC-S{place:05d}",
            "organisation_id": organisation_id,
            "state": "published",
            "state_reason": "",
            "content": to_json(CONTENT),
            "starts_at": first + timedelta(hours=place),
            "earlier_starts": [],
            "sequence": 0,
            "updated_at": NOW,
        }
        for place in range(number)
    ]
    session.execute(sa.insert(SessionRow), rows)


def plan_of_list(database: Database, following: str) -> list[str]:
    """Return the lines of the plan by which the database finds a page."""
    asked: list[str] = []

    def note(
        connection: object, cursor: object, statement: str, parameters: object, context: object, many: bool
    ) -> None:
        asked.append(statement)
        values.append(parameters)

    values: list[object] = []
    sa.event.listen(database.engine, "before_cursor_execute", note)
    with database.read() as session:
        coming_sessions(session, Criteria(), after=NOW, following=following, limit=PAGE)
    sa.event.remove(database.engine, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN " if database.sqlite else "EXPLAIN (COSTS OFF) "
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql(explain + asked[-1], values[-1]).all()  # type: ignore[arg-type]  # as they came
    return [str(row[-1]) for row in rows]


@pytest.mark.parametrize("following", ["", "EXC-S05400"])
def test_a_page_is_read_along_one_index_and_nothing_is_sorted_or_counted(database: Database, following: str) -> None:
    with database.write() as session:
        fill(session, a_commissioner(session, prefix="EXC").id, 10_000)
    with database.writer.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    lines = plan_of_list(database, following)
    used = [line for line in lines if "starts_at" in line and "Cond:" not in line and "Filter:" not in line]
    assert ["ix_engagement_session_starts_at_reference" in line for line in used] == [True]
    assert [line for line in lines if "TEMP B-TREE" in line or "Sort" in line] == []


def test_a_page_takes_as_many_statements_with_ten_thousand_as_with_a_hundred(database: Database) -> None:
    counts = []
    with database.write() as session:
        council = a_commissioner(session, prefix="EXC").id
    for number in (100, 10_000):
        with database.write() as session:
            session.execute(sa.delete(SessionRow))
            fill(session, council, number)
        asked: list[str] = []

        def note(connection: object, cursor: object, statement: str, *rest: object, asked: list[str] = asked) -> None:
            asked += [statement] if statement.startswith("SELECT") else []

        sa.event.listen(database.engine, "before_cursor_execute", note)
        with database.read() as session:
            found = coming_sessions(session, Criteria(), after=NOW, limit=PAGE)
        sa.event.remove(database.engine, "before_cursor_execute", note)
        counts.append((len(asked), len(found.sessions)))
    assert counts == [(1, PAGE), (1, PAGE)]


def test_pages_follow_each_other_without_a_gap(database: Database) -> None:
    with database.write() as session:
        council = a_commissioner(session, prefix="EXC").id
        fill(session, council, 240)
        same_hour = sa.update(SessionRow).where(SessionRow.reference > "EXC-S00200")
        session.execute(same_hour.values(starts_at=NOW + timedelta(days=40)))  # the place of a page among equals
    seen: list[str] = []
    following = ""
    with database.read() as session:
        while True:
            page = coming_sessions(session, Criteria(), after=NOW, following=following, limit=17)
            seen += [one.reference for one in page.sessions]
            following = page.further
            if not following:
                break
    assert seen == [f"EXC-S{place:05d}" for place in range(120, 240)]


def test_an_unknown_place_begins_at_the_start(database: Database) -> None:
    with database.write() as session:
        fill(session, a_commissioner(session, prefix="EXC").id, 4)
    with database.read() as session:
        page = coming_sessions(session, Criteria(), after=NOW, following="NONE-S1", limit=1)
    assert ([one.reference for one in page.sessions], page.further) == (["EXC-S00002"], "EXC-S00002")


def test_past_pages_follow_each_other_latest_first_without_a_gap(database: Database) -> None:
    with database.write() as session:
        council = a_commissioner(session, prefix="EXC").id
        fill(session, council, 240)
        same_hour = sa.update(SessionRow).where(SessionRow.reference < "EXC-S00040")
        session.execute(same_hour.values(starts_at=NOW - timedelta(days=40)))
    seen: list[str] = []
    following = ""
    with database.read() as session:
        while True:
            page = past_sessions(session, Criteria(), before=NOW, following=following, limit=17)
            seen += [one.reference for one in page.sessions]
            following = page.further
            if not following:
                break
    assert seen == [f"EXC-S{place:05d}" for place in reversed(range(120))]


@pytest.mark.parametrize(("number", "past", "waiting"), [("00000", 1, 1), ("00003", 2, 0)])
def test_a_postponed_session_is_not_past_but_waits_for_its_new_day(
    database: Database, number: str, past: int, waiting: int
) -> None:
    with database.write() as session:
        fill(session, a_commissioner(session, prefix="EXC").id, 4)
        session.execute(sa.update(SessionRow).where(SessionRow.reference == f"EXC-S{number}").values(state="postponed"))
    with database.read() as session:
        found = past_sessions(session, Criteria(), before=NOW, limit=9)
        assert (len(found.sessions), len(postponed_sessions(session, Criteria(), before=NOW))) == (past, waiting)
