"""Hosts are asked by mail, answer without an account, and everybody concerned hears once."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from kil_pipeline.alerts.letters import NoticeLetter
from kil_pipeline.database import Database
from kil_pipeline.engagement.hosting import (
    accept_time,
    ask_again,
    confirm_hosting,
    decline_hosting,
    invite_host,
    propose_time,
    take_back_invitation,
    tell_hosts,
)
from kil_pipeline.engagement.hosts import (
    HostRole,
    HostState,
    HostTerms,
    erase_old_addresses,
    find_invitation,
    invitations_of,
)
from kil_pipeline.engagement.programme import move_session, public_session, publish_session
from kil_pipeline.engagement.session_drafts import read_session_draft
from kil_pipeline.engagement.session_writing import save_session
from kil_pipeline.engagement.sessions import SessionState
from kil_pipeline.errors import InvalidContent, InvalidTransition
from kil_pipeline.events.log import events_of
from kil_pipeline.organisations.members import InvalidAddress, Role, add_member
from kil_pipeline.plan.contents import NOBODY, Author
from tests.alerts.sinks import Post
from tests.engagement.sessions import (
    CONTENT,
    HOST,
    a_co_host,
    a_hosted_session,
    a_planned_session,
    a_public_session,
    agree,
    notices,
)
from tests.factories import NOW, a_commissioner

LATER = datetime(2027, 1, 21, 17, 30, tzinfo=UTC)
EARLY, LATE = LATER, LATER + timedelta(hours=2)


def an_author(session: Session) -> tuple[Author, uuid.UUID]:
    council = a_commissioner(session)
    member = add_member(
        session, email="author@council.example.org", organisation_id=council.id, role=Role.AUTHOR, now=NOW
    )
    return Author(member.user_id), council.id


def kinds(session: Session, subject: object) -> list[str]:
    return [type(logged.event).__name__ for logged in reversed(events_of(session, str(subject)))]


def test_a_host_is_asked_with_the_terms_and_reminded_once_after_five_working_days(database: Database) -> None:
    post = Post(database)
    with database.write() as session:
        draft = a_planned_session(session, a_commissioner(session).id)
        invite_host(session, draft.session_id, HOST, now=NOW)
    post.tick(NOW)
    letter = post.letters[0]
    assert isinstance(letter, NoticeLetter)
    assert letter.facts == (
        ("Session", "What should breaks feel like?"),
        ("When", "Thursday 14 January 2027, 5:30pm to 7:30pm"),
        ("Where", "To be agreed"),
        ("Your fee", "£200"),
        ("The room", "Free to us"),
    )
    post.tick(NOW + timedelta(days=6, hours=23))  # a Monday: the fifth working day has not come round yet
    assert [outgoing.to for outgoing in post.sent] == ["host@example.org"]
    post.tick(NOW + timedelta(days=7))
    post.tick(NOW + timedelta(days=30))
    assert [outgoing.to for outgoing in post.sent] == ["host@example.org"] * 2
    reminder = post.letters[1]
    assert isinstance(reminder, NoticeLetter)
    assert reminder.subject == f"Reminder: {letter.subject}"


def test_a_host_who_has_answered_is_not_reminded(database: Database) -> None:
    post = Post(database)
    with database.write() as session:
        draft, _ = a_hosted_session(session, a_commissioner(session).id)
    post.tick(NOW + timedelta(days=30))
    assert post.sent == []
    assert draft.state is SessionState.AWAITING_HOST


def test_an_answer_mails_the_author_who_asked(database: Database) -> None:
    post = Post(database)
    with database.write() as session:
        by, council = an_author(session)
        a_hosted_session(session, council, by=by)
    post.tick(NOW)
    subjects = [letter.subject for letter in post.letters if isinstance(letter, NoticeLetter)]
    assert [outgoing.to for outgoing in post.sent] == ["author@council.example.org"]
    assert subjects == ["Carers Exampleshire has confirmed: What should breaks feel like?"]


def test_a_session_is_published_once_its_host_has_confirmed_and_names_no_terms(database: Database) -> None:
    with database.write() as session:
        draft = a_planned_session(session, a_commissioner(session).id)
        with pytest.raises(InvalidContent):
            publish_session(session, draft.session_id, version=draft.version, now=NOW)
        host = invite_host(session, draft.session_id, HOST, now=NOW)
        with pytest.raises(InvalidContent):
            publish_session(session, draft.session_id, version=draft.version, now=NOW)
        agree(session, draft, host.id, note="With pleasure.")
        assert publish_session(session, draft.session_id, version=draft.version, now=NOW)
    with database.read() as session:
        public = public_session(session, draft.reference)
        assert (public.content.host, public.published_at) == ("Carers Exampleshire", NOW)
        assert [
            word for word in ("£200", "Free to us", "host@example.org", "With pleasure") if word in str(public)
        ] == []


def test_a_co_host_alone_is_no_host(database: Database) -> None:
    with database.write() as session:
        draft = a_planned_session(session, a_commissioner(session).id)
        agree(session, draft, invite_host(session, draft.session_id, a_co_host(), now=NOW).id)
        with pytest.raises(InvalidContent):
            publish_session(session, draft.session_id, version=draft.version, now=NOW)


def test_a_co_host_who_confirms_later_appears_on_the_public_page(database: Database) -> None:
    with database.write() as session:
        draft = a_public_session(session, a_commissioner(session).id)
        co_host = invite_host(session, draft.session_id, a_co_host(), now=NOW)
        assert public_session(session, draft.reference).content.co_hosts == ()
        agree(session, draft, co_host.id)
    with database.read() as session:
        public = public_session(session, draft.reference)
        assert (public.content.host, public.content.co_hosts) == ("Carers Exampleshire", ("Old Mill Trust",))
        assert kinds(session, draft.session_id) == ["SessionAnnounced", "SessionUpdated"]
        assert read_session_draft(session, draft.session_id).published


def test_when_everybody_declines_it_is_a_draft_again(database: Database) -> None:
    with database.write() as session:
        draft = a_planned_session(session, a_commissioner(session).id)
        first = invite_host(session, draft.session_id, HOST, now=NOW)
        second = invite_host(session, draft.session_id, a_co_host(), now=NOW)
        states = []
        for host in (first, second):
            decline_hosting(session, host.id, note="", now=NOW)
            states.append(read_session_draft(session, draft.session_id).state)
    assert states == [SessionState.AWAITING_HOST, SessionState.DRAFT]


def test_a_proposed_time_that_is_taken_counts_as_confirmed_and_asks_the_others_again(database: Database) -> None:
    with database.write() as session:
        draft = a_planned_session(session, a_commissioner(session).id)
        host = invite_host(session, draft.session_id, HOST, now=NOW)
        other = invite_host(session, draft.session_id, a_co_host(), now=NOW)
        agree(session, draft, other.id)
        propose_time(session, host.id, starts_at=EARLY, ends_at=LATE, note="A week later?", now=NOW)
        accept_time(session, draft.session_id, host.id, by=NOBODY, now=NOW)
        after = read_session_draft(session, draft.session_id)
        states = [invitation.state for invitation in invitations_of(session, draft.session_id)]
    assert (after.content.starts_at, after.version) == (EARLY, draft.version + 1)
    assert states == [HostState.CONFIRMED, HostState.INVITED]


def test_another_time_makes_a_confirmation_void_until_the_host_answers_anew(database: Database) -> None:
    with database.write() as session:
        draft, host = a_hosted_session(session, a_commissioner(session).id)
        moved = replace(draft.content, starts_at=EARLY, ends_at=LATE)
        saved = save_session(
            session, draft.session_id, moved, venue_id=None, online_link="", version=draft.version, now=NOW
        )
        with pytest.raises(InvalidContent):
            publish_session(session, draft.session_id, version=saved.version, now=NOW)
        ask_again(session, draft.session_id, NOW)
        assert find_invitation(session, host.id).state is HostState.INVITED
        with pytest.raises(InvalidTransition):
            agree(session, draft, host.id)
        agree(session, saved, host.id)
        assert publish_session(session, draft.session_id, version=saved.version, now=NOW)


def test_a_host_taken_back_hears_so_and_cannot_answer(database: Database) -> None:
    with database.write() as session:
        draft, host = a_hosted_session(session, a_commissioner(session).id)
        take_back_invitation(session, draft.session_id, host.id, now=NOW)
        with pytest.raises(InvalidTransition):
            agree(session, draft, host.id)
        assert notices(session)[-1] == ("host_not_asked", "host@example.org")
        assert read_session_draft(session, draft.session_id).state is SessionState.DRAFT


def test_a_public_session_keeps_its_host(database: Database) -> None:
    with database.write() as session:
        draft = a_public_session(session, a_commissioner(session).id)
        (host,) = invitations_of(session, draft.session_id)
        for refused in (
            lambda: take_back_invitation(session, draft.session_id, host.id, now=NOW),
            lambda: decline_hosting(session, host.id, note="", now=NOW),
            lambda: invite_host(session, draft.session_id, HostTerms("Another", "another@example.org"), now=NOW),
        ):
            with pytest.raises(InvalidTransition):
                refused()


def test_hosts_hear_when_it_moves_and_still_agree(database: Database) -> None:
    post = Post(database)
    with database.write() as session:
        draft = a_public_session(session, a_commissioner(session).id)
        move_session(session, draft.reference, starts_at=EARLY, ends_at=LATE, why="The hall is taken.", now=NOW)
        tell_hosts(session, draft.session_id, NOW)
    post.tick(NOW)
    (letter,) = (letter for letter in post.letters if isinstance(letter, NoticeLetter))
    assert (letter.subject, letter.paragraphs[:2]) == (
        "Moved to a new time: What should breaks feel like?",
        (
            "It was to start on Thursday 14 January 2027, 5:30pm. It has a new time.",
            "The reason given: The hall is taken.",
        ),
    )
    with database.read() as session:
        (host,) = invitations_of(session, draft.session_id)
        assert host.agrees_to(read_session_draft(session, draft.session_id).content)


def test_a_co_host_who_has_not_answered_is_asked_again_when_it_moves(database: Database) -> None:
    with database.write() as session:
        draft = a_public_session(session, a_commissioner(session).id)
        co_host = invite_host(session, draft.session_id, a_co_host(), now=NOW)
        before = len(notices(session))
        move_session(session, draft.reference, starts_at=EARLY, ends_at=LATE, why="The hall is taken.", now=NOW)
        tell_hosts(session, draft.session_id, NOW)
        assert notices(session)[before:] == [
            ("host_list", "host@example.org"),
            ("host_news", "host@example.org"),
            ("host_invitation", co_host.address),
            ("host_reminder", co_host.address),
        ]


def test_a_time_proposed_before_somebody_else_made_it_public_is_not_taken(database: Database) -> None:
    with database.write() as session:
        draft = a_planned_session(session, a_commissioner(session).id)
        first = invite_host(session, draft.session_id, HOST, now=NOW)
        second = invite_host(session, draft.session_id, a_co_host(), now=NOW)
        propose_time(session, second.id, starts_at=EARLY, ends_at=LATE, note="", now=NOW)
        agree(session, draft, first.id)
        publish_session(session, draft.session_id, version=draft.version, now=NOW)
        with pytest.raises(InvalidTransition):
            accept_time(session, draft.session_id, second.id, by=NOBODY, now=NOW)
        assert public_session(session, draft.reference).content.starts_at == CONTENT.starts_at


@pytest.mark.parametrize(
    ("starts_at", "ends_at"), [(NOW - timedelta(days=1), NOW), (LATER, LATER), (LATER, LATER - timedelta(hours=1))]
)
def test_a_time_that_makes_no_sense_is_refused(database: Database, starts_at: datetime, ends_at: datetime) -> None:
    with database.write() as session:
        draft = a_planned_session(session, a_commissioner(session).id)
        host = invite_host(session, draft.session_id, HOST, now=NOW)
        with pytest.raises(InvalidContent):
            propose_time(session, host.id, starts_at=starts_at, ends_at=ends_at, note="", now=NOW)


def test_whom_one_asks_must_have_a_name_and_an_address_and_is_asked_once(database: Database) -> None:
    with database.write() as session:
        draft = a_planned_session(session, a_commissioner(session).id)
        with pytest.raises(InvalidContent):
            invite_host(session, draft.session_id, HostTerms("  ", "host@example.org"), now=NOW)
        with pytest.raises(InvalidAddress):
            invite_host(session, draft.session_id, HostTerms("Carers", "not an address"), now=NOW)
        assert read_session_draft(session, draft.session_id).state is SessionState.DRAFT
        invite_host(session, draft.session_id, HOST, now=NOW)
        with pytest.raises(InvalidContent):
            invite_host(session, draft.session_id, HostTerms("Again", "HOST@example.org ", HostRole.CO_HOST), now=NOW)


def test_addresses_and_notes_go_a_year_after_the_session(database: Database) -> None:
    with database.write() as session:
        draft = a_planned_session(session, a_commissioner(session).id)
        host = invite_host(session, draft.session_id, HOST, now=NOW)
        agree(session, draft, host.id, note="Ring the bell twice.")
    year = CONTENT.starts_at.replace(year=CONTENT.starts_at.year + 1)
    with database.write() as session:
        assert erase_old_addresses(session, year) == 0
        assert erase_old_addresses(session, year + timedelta(days=1)) == 1
        assert erase_old_addresses(session, year + timedelta(days=1)) == 0
    with database.read() as session:
        kept = find_invitation(session, host.id)
    assert (kept.name, kept.address, kept.note) == ("Carers Exampleshire", "", "")


def test_a_confirmation_of_another_time_than_the_present_one_is_refused(database: Database) -> None:
    with database.write() as session:
        draft = a_planned_session(session, a_commissioner(session).id)
        host = invite_host(session, draft.session_id, HOST, now=NOW)
        with pytest.raises(InvalidTransition):
            confirm_hosting(session, host.id, starts_at=EARLY, ends_at=LATE, note="", now=NOW)
