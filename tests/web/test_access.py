"""Who may reach what: one table of every route, compared with the application and with what visitors are answered."""

from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from kil_pipeline.alerts.links import Signer
from kil_pipeline.database import Database
from kil_pipeline.engagement.programme import announce_session
from kil_pipeline.engagement.record_contents import Point
from kil_pipeline.engagement.records import add_part
from kil_pipeline.engagement.sessions import SessionContent
from kil_pipeline.exchange.import_uploads import ImportUpload
from kil_pipeline.exchange.tender_notices import TenderNotice
from kil_pipeline.organisations.members import Role, add_member
from kil_pipeline.organisations.organisations import find_organisation
from kil_pipeline.plan.drafts import create_entry
from tests.engagement.held import a_held_session
from tests.engagement.sessions import a_planned_session
from tests.factories import NOW, a_commissioner, a_subscriber, publish, some_content
from tests.web.visitors import csrf_token, send, sign_in, sign_in_operator
from web.app import create_app
from web.context import Context


class Access(StrEnum):
    """Who a route is for."""

    ANYBODY = "anybody"
    TOKEN = "a program with a token of its organisation"
    LINK = "whoever holds the link from a mail"
    WAITING = "whoever has followed a link, and has a second factor to show"
    PERSON = "whoever is signed in: their own account"
    VIEWER = "viewer"
    ENGAGEMENT_LEAD = "engagement lead"
    AUTHOR = "author"
    APPROVER = "approver"
    ADMIN = "admin"
    OPERATOR = "operator"
    OPERATING = "operators, and whoever holds the operator’s token; in development anybody"
    DEVELOPMENT = "development"
    """Anybody, and only where the installation is for development."""


ACCESS = {
    "static": Access.ANYBODY,
    "healthz": Access.ANYBODY,
    "readyz": Access.ANYBODY,
    "public.start": Access.ANYBODY,
    "public.about": Access.ANYBODY,
    "public.accessibility": Access.ANYBODY,
    "public.data": Access.ANYBODY,
    "public.privacy": Access.ANYBODY,
    "public.plan": Access.ANYBODY,
    "public.plan_csv": Access.ANYBODY,
    "public.plan_xlsx": Access.ANYBODY,
    "public.plan_ocds": Access.ANYBODY,
    "public.plan_records": Access.ANYBODY,
    "public.entry_release": Access.ANYBODY,
    "public.entry": Access.ANYBODY,
    "public.entry_json": Access.ANYBODY,
    "public.change": Access.ANYBODY,
    "public.commissioners": Access.ANYBODY,
    "public.commissioners_csv": Access.ANYBODY,
    "public.commissioner": Access.ANYBODY,
    "public.compare": Access.ANYBODY,
    "public.choose_comparison": Access.ANYBODY,
    "public.sessions": Access.ANYBODY,
    "public.session_page": Access.ANYBODY,
    "public.session_file": Access.ANYBODY,
    "public.session_text": Access.ANYBODY,
    "coming.come_form": Access.ANYBODY,
    "coming.ask": Access.ANYBODY,
    "coming.own": Access.LINK,
    "coming.change": Access.LINK,
    "coming.download": Access.LINK,
    "coming.host_list": Access.LINK,
    "public.session_record": Access.ANYBODY,
    "public.session_file_body": Access.ANYBODY,
    "public.venues": Access.ANYBODY,
    "public.venues_json": Access.ANYBODY,
    "public.venue_page": Access.ANYBODY,
    "public.local_support": Access.ANYBODY,
    "public.local_support_page": Access.ANYBODY,
    "public.help_near_you": Access.ANYBODY,
    "public.ask_to_correct": Access.ANYBODY,
    "by_link.write_record": Access.LINK,
    "by_link.save_record": Access.LINK,
    "by_link.record_part": Access.LINK,
    "by_link.save_record_part": Access.LINK,
    "by_link.check_record": Access.LINK,
    "by_link.answer_check": Access.LINK,
    "by_link.venue_facts": Access.LINK,
    "by_link.correct_facts": Access.LINK,
    "public.entries_feed": Access.ANYBODY,
    "public.feed_builder": Access.ANYBODY,
    "public.changes_feed": Access.ANYBODY,
    "public.bulletins": Access.ANYBODY,
    "public.bulletin_sheet": Access.ANYBODY,
    "public.bulletin_embed": Access.ANYBODY,
    "public.milestones_calendar": Access.ANYBODY,
    "public.sessions_calendar": Access.ANYBODY,
    "api.list_entries": Access.ANYBODY,
    "api.show_entry": Access.ANYBODY,
    "api.list_revisions": Access.ANYBODY,
    "api.list_commissioners": Access.ANYBODY,
    "api.list_sessions": Access.ANYBODY,
    "api.show_session": Access.ANYBODY,
    "api.list_reasons": Access.ANYBODY,
    "api.list_areas": Access.ANYBODY,
    "api.list_themes": Access.ANYBODY,
    "api.list_routes": Access.ANYBODY,
    "write_api.create_draft": Access.TOKEN,
    "write_api.show_draft": Access.TOKEN,
    "write_api.change_draft": Access.TOKEN,
    "write_api.publish_draft": Access.TOKEN,
    "api.openapi_json": Access.ANYBODY,
    "api.docs": Access.ANYBODY,
    "subscriber.new_alerts": Access.ANYBODY,
    "subscriber.ask": Access.ANYBODY,
    "subscriber.show_confirm": Access.LINK,
    "subscriber.confirm": Access.LINK,
    "subscriber.manage": Access.LINK,
    "subscriber.change": Access.LINK,
    "subscriber.show_unsubscribe": Access.LINK,
    "subscriber.stop": Access.LINK,
    "subscriber.show_mute": Access.LINK,
    "subscriber.mute_one": Access.LINK,
    "subscriber.unmute_one": Access.LINK,
    "subscriber.pause_mail": Access.LINK,
    "subscriber.download": Access.LINK,
    "subscriber.ask_address": Access.LINK,
    "subscriber.show_address": Access.LINK,
    "subscriber.use_address": Access.LINK,
    "subscriber.new_choice": Access.LINK,
    "subscriber.add_choice": Access.LINK,
    "subscriber.new_help": Access.ANYBODY,
    "subscriber.ask_help": Access.ANYBODY,
    "subscriber.new_interest": Access.ANYBODY,
    "subscriber.ask_interest": Access.ANYBODY,
    "subscriber.show_own_interest": Access.LINK,
    "subscriber.change_own_interest": Access.LINK,
    "subscriber.show_introduction": Access.LINK,
    "subscriber.change_introduction": Access.LINK,
    "subscriber.new_answer": Access.ANYBODY,
    "subscriber.ask_answer": Access.ANYBODY,
    "subscriber.show_answer": Access.LINK,
    "subscriber.change_answer": Access.LINK,
    "subscriber.download_answer": Access.LINK,
    "subscriber.ask_data": Access.ANYBODY,
    "subscriber.send_data": Access.ANYBODY,
    "subscriber.show_data": Access.LINK,
    "subscriber.erase_data": Access.LINK,
    "subscriber.download_data": Access.LINK,
    "subscriber.ask_profile": Access.ANYBODY,
    "subscriber.send_profile": Access.ANYBODY,
    "subscriber.show_profile": Access.LINK,
    "subscriber.change_profile": Access.LINK,
    "subscriber.download_profile": Access.LINK,
    "subscriber.show_help": Access.LINK,
    "subscriber.change_help": Access.LINK,
    "subscriber.new_webhook": Access.ANYBODY,
    "subscriber.add": Access.ANYBODY,
    "subscriber.webhook": Access.LINK,
    "subscriber.change_webhook": Access.LINK,
    "commissioner.sign_in": Access.ANYBODY,
    "commissioner.send_link": Access.ANYBODY,
    "commissioner.confirm_sign_in": Access.LINK,
    "commissioner.use_mailed_link": Access.LINK,
    "commissioner.show_code_form": Access.ANYBODY,
    "commissioner.use_mailed_code": Access.ANYBODY,
    "commissioner.sign_out": Access.ANYBODY,
    "commissioner.workspace": Access.VIEWER,
    "commissioner.act_for": Access.VIEWER,
    "commissioner.organisation": Access.ADMIN,
    "commissioner.account": Access.PERSON,
    "commissioner.end_one": Access.PERSON,
    "commissioner.sign_out_everywhere": Access.PERSON,
    "commissioner.prove": Access.PERSON,
    "commissioner.send_proof": Access.PERSON,
    "commissioner.use_proof": Access.PERSON,
    "commissioner.ask_provider": Access.ANYBODY,
    "commissioner.come_back": Access.ANYBODY,
    "commissioner.tokens": Access.ADMIN,
    "commissioner.make_token": Access.ADMIN,
    "commissioner.revoke_token": Access.ADMIN,
    "commissioner.show_second": Access.WAITING,
    "commissioner.use_second": Access.WAITING,
    "commissioner.second_factor": Access.PERSON,
    "commissioner.start_second_factor": Access.PERSON,
    "commissioner.confirm_second_factor": Access.PERSON,
    "commissioner.take_off_second_factor": Access.PERSON,
    "commissioner.operator": Access.OPERATOR,
    "commissioner.invite_admin": Access.OPERATOR,
    "commissioner.operators_organisation": Access.OPERATOR,
    "commissioner.merge": Access.OPERATOR,
    "commissioner.move_others_entry": Access.OPERATOR,
    "commissioner.show_move": Access.ADMIN,
    "commissioner.move": Access.ADMIN,
    "commissioner.show_leave": Access.VIEWER,
    "commissioner.leave": Access.VIEWER,
    "commissioner.people": Access.ADMIN,
    "commissioner.invite_person": Access.ADMIN,
    "commissioner.withdraw": Access.ADMIN,
    "commissioner.colleague": Access.ADMIN,
    "commissioner.give_role": Access.ADMIN,
    "commissioner.remove": Access.ADMIN,
    "commissioner.ask_for_second_factor": Access.ADMIN,
    "commissioner.sign_colleague_out": Access.ADMIN,
    "commissioner.audit": Access.ADMIN,
    "commissioner.export_audit": Access.ADMIN,
    "commissioner.show_invitation": Access.LINK,
    "commissioner.accept": Access.LINK,
    "commissioner.new_entry": Access.AUTHOR,
    "commissioner.create": Access.AUTHOR,
    "commissioner.edit_entry": Access.AUTHOR,
    "commissioner.save": Access.AUTHOR,
    "commissioner.preview": Access.VIEWER,
    "commissioner.publish": Access.AUTHOR,
    "commissioner.copies": Access.AUTHOR,
    "commissioner.copy": Access.AUTHOR,
    "commissioner.split": Access.AUTHOR,
    "commissioner.change_links": Access.AUTHOR,
    "commissioner.approvals": Access.VIEWER,
    "commissioner.approval": Access.AUTHOR,
    "commissioner.approve_entry": Access.APPROVER,
    "commissioner.send_entry_back": Access.APPROVER,
    "commissioner.take_entry_back": Access.AUTHOR,
    "commissioner.override": Access.ADMIN,
    "commissioner.releases": Access.AUTHOR,
    "commissioner.plan_release": Access.AUTHOR,
    "commissioner.stop_planned_release": Access.AUTHOR,
    "commissioner.approve_planned_release": Access.APPROVER,
    "commissioner.show_settings": Access.ADMIN,
    "commissioner.change_settings": Access.ADMIN,
    "commissioner.show_deed": Access.AUTHOR,
    "commissioner.do_status_deed": Access.AUTHOR,
    "commissioner.own_plan_xlsx": Access.AUTHOR,
    "commissioner.choose_sheet": Access.AUTHOR,
    "commissioner.send_sheet": Access.AUTHOR,
    "commissioner.preview_sheet": Access.AUTHOR,
    "commissioner.apply_sheet": Access.AUTHOR,
    "commissioner.rows_to_correct": Access.AUTHOR,
    "commissioner.entry_account": Access.AUTHOR,
    "commissioner.notices": Access.AUTHOR,
    "commissioner.decide_on_notice": Access.AUTHOR,
    "commissioner.ask_to_detach_notice": Access.AUTHOR,
    "commissioner.detach_own_notice": Access.AUTHOR,
    "commissioner.entry_interest": Access.VIEWER,
    "commissioner.reader_answers": Access.AUTHOR,
    "commissioner.reply_to_answer": Access.AUTHOR,
    "commissioner.help_requests": Access.VIEWER,
    "commissioner.answer_request": Access.AUTHOR,
    "commissioner.close_request": Access.AUTHOR,
    "commissioner.support_offer": Access.AUTHOR,
    "commissioner.save_support": Access.AUTHOR,
    "commissioner.own_sessions": Access.VIEWER,
    "commissioner.new_session": Access.ENGAGEMENT_LEAD,
    "commissioner.create_session": Access.ENGAGEMENT_LEAD,
    "commissioner.edit_session": Access.ENGAGEMENT_LEAD,
    "commissioner.save_own_session": Access.ENGAGEMENT_LEAD,
    "commissioner.preview_own_session": Access.ENGAGEMENT_LEAD,
    "commissioner.publish_own_session": Access.ENGAGEMENT_LEAD,
    "commissioner.session_hosts": Access.ENGAGEMENT_LEAD,
    "commissioner.ask_session_host": Access.ENGAGEMENT_LEAD,
    "commissioner.accept_host_time": Access.ENGAGEMENT_LEAD,
    "commissioner.take_back_host": Access.ENGAGEMENT_LEAD,
    "commissioner.change_session": Access.ENGAGEMENT_LEAD,
    "commissioner.move_own_session": Access.ENGAGEMENT_LEAD,
    "commissioner.postpone_own_session": Access.ENGAGEMENT_LEAD,
    "commissioner.cancel_own_session": Access.ENGAGEMENT_LEAD,
    "commissioner.hold_own_session": Access.ENGAGEMENT_LEAD,
    "commissioner.copy_own_session": Access.ENGAGEMENT_LEAD,
    "commissioner.repeat_own_session": Access.ENGAGEMENT_LEAD,
    "commissioner.discard_own_session": Access.ENGAGEMENT_LEAD,
    "commissioner.new_proposal": Access.ENGAGEMENT_LEAD,
    "commissioner.propose": Access.ENGAGEMENT_LEAD,
    "commissioner.show_host_invitation": Access.LINK,
    "commissioner.answer_host_invitation": Access.LINK,
    "commissioner.comings": Access.ENGAGEMENT_LEAD,
    "commissioner.coming": Access.ENGAGEMENT_LEAD,
    "commissioner.sign_in_sheet": Access.ENGAGEMENT_LEAD,
    "commissioner.check_in_page": Access.ENGAGEMENT_LEAD,
    "commissioner.note_attendance": Access.ENGAGEMENT_LEAD,
    "commissioner.records": Access.VIEWER,
    "commissioner.record": Access.ENGAGEMENT_LEAD,
    "commissioner.save_record": Access.ENGAGEMENT_LEAD,
    "commissioner.record_part": Access.ENGAGEMENT_LEAD,
    "commissioner.save_record_part": Access.ENGAGEMENT_LEAD,
    "commissioner.check_record": Access.ENGAGEMENT_LEAD,
    "commissioner.invite_to_record": Access.ENGAGEMENT_LEAD,
    "commissioner.amend_record": Access.ENGAGEMENT_LEAD,
    "commissioner.settle": Access.ENGAGEMENT_LEAD,
    "commissioner.session_files": Access.ENGAGEMENT_LEAD,
    "commissioner.change_files": Access.ENGAGEMENT_LEAD,
    "commissioner.response": Access.ENGAGEMENT_LEAD,
    "commissioner.answer_point": Access.ENGAGEMENT_LEAD,
    "bounces.take_bounce": Access.OPERATING,
    "operator.operator_page": Access.OPERATING,
    "operator.retry": Access.OPERATING,
    "operator.metrics": Access.OPERATING,
    "operator.webhooks": Access.OPERATING,
    "operator.webhook_log": Access.OPERATING,
    "operator.replay_webhook": Access.OPERATING,
    "admin.mails": Access.DEVELOPMENT,
    "admin.mail": Access.DEVELOPMENT,
    "admin.mail_html": Access.DEVELOPMENT,
}
"""Every route of the application. A new one fails a test until it stands here."""
GUARDED = {Access.PERSON, *(Access(role.value.replace("_", " ")) for role in Role), Access.OPERATOR}
MEMBERS_ENTER = {
    Access.PERSON: {Role.VIEWER, Role.ENGAGEMENT_LEAD, Role.AUTHOR, Role.APPROVER, Role.ADMIN},
    Access.VIEWER: {Role.VIEWER, Role.ENGAGEMENT_LEAD, Role.AUTHOR, Role.APPROVER, Role.ADMIN},
    Access.ENGAGEMENT_LEAD: {Role.ENGAGEMENT_LEAD, Role.AUTHOR, Role.APPROVER, Role.ADMIN},
    Access.AUTHOR: {Role.AUTHOR, Role.APPROVER, Role.ADMIN},
    Access.APPROVER: {Role.APPROVER, Role.ADMIN},
    Access.ADMIN: {Role.ADMIN},
    Access.OPERATOR: set(),
}
"""Which members each guarded kind of route lets in."""
ENDS_SESSIONS = {"commissioner.sign_out_everywhere", "commissioner.leave"}
"""Whoever visits these is signed out by it."""
OWN_DRAFT = "EXC-0001"
OWN_SESSION, PUBLIC_SESSION, HELD_SESSION = "EXC-S0002", "EXC-S0003", "EXC-S0004"
UPLOAD = UUID("01a20000-0000-7000-8000-000000000001")
"""A spreadsheet that waits to be imported."""


OTHERS = {"token_id", "session_id", "user_id", "invitation_id"}
"""Parts of an address that name what is nobody's of those who visit."""


class Visitor(StrEnum):
    """Who comes: the members of the organisation whose entry it is, and others."""

    NOBODY = "nobody"
    VIEWER = "viewer"
    ENGAGEMENT_LEAD = "engagement_lead"
    AUTHOR = "author"
    APPROVER = "approver"
    ADMIN = "admin"
    STRANGER = "the admin of another organisation"
    OPERATOR = "an operator, who is a member of none"


ROLE_OF = {Visitor(role.value): role for role in Role} | {Visitor.STRANGER: Role.ADMIN}
Visitors = dict[Visitor, FlaskClient]


@pytest.fixture
def visitors(app: Flask, sqlite_database: Database) -> Visitors:
    """A browser for each, and a draft of the first organisation's."""
    with sqlite_database.write() as session:
        own = a_commissioner(session, prefix="EXC").id
        a_commissioner(session, "Another", prefix="OTH")
        create_entry(session, own, some_content("A draft"), withheld={"value": "£450,000"}, now=NOW)
        a_planned_session(session, own)
        starts = NOW + timedelta(days=20)
        about = SessionContent("A session", "To talk.", starts, starts + timedelta(hours=2), host="A host")
        announce_session(session, own, about, venue_id=None, now=NOW)
        add_part(session, a_held_session(session, own), Point("A point"), now=NOW)
        _add_waiting(session, own)
    return {visitor: browser_of(visitor, app, sqlite_database) for visitor in Visitor}


def browser_of(visitor: Visitor, app: Flask, database: Database) -> FlaskClient:
    """Return a browser in which a visitor is signed in, if they can be."""
    if visitor is Visitor.NOBODY:
        return app.test_client()
    if visitor is Visitor.OPERATOR:
        return sign_in_operator(app.test_client(), database)
    with database.read() as session:
        organisation = find_organisation(session, "OTH" if visitor is Visitor.STRANGER else "EXC").id
    return sign_in(app.test_client(), database, organisation, ROLE_OF[visitor])


def test_the_table_lists_every_route(app: Flask) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(ACCESS)


def test_production_has_every_route_but_those_for_development(app: Flask, sqlite_database: Database) -> None:
    settings = replace(app.extensions["kil"].settings, environment="production")
    production = create_app(Context(settings, sqlite_database))
    assert {rule.endpoint for rule in production.url_map.iter_rules()} == {
        endpoint for endpoint, access in ACCESS.items() if access is not Access.DEVELOPMENT
    }
    assert production.test_client().get("/dev/mail").status_code == 404


@pytest.mark.parametrize("visitor", Visitor)
def test_each_visitor_is_answered_as_the_table_says(
    app: Flask, visitors: Visitors, visitor: Visitor, sqlite_database: Database
) -> None:
    answers, browser = {}, visitors[visitor]
    guarded = [rule for rule in app.url_map.iter_rules() if ACCESS[rule.endpoint] in GUARDED]
    for rule in guarded:
        answers[rule.endpoint] = outcome(visit(browser, rule))
        if rule.endpoint in ENDS_SESSIONS:
            browser = browser_of(visitor, app, sqlite_database)
    assert answers == {rule.endpoint: expected(visitor, rule) for rule in guarded}


def test_an_open_route_asks_nobody_to_sign_in(app: Flask, visitors: Visitors) -> None:
    asking = {*GUARDED, Access.WAITING}
    rules = [rule for rule in app.url_map.iter_rules() if ACCESS[rule.endpoint] not in asking]
    asked = {
        rule.endpoint for rule in rules if outcome(visit(visitors[Visitor.NOBODY], rule)) in ("sign in", "not you")
    }
    assert asked == set()


def test_a_link_that_is_not_ours_opens_nothing(app: Flask, visitors: Visitors) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if ACCESS[rule.endpoint] is Access.LINK]
    statuses = {rule.endpoint: visit(visitors[Visitor.NOBODY], rule).status_code for rule in rules}
    assert statuses == dict.fromkeys(statuses, 410)


def test_another_organisations_published_entry_is_not_there_to_be_edited(
    app: Flask, visitors: Visitors, sqlite_database: Database
) -> None:
    with sqlite_database.write() as session:
        council = find_organisation(session, "EXC").id
        publish(session, council, some_content("Public"))
    stranger = visitors[Visitor.STRANGER]
    assert stranger.get("/entries/EXC-0005").status_code == 200
    assert stranger.get("/workspace/entries/EXC-0005").status_code == 404


def test_who_may_not_publish_leaves_the_draft_a_draft(
    app: Flask, visitors: Visitors, sqlite_database: Database
) -> None:
    path = f"/workspace/entries/{OWN_DRAFT}/publish"
    for visitor in (Visitor.NOBODY, Visitor.VIEWER, Visitor.STRANGER):
        send(visitors[visitor], path, {"version": "1"})
    assert app.test_client().get(f"/entries/{OWN_DRAFT}").status_code == 404
    send(visitors[Visitor.AUTHOR], path, {"version": "1"})
    assert app.test_client().get(f"/entries/{OWN_DRAFT}").status_code == 200


def test_acting_for_an_organisation_that_one_is_no_member_of_is_refused(
    visitors: Visitors, sqlite_database: Database
) -> None:
    with sqlite_database.read() as session:
        own = find_organisation(session, "EXC").id
    answer = send(visitors[Visitor.STRANGER], "/workspace/organisation", {"organisation": str(own)})
    assert answer.status_code == 410
    assert visitors[Visitor.STRANGER].get(f"/workspace/entries/{OWN_DRAFT}").status_code == 404


def test_a_form_without_its_token_is_refused_everywhere_but_at_one_click_unsubscribing(
    app: Flask, visitors: Visitors
) -> None:
    author = visitors[Visitor.AUTHOR]
    answers = {rule.endpoint: author.post(address_of(rule), data={"version": "1"}) for rule in posts(app)}
    refused = {endpoint for endpoint, answer in answers.items() if "Please send the form again" in answer.text}
    programs = {endpoint for endpoint in answers if ACCESS[endpoint] is Access.TOKEN}
    assert set(answers) - refused == {"subscriber.stop", "bounces.take_bounce"} | programs
    assert {answers[endpoint].status_code for endpoint in refused} == {400}


def test_the_token_of_another_browser_is_refused(app: Flask, visitors: Visitors) -> None:
    token = csrf_token(app.test_client().get("/alerts/new").text)
    answer = visitors[Visitor.AUTHOR].post("/workspace/entries/new", data={"headline": "x", "csrf_token": token})
    assert answer.status_code == 400


def test_a_program_without_a_token_is_refused_and_a_browser_that_is_signed_in_has_none(
    app: Flask, visitors: dict[Visitor, FlaskClient]
) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if ACCESS[rule.endpoint] is Access.TOKEN]
    for visitor in (Visitor.NOBODY, Visitor.AUTHOR):
        answers = [
            visitors[visitor].open(address_of(rule), method=method)
            for rule in rules
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        ]
        assert {(answer.status_code, answer.headers["WWW-Authenticate"]) for answer in answers} == {(401, "Bearer")}


def test_one_click_unsubscribing_needs_no_cookie_and_no_token(app: Flask, sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        path = Signer(app.extensions["kil"].settings.secret_keys).unsubscribe_path(a_subscriber(session))
    answer = app.test_client(use_cookies=False).post(path, data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, "Set-Cookie" in answer.headers) == (200, False)


def _add_waiting(session: Session, organisation_id: UUID) -> None:
    user = add_member(
        session, email="uploader@example.org", organisation_id=organisation_id, role=Role.AUTHOR, now=NOW
    )  # fmt: skip
    sheet = {"headings": ["Headline"], "rows": [[2, ""]], "others": [], "exact_width": True}
    session.add(
        TenderNotice(
            id="000001-2026", process="ocds-h6vhtk-000001", organisation_id=organisation_id, kind="UK4",
            title="A tender", url="", cpv=[], published_on=NOW.date(), closes_on=None, opens=True, dismissed_at=None,
        )
    )  # fmt: skip
    session.add(
        ImportUpload(
            id=UPLOAD, organisation_id=organisation_id, user_id=user.user_id, file_name="plan.csv", sheet=sheet,
            created_at=NOW,
        )
    )  # fmt: skip


def posts(app: Flask) -> list[Rule]:
    """Return the routes that change something."""
    return [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]


def address_of(rule: Rule) -> str:
    """Return an address of a route: of the draft (or session) where it takes a reference, with a bad link elsewhere."""
    values = {
        "reference": PUBLIC_SESSION
        if "coming" in rule.rule
        else OWN_SESSION
        if "/sessions/" in rule.rule
        else OWN_DRAFT,
        "held": HELD_SESSION,
        "delivery_id": UUID(int=0),
        "webhook_id": UUID(int=0),
        "part": "point",
        "number": 1,
        "one": 1,
        "other": 2,
        "kind": "atom",
        "deed": "hold",
        "filename": "site.css",
        "name": "x",
        "token": "x",
        "slug": "exampleshire-council",
        "upload": UPLOAD,
        "notice": "000001-2026",
        **dict.fromkeys(OTHERS, UUID(int=1)),
    }
    built = rule.build({name: values[name] for name in rule.arguments})
    assert built is not None
    return str(built[1])


def visit(client: FlaskClient, rule: Rule) -> TestResponse:
    """Ask for a route, or send it an empty form."""
    address = address_of(rule)
    answer = client.get(address) if "GET" in (rule.methods or ()) else send(client, address)
    answer.close()
    return answer


def outcome(answer: TestResponse) -> str:
    """Return what became of a visit, in a word or two."""
    assert answer.status_code < 500
    turned_away = answer.status_code in (302, 403)
    if turned_away and ((answer.location or "").startswith("/sign-in") or 'href="/sign-in' in answer.text):
        return "sign in"
    return {403: "not you", 404: "no such thing"}.get(answer.status_code, "let in")


def expected(visitor: Visitor, rule: Rule) -> str:
    """Return what the table says of a visit to a guarded route."""
    access = ACCESS[rule.endpoint]
    if visitor is Visitor.NOBODY:
        return "sign in"
    if visitor is Visitor.OPERATOR:
        enters = access in (Access.PERSON, Access.OPERATOR)
    else:
        enters = ROLE_OF[visitor] in MEMBERS_ENTER[access]
    if visitor is Visitor.OPERATOR and rule.endpoint == "commissioner.workspace":
        return "let in"  # and sent on to their own page
    if not enters:
        return "not you"
    ours = rule.arguments & {"reference", "held", "upload", "notice"}
    if OTHERS & rule.arguments or (visitor is Visitor.STRANGER and ours):
        return "no such thing"
    return "let in"
