"""The host gets the list of who comes: when the session is published, and two days before it."""

from datetime import UTC, datetime, timedelta

import pytest

from kil_pipeline.alerts.letters import NoticeLetter
from kil_pipeline.database import Database
from kil_pipeline.engagement.host_lists import tell_published
from kil_pipeline.engagement.hosting import invite_host, tell_hosts
from kil_pipeline.engagement.programme import cancel_session, move_session
from kil_pipeline.engagement.session_drafts import SessionDraft
from tests.alerts.sinks import Post
from tests.engagement.sessions import CONTENT, a_co_host, a_public_session, agree
from tests.factories import NOW, a_commissioner

TWO_DAYS = timedelta(days=2)
MINUTE = timedelta(minutes=1)
LATER = datetime(2027, 1, 21, 17, 30, tzinfo=UTC)


def published(database: Database) -> SessionDraft:
    with database.write() as session:
        draft = a_public_session(session, a_commissioner(session).id)
        tell_published(session, draft.session_id, NOW)
    return draft


def subjects(post: Post) -> list[str]:
    return [letter.subject for letter in post.letters if isinstance(letter, NoticeLetter)]


def paths(letter: NoticeLetter) -> list[str]:
    """Return the addresses of the buttons, without the signature."""
    return [path.partition("/host/")[0] for _, path in letter.buttons]


PUBLIC = f"It is public: {CONTENT.title}"
LIST = f"Who comes to your session: {CONTENT.title}"


def test_the_host_gets_the_list_when_it_is_public_and_two_days_before(database: Database) -> None:
    post, draft = Post(database), published(database)
    post.tick(NOW)
    post.tick(CONTENT.starts_at - TWO_DAYS - MINUTE)
    assert subjects(post) == [PUBLIC]
    post.tick(CONTENT.starts_at - TWO_DAYS)
    post.tick(CONTENT.starts_at)
    assert (subjects(post), {sent.to for sent in post.sent}) == ([PUBLIC, LIST], {"host@example.org"})
    letters = [letter for letter in post.letters if isinstance(letter, NoticeLetter)]
    assert [paths(letter) for letter in letters] == [["/coming", f"/sessions/{draft.reference}"], ["/coming"]]


def test_the_list_follows_the_session_when_it_moves_and_comes_once_though_it_moves_back(database: Database) -> None:
    post, draft = Post(database), published(database)
    for starts_at in (LATER, CONTENT.starts_at):
        with database.write() as session:
            ends_at = starts_at + TWO_DAYS / 24
            move_session(session, draft.reference, starts_at=starts_at, ends_at=ends_at, why="The hall.", now=NOW)
            tell_hosts(session, draft.session_id, NOW)
    post.tick(NOW)
    post.letters.clear()
    for moment in (CONTENT.starts_at - TWO_DAYS, CONTENT.starts_at, LATER - TWO_DAYS, LATER):
        post.tick(moment)
    assert subjects(post) == [LIST]


def test_a_session_that_is_off_needs_no_list(database: Database) -> None:
    post, draft = Post(database), published(database)
    post.tick(NOW)
    with database.write() as session:
        cancel_session(session, draft.reference, why="Snow.", now=NOW)
    post.tick(CONTENT.starts_at - TWO_DAYS)
    assert subjects(post) == [PUBLIC]


@pytest.mark.parametrize(("before", "number"), [(TWO_DAYS + MINUTE, 2), (TWO_DAYS, 1), (MINUTE, 1)])
def test_what_is_published_within_two_days_is_told_once(database: Database, before: timedelta, number: int) -> None:
    post, now = Post(database), CONTENT.starts_at - before
    with database.write() as session:
        draft = a_public_session(session, a_commissioner(session).id)
        tell_published(session, draft.session_id, now)
    post.tick(now)
    post.tick(CONTENT.starts_at)
    assert subjects(post) == [PUBLIC, LIST][:number]


def test_a_co_host_gets_no_list(database: Database) -> None:
    post = Post(database)
    with database.write() as session:
        draft = a_public_session(session, a_commissioner(session).id)
        co_host = invite_host(session, draft.session_id, a_co_host(), now=NOW)
        agree(session, draft, co_host.id)
        tell_published(session, draft.session_id, NOW)
    post.tick(NOW)
    assert [sent.to for sent in post.sent] == ["host@example.org"]
