"""What authors type about a session: read as people write it, refused with a way to mend it, and shown again."""

from dataclasses import replace
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kil_pipeline.database import Database
from kil_pipeline.engagement.session_answers import read_clock, read_session_answers, write_session_answers
from kil_pipeline.engagement.session_materials import MOST_MATERIALS, rows_shown
from kil_pipeline.engagement.session_parts import Material, MaterialKind
from kil_pipeline.engagement.venues import VenueFacts, add_venue
from kil_pipeline.errors import InvalidContent
from tests.engagement.sessions import CONTENT
from tests.factories import NOW, TODAY, a_commissioner, publish, some_content

FULL = replace(
    CONTENT,
    stage="designing",
    format="walk and talk",
    in_person=True,
    online=True,
    open_to_change="Where.\n\nAnd when.",
    open_why="Nothing is written yet.",
    already_decided="The money.",
    decided_why="The board met.",
    agenda="Tea\nTalk",
    materials=(
        Material("Two pages", MaterialKind.PRE_READ, "https://council.example.org/two"),
        Material("Recording", MaterialKind.RECORDING, "https://council.example.org/film", date(2027, 1, 20)),
    ),
    offers=("expenses", "carers"),
    payment="£25 an hour",
    offered="Lunch.",
    access_offers=("captions",),
    access_contact="access@council.example.org",
    access_by=date(2027, 1, 7),
    capacity=30,
    capacity_online=100,
    areas=("E08000035",),
    themes=("carers",),
    entries=("EXC-0001",),
)
TYPED = {"title": "Breaks", "purpose": "Say what helps.", "day": "14 January 2027", "from": "5.30pm", "to": "19:30"}


def problems(database: Database, **raw: str) -> list[tuple[str, str]]:
    with database.read() as session:
        answers = read_session_answers(session, TYPED | raw, today=TODAY)
    assert (answers.content is None) is bool(answers.problems)
    return [(problem.field, problem.message) for problem in answers.problems]


def test_what_is_written_reads_back_the_same(database: Database) -> None:
    with database.write() as session:
        publish(session, a_commissioner(session, prefix="EXC").id, some_content("Breaks"))
        venue = add_venue(session, VenueFacts("Village Hall"), now=NOW)
        raw = write_session_answers(FULL, venue, "https://meet.example.org/1")
        answers = read_session_answers(session, raw, today=TODAY)
    assert answers.problems == ()
    assert (answers.content, answers.venue_id) == (FULL, venue.id)
    assert answers.online_link == "https://meet.example.org/1"


def test_a_title_a_purpose_and_a_time_are_enough(database: Database) -> None:
    with database.read() as session:
        answers = read_session_answers(session, TYPED, today=TODAY)
    assert answers.content == replace(CONTENT, title="Breaks", purpose="Say what helps.")


def test_everything_wrong_is_said_at_once(database: Database) -> None:
    found = problems(
        database,
        title=" ",
        day="spring 2027",
        to="25:00",
        capacity="many",
        areas="Nowhere",
        online_link="meet",
        entries="EXC-0099",
        venue="Nowhere Hall",
        attendance="x",
        access_by="soon",
        **{"material 1: title": "Slides", "material 2: address": "https://example.org"},
    )
    assert sorted(field for field, _ in found) == [
        "access_by",
        "areas",
        "attendance",
        "capacity",
        "day",
        "entries",
        "material 1: address",
        "material 2: title",
        "online_link",
        "title",
        "to",
        "venue",
    ]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({"to": "17:30"}, [("to", "It must end after it starts.")]),
        ({"purpose": ""}, [("purpose", "Write in a sentence what it is for.")]),
        ({"day": ""}, [("day", "Write the day, such as 14 March 2027.")]),
        ({"day": "January 2027"}, [("day", "“January 2027” is not a day. Write it as 14 March 2027.")]),
        ({"from": "5"}, [("from", "“5” is not a time. Write 17:30, or 5:30pm.")]),
        ({"entries": "exc-7"}, [("entries", "“EXC-7” is not in the public plan. Link it once it is published.")]),
    ],
)
def test_each_problem_says_how_to_mend_it(database: Database, raw: dict[str, str], said: list[tuple[str, str]]) -> None:
    assert problems(database, **raw) == said


def test_a_venue_is_found_by_name_slug_and_address(database: Database) -> None:
    with database.write() as session:
        hall = add_venue(session, VenueFacts("Village Hall"), now=NOW)
        for _ in range(2):
            add_venue(session, VenueFacts("Library"), now=NOW)
        found = {
            text: read_session_answers(session, TYPED | {"venue": text}, today=TODAY).venue_id
            for text in (
                "village hall",
                "village-hall",
                "https://plan.example.org/venues/village-hall",
                "/venues/library/",
            )
        }
        library = found.pop("/venues/library/")
    assert set(found.values()) == {hall.id}
    assert library is not None
    several = "Several venues are called “Library”. Paste the address of its page under Venues."
    assert problems(database, venue="Library") == [("venue", several)]


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("17:30", time(17, 30)),
        ("5.30pm", time(17, 30)),
        ("5:30 PM", time(17, 30)),
        ("10am", time(10)),
        ("12am", time(0)),
        ("12pm", time(12)),
        ("noon", time(12)),
        ("0:05", time(0, 5)),
    ],
)
def test_a_time_is_read_as_people_write_it(text: str, clock: time) -> None:
    assert read_clock(text) == clock


@pytest.mark.parametrize("text", ["", "25:00", "13pm", "0am", "17:60", "5", "half five", "٣:٣٠pm"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(InvalidContent):
        read_clock(text)


@given(st.times().map(lambda clock: clock.replace(second=0, microsecond=0)))
def test_every_minute_of_the_day_reads_back(clock: time) -> None:
    twelve = f"{clock.hour % 12 or 12}:{clock:%M}{'am' if clock.hour < 12 else 'pm'}"
    assert (read_clock(f"{clock:%H:%M}"), read_clock(twelve)) == (clock, clock)


@given(st.dictionaries(st.sampled_from([*TYPED, "areas", "capacity", "venue", "material 1: address"]), st.text()))
def test_no_text_breaks_the_reading(sqlite_template: object, raw: dict[str, str]) -> None:
    database = Database(f"sqlite:///{sqlite_template}")
    with database.read() as session:
        answers = read_session_answers(session, raw, today=TODAY)
    database.close()
    assert (answers.content is None) is bool(answers.problems)


def test_the_form_shows_two_rows_more_than_are_filled_in() -> None:
    assert [rows_shown({}), rows_shown({"material 3: title": "x"})] == [2, 5]
    assert rows_shown({f"material {MOST_MATERIALS}: title": "x"}) == MOST_MATERIALS
