"""What is held about an address: all of it shown to whoever reads the mail there, and erased when they say so."""

import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from kil_pipeline.alerts.letters import Frequency
from kil_pipeline.alerts.requests import ask_for_alerts
from kil_pipeline.alerts.suppressions import suppress
from kil_pipeline.database import Database
from kil_pipeline.engagement.coming import Person, ask_to_come, confirm
from kil_pipeline.engagement.hosting import invite_host
from kil_pipeline.engagement.hosts import HostTerms
from kil_pipeline.engagement.programme import announce_session
from kil_pipeline.engagement.record_contributors import add_contributors
from kil_pipeline.engagement.registrations import Registration
from kil_pipeline.engagement.sessions import SessionContent
from kil_pipeline.engagement.venue_corrections import VenueContact
from kil_pipeline.engagement.venues import VenueFacts, add_venue
from kil_pipeline.errors import LinkNotValid
from kil_pipeline.organisations.members import Role, add_member
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState
from kil_pipeline.plan.queries import public_entry
from kil_pipeline.reference.personal_data_register import held_kinds
from kil_pipeline.scheduler.personal_data import SOURCES
from kil_pipeline.support.bulletin_lists import set_list_address
from kil_pipeline.support.bulletins import set_up
from kil_pipeline.support.data_requests import (
    DataRequest,
    address_of,
    ask_for_data,
    erase_address,
    erase_old_data_requests,
    held_about_address,
)
from kil_pipeline.support.help_requests import AskedHelp, HelpRequest, answer_help, ask_for_help, confirm_help
from kil_pipeline.support.interests import Interest, InterestAnswers, confirm_interest, show_interest
from kil_pipeline.support.offers import SupportSettings, set_support
from kil_pipeline.support.profiles import ask_for_profile
from kil_pipeline.support.reader_answers import WrittenAnswer, send_answer
from tests.alerts.sinks import Post
from tests.engagement.sessions import a_planned_session
from tests.factories import EIGHT, NOW, a_commissioner, a_subscriber, publish, some_content
from tests.support.test_patches import LEEDS, a_body

LOTS = Disclosure("lots", DisclosureState.UNDECIDED, "undecided.codesign", how_you_could_help="How large?")
ME, OTHER = "me@example.org", "other@example.org"


def fill(database: Database, email: str, prefix: str) -> None:
    """Let everything that can be held about an address be held."""
    with database.write() as session:
        council = a_commissioner(session, f"Council {prefix}", prefix=prefix).id
        publish(session, council, some_content("Falls classes", areas=(LEEDS,), disclosures=(LOTS,)))
        body = a_body(session, f"Body {prefix}", LEEDS, contact=email)
        set_support(session, body, SupportSettings((LEEDS,), (), "", email), NOW)
        bulletin = set_up(session, body, monthly=False, weekday=2, themes=(), digest_hour=EIGHT, now=NOW)
        set_list_address(session, bulletin, email, NOW)
        a_subscriber(session, Criteria(themes=("carers",)), email=email)
        ask_for_alerts(session, email, (Criteria(),), Frequency.DAILY, now=NOW)
        ask_for_help(session, body, AskedHelp("Us", email, "Help."), NOW)
        request = session.scalars(sa.select(HelpRequest.id).where(HelpRequest.email == email)).one()
        confirm_help(session, request, NOW)
        answer_help(session, body, request, "Yes.", NOW)
        show_interest(session, public_entry(session, f"{prefix}-0001"), InterestAnswers("Us", email), NOW)
        confirm_interest(session, session.scalars(sa.select(Interest.id).where(Interest.email == email)).one(), NOW)
        answer = WrittenAnswer(f"One ward, says {prefix}.", email)
        send_answer(session, public_entry(session, f"{prefix}-0001"), "lots", answer, NOW)
        ask_for_profile(session, email, NOW)
        add_member(session, email=email, organisation_id=council, role=Role.AUTHOR, now=NOW)
        draft = a_planned_session(session, council)
        invite_host(session, draft.session_id, HostTerms("Us", email), now=NOW)
        starts = NOW + timedelta(days=20)
        about = SessionContent(f"Session {prefix}", "To talk.", starts, starts + timedelta(hours=2), host="A host")
        public = announce_session(session, council, about, venue_id=None, now=NOW)
        ask_to_come(session, public.id, Person("Us", email, needs="A hearing loop."), NOW)
        coming = session.scalars(sa.select(Registration.id).where(Registration.email == email)).one()
        confirm(session, coming, timedelta(hours=48), NOW)
        add_contributors(session, public.id, [email], NOW)
        session.add(
            VenueContact(venue_id=add_venue(session, VenueFacts(f"Hall {prefix}"), now=NOW).id, address=email, round=1)
        )
        ask_for_data(session, email, NOW)


def held(database: Database, email: str) -> dict[str, int]:
    with database.read() as session:
        return {one.title: len(one.rows) for one in held_about_address(session, email, SOURCES)}


def test_everything_is_shown_and_all_that_may_be_is_erased_of_one_address_alone(database: Database) -> None:
    fill(database, ME, "MEE")
    fill(database, OTHER, "OTH")
    with database.write() as session:
        suppress(session, ME, "550", NOW)
    everything = held(database, ME)
    assert set(everything) == {source.title for source in SOURCES}
    others = held(database, OTHER)
    with database.write() as session:
        erase_address(session, ME, SOURCES, NOW)
    assert held(database, ME) == {
        "Your account": 2,
        "Contact of an organisation": 2,
        "That we must not email you": 1,
    }
    assert held(database, OTHER) == others


def test_after_erasing_the_address_is_in_no_table_but_those_that_are_said_to_keep_it(database: Database) -> None:
    fill(database, ME, "MEE")
    with database.write() as session:
        erase_address(session, ME, SOURCES, NOW)
    tables = [name for name in sa.inspect(database.engine).get_table_names() if not name.startswith("entry_search_")]
    with database.engine.connect() as connection:
        naming = {
            name
            for name in tables
            if any(ME in str(row) for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"'))  # noqa: S608  # names of our own tables
        }
    assert naming == {"user", "organisation", "support_offer"}


def test_an_unconfirmed_request_for_alerts_is_shown_and_erased(database: Database) -> None:
    with database.write() as session:
        ask_for_alerts(session, ME, (Criteria(),), Frequency.DAILY, now=NOW)
    assert held(database, ME) == {"Alerts": 1, "Emails to you": 1}
    with database.write() as session:
        erase_address(session, ME, SOURCES, NOW)
    assert held(database, ME) == {}


def test_the_link_goes_to_the_address_and_runs_out(database: Database) -> None:
    post = Post(database)
    with database.write() as session:
        for _ in range(4):
            ask_for_data(session, " Me@example.org", NOW)
        found = session.scalars(sa.select(DataRequest.id)).first()
        assert found is not None
        assert address_of(session, found, NOW + timedelta(days=7) - timedelta(seconds=1)) == ME
        for request, moment in ((found, NOW + timedelta(days=7)), (uuid.uuid4(), NOW)):
            with pytest.raises(LinkNotValid):
                address_of(session, request, moment)
    post.tick(NOW)
    assert [outgoing.to for outgoing in post.sent] == [ME] * 3


def test_the_question_is_erased_with_its_link(database: Database) -> None:
    with database.write() as session:
        ask_for_data(session, ME, NOW)
        assert erase_old_data_requests(session, NOW + timedelta(days=7)) == 0
        assert erase_old_data_requests(session, NOW + timedelta(days=7, seconds=1)) == 1


def test_the_register_is_in_the_order_in_which_people_ask() -> None:
    assert [kind.code for kind in held_kinds()][:2] == ["alerts", "mail"]
