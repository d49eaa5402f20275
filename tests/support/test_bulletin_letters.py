"""The mail about a bulletin's draft: to all who may edit it, never about an empty one, nor about one passed on."""

import uuid
from datetime import UTC, datetime, timedelta

from kil_pipeline.alerts.letters import NoticeLetter, Outcome, Receipt
from kil_pipeline.database import Database
from kil_pipeline.organisations.members import Role, add_member
from kil_pipeline.organisations.people import remove_member
from kil_pipeline.support.bulletins import bulletin_of, note_passed_on, set_up
from tests.alerts.sinks import Post
from tests.factories import EIGHT, NOW, a_commissioner, publish, some_content
from tests.support.test_patches import LEEDS, a_body

TUESDAY_AT_EIGHT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
"""The day before the Wednesday that the organisation chose."""
MINUTE = timedelta(minutes=1)


def a_body_with_people(database: Database) -> tuple[uuid.UUID, uuid.UUID]:
    """Set up a bulletin for Wednesdays. Returns the organisation, and Ann, who is its author."""
    with database.write() as session:
        body = a_body(session, "Body of Leeds", LEEDS)
        ann, _, _ = (
            add_member(session, email=f"{name}@example.org", organisation_id=body, role=role, now=NOW).user_id
            for name, role in (("ann", Role.AUTHOR), ("bob", Role.ADMIN), ("cat", Role.VIEWER))
        )
        set_up(session, body, monthly=False, weekday=2, themes=(), digest_hour=EIGHT, now=NOW)
    return body, ann


def publish_in_leeds(database: Database, *titles: str) -> None:
    with database.write() as session:
        council = a_commissioner(session).id
        for title in titles:
            publish(session, council, some_content(title, areas=(LEEDS,)), at=NOW)


def told(post: Post) -> list[tuple[str, str]]:
    notices = [letter for letter in post.letters if isinstance(letter, NoticeLetter)]
    return sorted((out.to, letter.subject) for out, letter in zip(post.sent, notices, strict=True))


def test_all_who_may_edit_a_draft_hear_that_it_is_ready(database: Database) -> None:
    post = Post(database)
    a_body_with_people(database)
    publish_in_leeds(database, "Breaks for carers", "Community transport")
    post.tick(TUESDAY_AT_EIGHT - MINUTE)
    assert told(post) == []
    post.tick(TUESDAY_AT_EIGHT)
    subject = "Your bulletin is ready to look at: 2 items"
    assert told(post) == [("ann@example.org", subject), ("bob@example.org", subject)]
    letter = post.letters[0]
    assert isinstance(letter, NoticeLetter)
    assert letter.paragraphs[0] == (
        "The draft for Body of Leeds has the news of your patch since the last one: 2 items. "
        "The day that you chose for it is Wednesday 25 November 2026."
    )
    assert sorted(letter.facts) == [("New", "Breaks for carers"), ("New", "Community transport")]
    assert letter.buttons == (("Look at the draft", "/workspace/bulletin"),)
    post.tick(TUESDAY_AT_EIGHT + MINUTE)
    assert len(told(post)) == 2


def test_nobody_hears_of_a_draft_without_news(database: Database) -> None:
    post = Post(database)
    a_body_with_people(database)
    post.tick(TUESDAY_AT_EIGHT)
    assert told(post) == []


def test_nobody_hears_of_a_draft_that_was_passed_on_meanwhile(database: Database) -> None:
    post = Post(database)
    body, _ = a_body_with_people(database)
    publish_in_leeds(database, "Breaks for carers")
    put_off(post)
    with database.write() as session:
        row = bulletin_of(session, body)
        assert row is not None
        note_passed_on(session, body, row.version, TUESDAY_AT_EIGHT)
    post.tick(TUESDAY_AT_EIGHT + timedelta(hours=1))
    assert told(post) == []


def test_who_left_meanwhile_hears_nothing(database: Database) -> None:
    post = Post(database)
    body, ann = a_body_with_people(database)
    publish_in_leeds(database, "Breaks for carers")
    put_off(post)
    with database.write() as session:
        remove_member(session, body, ann, TUESDAY_AT_EIGHT)
    post.tick(TUESDAY_AT_EIGHT + timedelta(hours=1))
    assert told(post) == [("bob@example.org", "Your bulletin is ready to look at: one item")]


def put_off(post: Post) -> None:
    """Make the drafts, and have the mail server put off both mails."""
    post.answers.extend([Receipt(Outcome.DEFERRED, "busy")] * 2)
    post.tick(TUESDAY_AT_EIGHT)
    post.letters.clear()
