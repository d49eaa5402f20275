"""Interest in an entry: seen by whom one chooses, withdrawn at any time; addresses only once both agreed."""

import itertools
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.alerts.letters import NoticeLetter
from kil_pipeline.database import Database
from kil_pipeline.errors import InvalidContent, InvalidTransition, LinkNotValid, NotFound
from kil_pipeline.organisations.members import InvalidAddress
from kil_pipeline.plan.queries import public_entry
from kil_pipeline.plan.statuses import Status
from kil_pipeline.support.interests import (
    Interest,
    InterestAnswers,
    Visibility,
    change_interest,
    confirm_interest,
    erase_interests,
    erase_old_interests,
    interests_in,
    other_interests,
    own_interest,
    show_interest,
)
from kil_pipeline.support.introductions import (
    Introduction,
    answer_introduction,
    ask_introduction,
    asked_introductions,
    introduction_view,
    seeking_partners,
)
from kil_pipeline.support.public_interests import PublicInterest, PublicInterests, public_interests
from tests.alerts.sinks import Post
from tests.factories import NOW, a_commissioner, publish, republish, some_content
from tests.support.test_patches import BRADFORD, LEEDS

ONLY, OTHERS, ALL = Visibility.COMMISSIONER, Visibility.INTERESTED, Visibility.EVERYONE
_numbers = itertools.count(1)


def an_entry(session: Session) -> uuid.UUID:
    council = a_commissioner(session, prefix="EXC").id
    return publish(session, council, some_content("Falls classes", areas=(LEEDS,)))


def interested(
    session: Session, name: str, seen: Visibility, *, partners: bool = True, confirmed: bool = True
) -> uuid.UUID:
    """Note an interest in EXC-0001 of a new address. Returns its id."""
    email = f"{name.lower()}{next(_numbers)}@example.org"
    answers = InterestAnswers(name, email, f"{name} brings", f"{name} seeks", partners, seen)
    show_interest(session, public_entry(session, "EXC-0001"), answers, NOW)
    found = session.scalars(sa.select(Interest.id).where(Interest.email == email)).one()
    if confirmed:
        confirm_interest(session, found, NOW + timedelta(seconds=next(_numbers)))
    return found


def notices(post: Post) -> list[tuple[str, NoticeLetter]]:
    letters = [letter for letter in post.letters if isinstance(letter, NoticeLetter)]
    return [(outgoing.to, letter) for outgoing, letter in zip(post.sent, letters, strict=True)]


def test_each_sees_what_they_may(database: Database) -> None:
    with database.write() as session:
        entry = an_entry(session)
        ann = interested(session, "Ann", ONLY)
        interested(session, "Bob", OTHERS)
        interested(session, "Cyd", ALL)
        interested(session, "Dan", ALL, confirmed=False)
        own = own_interest(session, ann, NOW)
        assert [one.name for one in interests_in(session, entry)] == ["Ann", "Bob", "Cyd"]
        assert [one.name for one in other_interests(session, own)] == ["Bob", "Cyd"]
        assert public_interests(session, entry) == PublicInterests(
            3, (PublicInterest("Cyd", "Cyd brings", "Cyd seeks", True),)
        )
        everything = (interests_in(session, entry), other_interests(session, own), public_interests(session, entry))
    assert "@" not in repr(everything)


@pytest.mark.parametrize(
    ("seen", "count"),
    [
        ((), 0),
        ((ALL,), 1),
        ((ALL, ALL), 2),
        ((ONLY,), None),
        ((ALL, OTHERS), None),
        ((ALL, ONLY, OTHERS), 3),
    ],
)
def test_fewer_than_three_are_counted_only_where_all_chose_everyone(
    database: Database, seen: tuple[Visibility, ...], count: int | None
) -> None:
    with database.write() as session:
        entry = an_entry(session)
        for number, choice in enumerate(seen):
            interested(session, f"Org {number}".replace(" ", ""), choice)
        assert public_interests(session, entry).count == count


def test_no_public_view_is_made_of_what_is_not_for_everyone(database: Database) -> None:
    with database.write() as session:
        an_entry(session)
        hidden = interested(session, "Ann", OTHERS)
        waiting = interested(session, "Bob", ALL, confirmed=False)
        for found in (hidden, waiting):
            with pytest.raises(ValueError, match="not public"):
                PublicInterest.of(session.get_one(Interest, found))


def test_who_says_it_again_is_there_once(database: Database) -> None:
    with database.write() as session:
        entry = an_entry(session)
        for name in ("First", "Second"):
            answers = InterestAnswers(name, "us@example.org")
            show_interest(session, public_entry(session, "EXC-0001"), answers, NOW)
            newest = session.scalars(sa.select(Interest.id).where(Interest.name == name)).one()
            confirm_interest(session, newest, NOW)
            confirm_interest(session, newest, NOW)  # pressed twice
        assert [one.name for one in interests_in(session, entry)] == ["Second"]


def test_nobody_is_interested_in_what_has_ended(database: Database) -> None:
    with database.write() as session:
        entry = an_entry(session)
        ended = some_content("Falls classes", areas=(LEEDS,), status=Status.WITHDRAWN, status_reason="A mistake.")
        republish(session, entry, ended, at=NOW, why="A mistake.")
        with pytest.raises(InvalidTransition):
            show_interest(session, public_entry(session, "EXC-0001"), InterestAnswers("Us", "us@example.org"), NOW)


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        (InterestAnswers("Us", "nobody"), InvalidAddress),
        (InterestAnswers(" ", "us@example.org"), InvalidContent),
        (InterestAnswers("Us", "us@example.org", brings="x" * 1001), InvalidContent),
        (InterestAnswers("Us", "us@example.org", seeks="x" * 1001), InvalidContent),
    ],
)
def test_what_cannot_be_said_is_refused(database: Database, answers: InterestAnswers, error: type[Exception]) -> None:
    with database.write() as session:
        an_entry(session)
        with pytest.raises(error):
            show_interest(session, public_entry(session, "EXC-0001"), answers, NOW)


def test_the_owner_changes_and_withdraws_it(database: Database) -> None:
    with database.write() as session:
        entry = an_entry(session)
        found = interested(session, "Ann", ALL)
        said = replace(own_interest(session, found, NOW).answers, seeks="A kitchen", visibility=ONLY)
        change_interest(session, found, replace(said, email="other@example.org"), NOW)
        assert own_interest(session, found, NOW).answers == said  # the address stays
        erase_interests(session, (found,))
        assert interests_in(session, entry) == ()
        with pytest.raises(LinkNotValid):
            own_interest(session, found, NOW)


def test_both_get_the_others_address_once_both_agreed(database: Database) -> None:
    post = Post(database)
    with database.write() as session:
        an_entry(session)
        ann, bob = interested(session, "Ann", ONLY), interested(session, "Bob", OTHERS)
        addresses = {one: session.get_one(Interest, one).email for one in (ann, bob)}
    post.tick(NOW)
    with database.write() as session:
        ask_introduction(session, ann, bob, "Shall we?", NOW)
        ask_introduction(session, ann, bob, "Again", NOW)
        (introduction,) = session.scalars(sa.select(Introduction.id)).all()
        assert asked_introductions(session, ann) == {bob: None}
        assert introduction_view(session, introduction).message == "Shall we?"
    before = len(post.sent)
    post.tick(NOW)
    (asked,) = notices(post)[before:]
    assert asked[0] == addresses[bob]
    assert "@" not in repr(asked[1])
    with database.write() as session:
        for _ in range(2):
            answer_introduction(session, introduction, agreed=True, now=NOW)
        answer_introduction(session, introduction, agreed=False, now=NOW)  # too late
    post.tick(NOW)
    told = {to: dict(letter.facts) for to, letter in notices(post)[before + 1 :]}
    assert told == {
        addresses[ann]: {"Their address": addresses[bob]},
        addresses[bob]: {"Their address": addresses[ann]},
    }


def test_declining_shows_no_address_and_can_be_thought_over(database: Database) -> None:
    post = Post(database)
    with database.write() as session:
        an_entry(session)
        ann, bob = interested(session, "Ann", ONLY), interested(session, "Bob", OTHERS)
        ask_introduction(session, ann, bob, "", NOW)
        (introduction,) = session.scalars(sa.select(Introduction.id)).all()
        answer_introduction(session, introduction, agreed=False, now=NOW)
    post.tick(NOW)
    assert [letter.heading for _, letter in notices(post)] == ["Bob does not want to be put in touch now"]
    assert "@" not in repr(post.letters)
    with database.write() as session:
        answer_introduction(session, introduction, agreed=True, now=NOW)
        assert asked_introductions(session, ann) == {bob: True}


def test_asking_whoever_asked_first_agrees(database: Database) -> None:
    with database.write() as session:
        an_entry(session)
        ann, bob = interested(session, "Ann", ALL), interested(session, "Bob", ALL)
        ask_introduction(session, ann, bob, "", NOW)
        ask_introduction(session, bob, ann, "", NOW)
        assert asked_introductions(session, ann) == {bob: True}
        assert asked_introductions(session, bob) == {}


def test_who_does_not_want_to_be_asked_is_not(database: Database) -> None:
    with database.write() as session:
        an_entry(session)
        ann = interested(session, "Ann", ALL)
        others = (
            interested(session, "Hidden", ONLY),
            interested(session, "Alone", ALL, partners=False),
            interested(session, "Waiting", ALL, confirmed=False),
            ann,
            uuid.uuid4(),
        )
        for other in others:
            with pytest.raises(NotFound):
                ask_introduction(session, ann, other, "", NOW)
        with pytest.raises(InvalidTransition):
            ask_introduction(session, others[2], ann, "", NOW)


def test_withdrawing_ends_what_was_asked(database: Database) -> None:
    post = Post(database)
    with database.write() as session:
        an_entry(session)
        ann, bob = interested(session, "Ann", ALL), interested(session, "Bob", ALL)
        ask_introduction(session, ann, bob, "", NOW)
        (introduction,) = session.scalars(sa.select(Introduction.id)).all()
        erase_interests(session, (ann,))
        with pytest.raises(LinkNotValid):
            answer_introduction(session, introduction, agreed=True, now=NOW)
    post.tick(NOW)
    assert post.sent == []


def test_who_seeks_partners_in_a_patch(database: Database) -> None:
    with database.write() as session:
        an_entry(session)
        ann, bob = interested(session, "Ann", ALL), interested(session, "Bob", ALL)
        interested(session, "Hidden", OTHERS)
        interested(session, "Alone", ALL, partners=False)
        interested(session, "Cyd", ALL)
        ask_introduction(session, ann, bob, "", NOW)
        names = [found.name for _, _, found in seeking_partners(session, (LEEDS,))]
        assert names == ["Cyd", "Bob", "Ann"]
        answer_introduction(session, session.scalars(sa.select(Introduction.id)).one(), agreed=True, now=NOW)
        assert [found.name for _, _, found in seeking_partners(session, (LEEDS,))] == ["Cyd"]
        assert (seeking_partners(session, (BRADFORD,)), seeking_partners(session, ())) == ((), ())


@pytest.mark.parametrize(("confirmed", "days"), [(False, 7), (True, 730)])
def test_an_interest_is_erased_when_its_time_is_over(database: Database, confirmed: bool, days: int) -> None:
    with database.write() as session:
        an_entry(session)
        found = interested(session, "Ann", ALL, confirmed=False)
        if confirmed:
            confirm_interest(session, found, NOW)
        assert erase_old_interests(session, NOW + timedelta(days=days)) == 0
        assert erase_old_interests(session, NOW + timedelta(days=days, seconds=1)) == 1
        assert session.scalars(sa.select(Interest)).all() == []
