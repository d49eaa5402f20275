"""A profile: one for each address, opened by its link, erased on request or when it has been of no use for long."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from kil_pipeline.alerts.letters import NoticeLetter
from kil_pipeline.database import Database
from kil_pipeline.errors import InvalidContent, LinkNotValid
from kil_pipeline.organisations.members import InvalidAddress
from kil_pipeline.organisations.organisations import OrganisationKind, add_organisation
from kil_pipeline.organisations.registered_numbers import known_by_number, read_charity_number, read_company_number
from kil_pipeline.support.profiles import (
    Profile,
    ProfileAnswers,
    ask_for_profile,
    erase_old_profiles,
    erase_profile,
    profile_view,
    save_profile,
)
from tests.alerts.sinks import Post
from tests.factories import NOW

ANSWERS = ProfileAnswers("Example Carers", "We sit with people.", ("carers",), ("E08000035",), "small", "few")


def test_one_address_has_one_profile_however_often_it_asks(database: Database) -> None:
    post = Post(database)
    with database.write() as session:
        ask_for_profile(session, "us@example.org", NOW)
        ask_for_profile(session, " US@example.org", NOW + timedelta(minutes=5))
        (profile_id,) = session.scalars(sa.select(Profile.id)).all()
        save_profile(session, profile_id, ANSWERS, NOW)
    post.tick(NOW + timedelta(minutes=6))
    letters = [letter for letter in post.letters if isinstance(letter, NoticeLetter)]
    assert len({letter.buttons for letter in letters}) == 1
    assert [outgoing.to for outgoing in post.sent] == ["us@example.org"] * 2
    with database.read() as session:
        view = profile_view(session, profile_id)
    assert (view.email, view.saved, view.answers) == ("us@example.org", True, ANSWERS)


def test_three_links_an_hour_are_sent(database: Database) -> None:
    post = Post(database)
    with database.write() as session:
        for _ in range(5):
            ask_for_profile(session, "us@example.org", NOW)
        with pytest.raises(InvalidAddress):
            ask_for_profile(session, "nobody", NOW)
    post.tick(NOW)
    assert len(post.sent) == 3


def test_a_profile_that_was_erased_is_neither_shown_nor_saved_nor_mailed(database: Database) -> None:
    post = Post(database)
    with database.write() as session:
        ask_for_profile(session, "us@example.org", NOW)
        profile_id = session.scalars(sa.select(Profile.id)).one()
        erase_profile(session, profile_id)
        erase_profile(session, profile_id)
    with database.write() as session:
        for use in (
            lambda: profile_view(session, profile_id),
            lambda: save_profile(session, profile_id, ANSWERS, NOW),
        ):
            with pytest.raises(LinkNotValid):
                use()
    post.tick(NOW)
    assert post.sent == []


@pytest.mark.parametrize(("saved", "days"), [(False, 7), (True, 730)])
def test_a_profile_is_erased_when_its_time_is_over(database: Database, saved: bool, days: int) -> None:
    with database.write() as session:
        ask_for_profile(session, "us@example.org", NOW)
        if saved:
            save_profile(session, session.scalars(sa.select(Profile.id)).one(), ANSWERS, NOW)
        assert erase_old_profiles(session, NOW + timedelta(days=days)) == 0
        assert erase_old_profiles(session, NOW + timedelta(days=days, seconds=1)) == 1


def test_an_old_profile_that_was_asked_for_again_waits_to_be_saved(database: Database) -> None:
    later = NOW + timedelta(days=731)
    with database.write() as session:
        ask_for_profile(session, "us@example.org", NOW)
        save_profile(session, session.scalars(sa.select(Profile.id)).one(), ANSWERS, NOW)
        ask_for_profile(session, "us@example.org", later)
        assert erase_old_profiles(session, later) == 0


@pytest.mark.parametrize(
    ("typed", "number"),
    [("", ""), (" 1234567 ", "1234567"), ("123 456", "123456"), ("1234567-1", "1234567-1"), ("sc012345", "SC012345")],
)
def test_charity_numbers_as_people_write_them(typed: str, number: str) -> None:
    assert read_charity_number(typed) == number


@pytest.mark.parametrize(("typed", "number"), [("", ""), ("1234567", "01234567"), ("sc 123456", "SC123456")])
def test_company_numbers_as_people_write_them(typed: str, number: str) -> None:
    assert read_company_number(typed) == number


@pytest.mark.parametrize("typed", ["12345", "none", "12345678", "١٢٣٤٥٦٧"])
def test_what_is_no_charity_number_is_refused(typed: str) -> None:
    with pytest.raises(InvalidContent):
        read_charity_number(typed)


@pytest.mark.parametrize("typed", ["123456789", "none", "A1234567", "²²"])
def test_what_is_no_company_number_is_refused(typed: str) -> None:
    with pytest.raises(InvalidContent):
        read_company_number(typed)


def test_an_organisation_is_known_by_either_number(database: Database) -> None:
    with database.write() as session:
        known = add_organisation(
            session,
            name="Example Carers",
            kind=OrganisationKind.VCSE,
            identifiers=[("GB-CHC", "1234567"), ("GB-COH", "01234567")],
            now=NOW,
        )
        assert known_by_number(session, charity="1234567", company="") is known
        assert known_by_number(session, charity="", company="01234567") is known
        assert known_by_number(session, charity="7654321", company="") is None
        assert known_by_number(session, charity="", company="") is None
