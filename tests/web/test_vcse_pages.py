"""VCSE organisations are seen where they chose so, and only what they chose to show."""

import uuid
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from kil_pipeline.database import Database
from kil_pipeline.errors import NotFound
from kil_pipeline.support.profiles import Profile, ProfileAnswers, ask_for_profile, save_profile
from kil_pipeline.support.public_profiles import count_public_profiles, public_profile
from tests.web.conftest import NOW
from tests.web.html import HtmlPage
from web.subscriber.profile_forms import read_profile_form

ANSWERS = ProfileAnswers(
    "Example Carers", "We sit with people.", ("carers",), ("E08000035",), "small", "few", "1123456", "", "A mark", True
)


def save(database: Database, answers: ProfileAnswers = ANSWERS, email: str = "us@example.org") -> uuid.UUID:
    with database.write() as session:
        ask_for_profile(session, email, NOW)
        profile_id: uuid.UUID = session.scalars(sa.select(Profile.id).where(Profile.email == email)).one()
        save_profile(session, profile_id, answers, NOW)
    return profile_id


def test_its_page_says_what_it_chose_and_neither_address_nor_size(
    client: FlaskClient, sqlite_database: Database
) -> None:
    profile_id = save(sqlite_database)
    answer = client.get(f"/vcse-organisations/{profile_id}")
    page = HtmlPage(answer)

    assert page.texts("h1") == ["Example Carers"]
    assert page.texts("dt") == ["Topics", "Where it works", "Charity number", "Accreditations"]
    assert page.texts("dd")[1:] == ["Leeds", "1123456", "A mark"]
    assert ("us@example.org" in answer.text, "10,000" in answer.text, "1 to 5" in answer.text) == (False, False, False)
    assert HtmlPage(client.get("/vcse-organisations")).links()["Example Carers"] == f"/vcse-organisations/{profile_id}"


@pytest.mark.parametrize("hidden", [replace(ANSWERS, public=False), replace(ANSWERS, name="")])
def test_what_did_not_choose_so_is_not_there(database: Database, hidden: ProfileAnswers) -> None:
    profile_id = save(database)
    save(database, hidden)
    with database.read() as session:
        assert count_public_profiles(session) == 0
        with pytest.raises(NotFound):
            public_profile(session, profile_id)


def test_to_be_seen_it_needs_a_name() -> None:
    _, problems = read_profile_form(MultiDict({"public": "yes"}))

    assert problems == (("name", "Write your organisation’s name: everyone is to see it."),)
    assert read_profile_form(MultiDict({"public": "yes", "name": "We"}))[0].public is True


def test_a_page_past_the_end_is_none(client: FlaskClient) -> None:
    assert [client.get(f"/vcse-organisations?page={page}").status_code for page in (1, 2)] == [200, 404]
