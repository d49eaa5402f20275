"""A patch at a glance: only what is there, lately or soon, and no more than a few of each."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from kil_pipeline.database import Database
from kil_pipeline.engagement.patch_overviews import PatchOverview, patch_overview
from kil_pipeline.engagement.programme import announce_session
from kil_pipeline.engagement.sessions import SessionContent
from kil_pipeline.plan.expected_dates import Precision
from tests.factories import NOW, a_commissioner, a_milestone, publish, republish, some_content
from tests.support.test_patches import BRADFORD, LEEDS, YORKSHIRE, a_body

LONG_AGO = NOW - timedelta(days=31)


def test_new_means_thirty_days_and_the_patch(database: Database) -> None:
    with database.write() as session:
        body, council = a_body(session, "Body", LEEDS), a_commissioner(session).id
        publish(session, council, some_content("Old", areas=(LEEDS,)), at=LONG_AGO)
        publish(session, council, some_content("Elsewhere", areas=(BRADFORD,)))
        publish(session, council, some_content("Here", areas=(LEEDS,)))
        publish(session, council, some_content("Around here", areas=(YORKSHIRE,)), at=NOW - timedelta(hours=1))
        found = patch_overview(session, body, NOW)
    assert [entry.headline for entry in found.new] == ["Here", "Around here"]
    assert found.criteria.areas == (LEEDS,)


def test_five_are_shown_of_each(database: Database) -> None:
    with database.write() as session:
        body, council = a_body(session, "Body", LEEDS), a_commissioner(session).id
        for number in range(7):
            opens = a_milestone("opens", date(2027, 1, 10 + number))
            publish(session, council, some_content(f"Entry {number}", areas=(LEEDS,), milestones=(opens,)))
        found = patch_overview(session, body, NOW)
    assert (len(found.new), [entry.headline[-1] for entry in found.opening]) == (5, ["0", "1", "2", "3", "4"])


def test_soon_means_that_it_may_open_within_ninety_days(database: Database) -> None:
    days = {
        "yesterday": a_milestone("opens", date(2026, 11, 22)),
        "today": a_milestone("opens", date(2026, 11, 23)),
        "day 90": a_milestone("opens", date(2027, 2, 21)),
        "day 91": a_milestone("opens", date(2027, 2, 22)),
        "this quarter": a_milestone("opens", date(2026, 11, 1), Precision.QUARTER),
        "another date": a_milestone("decision", date(2026, 12, 1)),
    }
    with database.write() as session:
        body, council = a_body(session, "Body", LEEDS), a_commissioner(session).id
        for headline, milestone in days.items():
            publish(session, council, some_content(headline, areas=(LEEDS,), milestones=(milestone,)))
        found = patch_overview(session, body, NOW)
    assert [entry.headline for entry in found.opening] == ["this quarter", "today", "day 90"]


def test_moved_means_a_date_that_moved_lately(database: Database) -> None:
    first, later = a_milestone("opens", date(2027, 3, 1)), a_milestone("opens", date(2027, 6, 1))
    content = some_content("Moved", areas=(LEEDS,), milestones=(first,))
    with database.write() as session:
        body, council = a_body(session, "Body", LEEDS), a_commissioner(session).id
        moved = publish(session, council, content, at=LONG_AGO)
        long_moved = publish(session, council, replace(content, headline="Moved long ago"), at=LONG_AGO)
        told = publish(session, council, some_content("Told", areas=(LEEDS,)), at=LONG_AGO)
        republish(session, long_moved, replace(content, milestones=(later,)), at=LONG_AGO + timedelta(hours=1))
    with database.write() as session:
        republish(session, moved, replace(content, milestones=(later,)), at=NOW)
        republish(session, told, some_content("Told", areas=(LEEDS,), summary="More."), at=NOW)
    with database.read() as session:
        found = patch_overview(session, body, NOW)
    assert [change.facets.title for change, _ in found.moved] == ["Moved"]
    assert [len(sentences) for _, sentences in found.moved] == [1]


def test_sessions_to_come_in_the_patch(database: Database) -> None:
    starts = datetime(2027, 1, 14, 18, tzinfo=UTC)
    with database.write() as session:
        body, council = a_body(session, "Body", LEEDS), a_commissioner(session).id
        for title, area, begins in (
            ("Here", LEEDS, starts),
            ("Elsewhere", BRADFORD, starts),
            ("Over", LEEDS, NOW - timedelta(days=1)),
        ):
            about = SessionContent(title, "To hear.", begins, begins + timedelta(hours=2), host="Hall", areas=(area,))
            announce_session(session, council, about, venue_id=None, now=NOW)
        found = patch_overview(session, body, NOW)
    assert [public.content.title for public in found.sessions] == ["Here"]


def test_without_a_patch_nothing_is_listed(database: Database) -> None:
    with database.write() as session:
        body = a_body(session, "Body")
        publish(session, a_commissioner(session).id, some_content("Anywhere", areas=(LEEDS,)))
        assert patch_overview(session, body, NOW) == PatchOverview(())
