"""The text of a session that local support organisations pass on."""

from dataclasses import replace

from feeds.session_invitations import SHORT, invitation_text
from kil_pipeline.database import Database
from tests.engagement.people import a_session

ADDRESS = "https://plan.example.org/sessions/EXC-S0001"


def test_a_short_post_comes_first_then_the_whole(sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        public = a_session(session, open_to_change="The hours.", offers=("expenses",))
    assert invitation_text(public, ADDRESS) == (
        "Breaks for carers. Thursday 17 December 2026, 5:30pm to 7:30pm. Come and say what you think: "
        f"{ADDRESS}\n\n---\n\n"
        "Breaks for carers\n\n"
        "Thursday 17 December 2026, 5:30pm to 7:30pm\nOld Mill, Exampleton\n\n"
        "Say what helps.\n\n"
        "What is open to change: The hours.\n\n"
        "What you get for coming: Expenses paid\n\n"
        f"From Exampleshire Council, hosted by Carers Exampleshire. To come, and for how to get in: {ADDRESS}\n"
    )


def test_a_short_post_stays_short(sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        public = a_session(session)
    long = replace(public, content=replace(public.content, title="What carers need " * 15))
    assert len(invitation_text(long, ADDRESS).split("\n")[0]) <= SHORT


def test_a_title_that_asks_gets_no_full_stop(sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        public = a_session(session)
    asks = replace(public, content=replace(public.content, title="What helps?"))
    assert invitation_text(asks, ADDRESS).startswith("What helps? Thursday")
