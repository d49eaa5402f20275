"""A mail scanner opens every link of every mail: each kind of link, and nothing is changed or used up by it."""

import uuid
from datetime import time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.alerts.address_changes import AddressChange
from kil_pipeline.alerts.letters import Frequency
from kil_pipeline.alerts.links import Signer
from kil_pipeline.alerts.requests import AlertRequest, ask_for_alerts, mint_confirmation_token
from kil_pipeline.alerts.webhooks import Webhook, add_webhook
from kil_pipeline.database import Base, new_id
from kil_pipeline.engagement.coming import Person, ask_to_come
from kil_pipeline.engagement.hosting import invite_host
from kil_pipeline.engagement.record_checks import start_check
from kil_pipeline.engagement.record_contents import Point
from kil_pipeline.engagement.record_contributors import Contributor
from kil_pipeline.engagement.record_notices import check_path, owner_path, writer_path
from kil_pipeline.engagement.record_writers import invite_writer
from kil_pipeline.engagement.records import add_part
from kil_pipeline.engagement.registrations import Registration
from kil_pipeline.engagement.venue_corrections import set_contact
from kil_pipeline.engagement.venues import VenueFacts, add_venue
from kil_pipeline.organisations.invitations import invite, mint_invitation_token
from kil_pipeline.organisations.members import Role, add_member
from kil_pipeline.organisations.sign_in import mint_sign_in_token
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.entries import Entry
from kil_pipeline.support.bulletin_lists import list_path, set_list_address
from kil_pipeline.support.bulletins import set_up
from kil_pipeline.support.data_requests import DataRequest
from kil_pipeline.support.help_requests import HelpRequest
from kil_pipeline.support.interests import Interest
from kil_pipeline.support.introductions import Introduction
from kil_pipeline.support.profiles import Profile
from kil_pipeline.support.reader_answers import ReaderAnswer
from tests.attacks.conftest import Target
from tests.attacks.routes import gets
from tests.engagement.held import a_held_session
from tests.engagement.sessions import HOST, a_planned_session, a_public_session
from tests.factories import NOW, a_subscriber
from tests.web.test_access import Access

LOOKS = ("GET", "HEAD", "GET", "OPTIONS")
Rows = dict[str, list[tuple[object, ...]]]


def test_looking_at_a_link_changes_no_row(either: Target) -> None:
    links = links_of_every_kind(either)
    before = rows(either)
    found: dict[tuple[str, str], int] = {}
    for name, path in links.items():
        for method in LOOKS:
            answer = either.nobody().open(path, method=method)
            found[name, method] = answer.status_code
            answer.close()
    assert found == {(name, method): 200 for name in links for method in LOOKS}
    assert rows(either) == before


def test_every_kind_of_link_is_looked_at(target: Target) -> None:
    assert set(links_of_every_kind(target)) == {rule.endpoint for rule in gets(target.app, Access.LINK)}


def rows(target: Target) -> Rows:
    """Return all that the database holds."""
    with target.database.read() as session:
        return {
            table.name: sorted((tuple(row) for row in session.execute(sa.select(table))), key=repr)
            for table in Base.metadata.sorted_tables
        }


def links_of_every_kind(target: Target) -> dict[str, str]:
    """Return an address for each route that a mailed link opens, all of them good and unused."""
    with target.database.write() as session:
        return {
            **alert_links(session, target.signer),
            **support_links(session, target),
            **session_links(session, target),
            **people_links(session, target.own),
        }


def alert_links(session: Session, signer: Signer) -> dict[str, str]:
    """Return the links of somebody who gets alerts, and of a webhook."""
    ask_for_alerts(session, "new@example.org", (Criteria(),), Frequency.DAILY, now=NOW)
    request = session.query(AlertRequest).one()
    token = "confirm-token"
    mint_confirmation_token(session, request.id, token, NOW)
    who = a_subscriber(session)
    change = AddressChange(id=new_id(), subscriber_id=who, email="next@example.org", asked_at=NOW, confirmed_at=None)
    session.add(change)
    session.flush()
    hook = add_webhook(session, "https://example.org/hook", Criteria(), NOW)
    assert session.get_one(Webhook, hook).state == "new"
    manage = signer.manage_path(who)
    entry = session.query(Entry.id).filter_by(reference="EXC-0001").scalar()
    return {
        "subscriber.show_confirm": f"/alerts/confirm/{token}",
        "subscriber.manage": manage,
        "subscriber.new_choice": f"{manage}/new",
        "subscriber.download": f"{manage}/my-data.json",
        "subscriber.show_unsubscribe": signer.unsubscribe_path(who),
        "subscriber.show_mute": signer.mute_path(who, str(entry)),
        "subscriber.show_address": signer.address_path(change.id),
        "subscriber.webhook": f"/webhooks/{signer.sign('webhook', hook)}",
    }


def support_links(session: Session, target: Target) -> dict[str, str]:
    """Return the links of an organisation that asked for help, a profile or what is held, or is interested."""
    sign = target.signer.sign
    entry = session.query(Entry).filter_by(reference="EXC-0001").one()
    one, other = (
        Interest(
            id=new_id(), entry_id=entry.id, email=f"{name}@example.org", name=name, brings="", seeks="",
            wants_partners=True, visibility="everyone", asked_at=NOW, confirmed_at=confirmed,
        )
        for name, confirmed in (("ann", None), ("bob", NOW))
    )  # fmt: skip
    help_request = HelpRequest(
        id=new_id(), organisation_id=target.own, reference="", kinds=[], need="A room", name="Ann",
        email="ann@example.org", show_address=False, asked_at=NOW, confirmed_at=None, closed_at=None,
    )  # fmt: skip
    question = DataRequest(id=new_id(), email="ann@example.org", asked_at=NOW)
    profile = Profile(id=new_id(), email="ann@example.org", asked_at=NOW, saved_at=None)
    answer = ReaderAnswer(
        id=new_id(), entry_id=entry.id, path="lots", question="How?", email="ann@example.org", name="", text="So.",
        may_publish=False, asked_at=NOW, confirmed_at=None, response="", hidden_why="",
    )  # fmt: skip
    session.add_all([one, other, help_request, question, profile, answer])
    session.flush()
    introduction = Introduction(
        id=new_id(), asker_id=other.id, asked_id=one.id, message="Shall we?", asked_at=NOW,
        answered_at=None, agreed=None,
    )  # fmt: skip
    session.add(introduction)
    session.flush()
    bulletin = set_up(session, target.own, monthly=False, weekday=0, themes=(), digest_hour=time(8), now=NOW)
    set_list_address(session, bulletin, "list@example.org", NOW)
    own, held = f"/profile/{sign('profile', profile.id)}", f"/my-data/{sign('data', question.id)}"
    return {
        "by_link.bulletin_list": list_path(target.signer, bulletin),
        "subscriber.show_answer": f"/answers/{sign('answer', answer.id)}",
        "subscriber.download_answer": f"/answers/{sign('answer', answer.id)}/my-answer.json",
        "subscriber.show_own_interest": f"/interested/{sign('interest', one.id)}",
        "subscriber.show_introduction": f"/introductions/{sign('introduction', introduction.id)}",
        "subscriber.show_help": f"/help/{sign('help', help_request.id)}",
        "subscriber.show_data": held,
        "subscriber.download_data": f"{held}/my-data.json",
        "subscriber.show_profile": own,
        "subscriber.download_profile": f"{own}/my-profile.json",
    }


def session_links(session: Session, target: Target) -> dict[str, str]:
    """Return the links of a session's host, of who comes, and of who writes and checks its record."""
    signer = target.signer
    planned = a_planned_session(session, target.own)
    host = invite_host(session, planned.session_id, HOST, now=NOW)
    public = a_public_session(session, target.own)
    ask_to_come(session, public.session_id, Person("Ann", "ann@example.org"), NOW)
    coming = f"/coming/{signer.sign('coming', session.query(Registration).one().id)}"
    held = a_held_session(session, target.own)
    add_part(session, held, Point("A point"), now=NOW)
    invite_writer(session, held, "writer@example.org", NOW)
    until = (NOW + timedelta(days=10)).date()
    start_check(session, held, until=until, addresses=["ann@example.org"], identifies_nobody=True, now=NOW)
    hall = add_venue(session, VenueFacts("Mill Hall"), now=NOW).id
    set_contact(session, "mill-hall", "owner@example.org")
    writing = writer_path(signer, held, 1)
    return {
        "commissioner.show_host_invitation": f"/hosting/{signer.sign('host', host.id)}",
        "coming.own": coming,
        "coming.download": f"{coming}/my-data.json",
        "coming.host_list": f"/coming/host/{signer.sign('coming-host', public.session_id)}",
        "by_link.write_record": writing,
        "by_link.record_part": f"{writing}/parts/point",
        "by_link.check_record": check_path(signer, session.query(Contributor).one().id),
        "by_link.venue_facts": owner_path(signer, hall, 1),
    }


def people_links(session: Session, organisation_id: uuid.UUID) -> dict[str, str]:
    """Return the links of somebody who signs in, and of somebody who is invited."""
    member = add_member(session, email="ann@example.org", organisation_id=organisation_id, role=Role.AUTHOR, now=NOW)
    mint_sign_in_token(session, member.user_id, NOW, 15, random_token=lambda: "sign-in-token")
    asked = invite(session, organisation_id=organisation_id, email="bob@example.org", role=Role.AUTHOR, now=NOW)
    minted = mint_invitation_token(session, asked.id, NOW, random_token=lambda: "invitation-token")
    assert minted is not None
    return {
        "commissioner.confirm_sign_in": "/sign-in/sign-in-token",
        "commissioner.show_invitation": "/invitations/invitation-token",
    }
