"""Who may reach what: one table of every route, compared with the application and with what visitors are answered."""

import uuid
from dataclasses import replace
from enum import StrEnum

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from kil_pipeline.alerts.links import Signer
from kil_pipeline.database import Database
from kil_pipeline.organisations.members import Role
from kil_pipeline.organisations.organisations import find_organisation
from kil_pipeline.plan.drafts import create_entry
from tests.factories import NOW, a_commissioner, a_subscriber, publish, some_content
from tests.web.visitors import csrf_token, send, sign_in
from web.app import create_app
from web.context import Context


class Access(StrEnum):
    """Who a route is for."""

    ANYBODY = "anybody"
    LINK = "whoever holds the link from a mail"
    VIEWER = "viewer"
    AUTHOR = "author"
    OPERATOR = "whoever holds the operator’s token; in development anybody"
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
    "public.venues": Access.ANYBODY,
    "public.venues_json": Access.ANYBODY,
    "public.venue_page": Access.ANYBODY,
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
    "subscriber.new_webhook": Access.ANYBODY,
    "subscriber.add": Access.ANYBODY,
    "subscriber.webhook": Access.LINK,
    "subscriber.change_webhook": Access.LINK,
    "commissioner.sign_in": Access.ANYBODY,
    "commissioner.send_link": Access.ANYBODY,
    "commissioner.confirm_sign_in": Access.LINK,
    "commissioner.use_link": Access.LINK,
    "commissioner.sign_out": Access.ANYBODY,
    "commissioner.workspace": Access.VIEWER,
    "commissioner.act_for": Access.VIEWER,
    "commissioner.new_entry": Access.AUTHOR,
    "commissioner.create": Access.AUTHOR,
    "commissioner.edit_entry": Access.AUTHOR,
    "commissioner.save": Access.AUTHOR,
    "commissioner.preview": Access.AUTHOR,
    "commissioner.publish": Access.AUTHOR,
    "bounces.take_bounce": Access.OPERATOR,
    "operator.operator_page": Access.OPERATOR,
    "operator.retry": Access.OPERATOR,
    "operator.metrics": Access.OPERATOR,
    "admin.mails": Access.DEVELOPMENT,
    "admin.mail": Access.DEVELOPMENT,
    "admin.mail_html": Access.DEVELOPMENT,
}
"""Every route of the application. A new one fails a test until it stands here."""
ROLES = {Access.VIEWER, Access.AUTHOR}
OWN_DRAFT = "EXC-0001"
BUTTONS = {"subscriber.show_confirm", "commissioner.confirm_sign_in"}
"""Pages that show a button without looking at the link: a look must not use it up, nor tell whether it works."""


class Visitor(StrEnum):
    """Who comes, besides the organisation whose entry it is."""

    NOBODY = "nobody"
    VIEWER = "viewer"
    AUTHOR = "author"
    APPROVER = "approver"
    STRANGER = "an author of another organisation"


@pytest.fixture
def visitors(app: Flask, sqlite_database: Database) -> dict[Visitor, FlaskClient]:
    """A browser for each, and a draft of the first organisation's."""
    with sqlite_database.write() as session:
        own, other = a_commissioner(session, prefix="EXC").id, a_commissioner(session, "Another", prefix="OTH").id
        create_entry(session, own, some_content("A draft"), withheld={"value": "£450,000"}, now=NOW)
    signed_in = {
        Visitor(role): sign_in(app.test_client(), sqlite_database, own, role)
        for role in (Role.VIEWER, Role.AUTHOR, Role.APPROVER)
    }
    stranger = sign_in(app.test_client(), sqlite_database, other, Role.AUTHOR)
    return {Visitor.NOBODY: app.test_client(), **signed_in, Visitor.STRANGER: stranger}


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
    app: Flask, visitors: dict[Visitor, FlaskClient], visitor: Visitor
) -> None:
    guarded = [rule for rule in app.url_map.iter_rules() if ACCESS[rule.endpoint] in ROLES]
    answers = {rule.endpoint: outcome(visit(visitors[visitor], rule)) for rule in guarded}
    assert answers == {rule.endpoint: expected(visitor, rule) for rule in guarded}


def test_an_open_route_asks_nobody_to_sign_in(app: Flask, visitors: dict[Visitor, FlaskClient]) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if ACCESS[rule.endpoint] not in ROLES]
    asked = {
        rule.endpoint for rule in rules if outcome(visit(visitors[Visitor.NOBODY], rule)) in ("sign in", "not you")
    }
    assert asked == set()


def test_a_link_that_is_not_ours_opens_nothing(app: Flask, visitors: dict[Visitor, FlaskClient]) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if ACCESS[rule.endpoint] is Access.LINK]
    statuses = {rule.endpoint: visit(visitors[Visitor.NOBODY], rule).status_code for rule in rules}
    assert statuses == {endpoint: 200 if endpoint in BUTTONS else 410 for endpoint in statuses}


def test_another_organisations_published_entry_is_not_there_to_be_edited(
    app: Flask, visitors: dict[Visitor, FlaskClient], sqlite_database: Database
) -> None:
    with sqlite_database.write() as session:
        council = find_organisation(session, "EXC").id
        publish(session, council, some_content("Public"))
    stranger = visitors[Visitor.STRANGER]
    assert stranger.get("/entries/EXC-0002").status_code == 200
    assert stranger.get("/workspace/entries/EXC-0002").status_code == 404


def test_who_may_not_publish_leaves_the_draft_a_draft(
    app: Flask, visitors: dict[Visitor, FlaskClient], sqlite_database: Database
) -> None:
    path = f"/workspace/entries/{OWN_DRAFT}/publish"
    for visitor in (Visitor.NOBODY, Visitor.VIEWER, Visitor.STRANGER):
        send(visitors[visitor], path, {"version": "1"})
    assert app.test_client().get(f"/entries/{OWN_DRAFT}").status_code == 404
    send(visitors[Visitor.AUTHOR], path, {"version": "1"})
    assert app.test_client().get(f"/entries/{OWN_DRAFT}").status_code == 200


def test_acting_for_an_organisation_that_one_is_no_member_of_is_refused(
    visitors: dict[Visitor, FlaskClient], sqlite_database: Database
) -> None:
    with sqlite_database.read() as session:
        own = find_organisation(session, "EXC").id
    answer = send(visitors[Visitor.STRANGER], "/workspace/organisation", {"organisation": str(own)})
    assert answer.status_code == 410
    assert visitors[Visitor.STRANGER].get(f"/workspace/entries/{OWN_DRAFT}").status_code == 404


def test_a_form_without_its_token_is_refused_everywhere_but_at_one_click_unsubscribing(
    app: Flask, visitors: dict[Visitor, FlaskClient]
) -> None:
    author = visitors[Visitor.AUTHOR]
    answers = {rule.endpoint: author.post(address_of(rule), data={"version": "1"}) for rule in posts(app)}
    refused = {endpoint for endpoint, answer in answers.items() if "Please send the form again" in answer.text}
    assert set(answers) - refused == {"subscriber.stop", "bounces.take_bounce"}
    assert {answers[endpoint].status_code for endpoint in refused} == {400}


def test_the_token_of_another_browser_is_refused(app: Flask, visitors: dict[Visitor, FlaskClient]) -> None:
    token = csrf_token(app.test_client().get("/alerts/new").text)
    answer = visitors[Visitor.AUTHOR].post("/workspace/entries/new", data={"headline": "x", "csrf_token": token})
    assert answer.status_code == 400


def test_one_click_unsubscribing_needs_no_cookie_and_no_token(app: Flask, sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        path = Signer(app.extensions["kil"].settings.secret_keys).unsubscribe_path(a_subscriber(session))
    answer = app.test_client(use_cookies=False).post(path, data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, "Set-Cookie" in answer.headers) == (200, False)


def posts(app: Flask) -> list[Rule]:
    """Return the routes that change something."""
    return [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]


def address_of(rule: Rule) -> str:
    """Return an address of a route: of the draft where it takes a reference, with a bad link where it takes one."""
    values = {
        "reference": OWN_DRAFT,
        "delivery_id": uuid.UUID(int=0),
        "number": 1,
        "one": 1,
        "other": 2,
        "kind": "atom",
        "filename": "site.css",
        "name": "x",
        "token": "x",
        "slug": "x",
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
    if visitor is Visitor.NOBODY:
        return "sign in"
    if visitor is Visitor.VIEWER and ACCESS[rule.endpoint] is Access.AUTHOR:
        return "not you"
    return "no such thing" if visitor is Visitor.STRANGER and "reference" in rule.arguments else "let in"
