"""Markup in what somebody types, shown again at once (reflected XSS), or in mail, calendars and CSV.

What is stored and shown on pages and in feeds is in `tests/web/test_hostile_text.py`.
"""

import csv
import io
from dataclasses import replace
from datetime import timedelta

import html5lib
import icalendar
import pytest

from feeds.mail import make_renderer
from kil_pipeline.engagement.programme import announce_session
from kil_pipeline.engagement.sessions import SessionContent
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.scheduler.jobs import run_tick
from tests.alerts.sinks import Post
from tests.attacks.conftest import Target
from tests.attacks.routes import address_with, gets, posts
from tests.factories import NOW, a_subscriber, publish
from tests.web.test_access import Access, address_of
from tests.web.visitors import csrf_token
from web.queries import PARAMETERS

HOSTILE = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "' autofocus onfocus=alert(1) x='",
    "</textarea></title><svg onload=alert(1)>",
    "javascript:alert(1)",
)
FIELDS = (
    *PARAMETERS, "email", "name", "need", "about", "message", "address", "next", "headline", "words", "month", "page",
    "postcode", "entry", "brings", "seeks", "needs", "charity_number", "company_number", "view", "answer", "note",
)  # fmt: skip
HANDLERS = ("onerror", "onload", "onfocus")
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1")


@pytest.mark.parametrize("text", HOSTILE)
def test_no_page_runs_what_its_address_says(target: Target, text: str) -> None:
    reader = target.nobody()
    for rule in gets(target.app, Access.ANYBODY):
        if rule.endpoint != "static":
            for address in (address_of(rule), address_with(rule, text)):
                with_text = reader.get(address, query_string=dict.fromkeys(FIELDS, text))
                assert scripts_in(with_text.data, with_text.mimetype) == [], rule.rule
                with_text.close()


@pytest.mark.parametrize("text", HOSTILE)
def test_no_form_that_comes_back_runs_what_was_typed(target: Target, text: str) -> None:
    browser = target.owner()
    token = csrf_token(browser.get("/alerts/new").text)
    for rule in posts(target.app):
        if rule.endpoint not in ("commissioner.sign_out", "commissioner.sign_out_everywhere", "commissioner.leave"):
            answer = browser.post(address_of(rule), data=dict.fromkeys(FIELDS, text) | {"csrf_token": token})
            assert scripts_in(answer.data, answer.mimetype) == [], rule.rule
            answer.close()


@pytest.mark.parametrize("text", HOSTILE)
def test_a_mail_is_text_whatever_an_entry_says(target: Target, text: str) -> None:
    with target.database.write() as session:
        session.get_one(Organisation, target.own).name = text
        a_subscriber(session)
        publish(session, target.own, EntryContent(text, summary=text))
    post = Post(target.database)
    jobs = replace(post.jobs(), render=make_renderer(post.jobs().settings))
    assert run_tick(jobs, NOW + timedelta(hours=1)).failures == ()
    assert [scripts_in(mail.message.html.encode(), "text/html") for mail in post.sent] == [[]]


@pytest.mark.parametrize("text", ["A\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:Planted", "A;X=1,b\\nDESCRIPTION:x"])
def test_a_calendar_has_no_event_that_a_text_made(target: Target, text: str) -> None:
    starts = NOW + timedelta(days=10)
    about = SessionContent(text, text, starts, starts + timedelta(hours=1), host=text)
    with target.database.write() as session:
        announce_session(session, target.own, about, venue_id=None, now=NOW)
    calendar = icalendar.Calendar.from_ical(target.nobody().get("/calendars/sessions.ics").data)
    assert [component.name for component in calendar.walk("VEVENT")] == ["VEVENT"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_a_download_is_a_formula(target: Target, text: str) -> None:
    with target.database.write() as session:
        publish(session, target.own, EntryContent(f"{text} x", summary=text, length=text))
    rows = csv.reader(io.StringIO(target.nobody().get("/data/plan.csv").get_data(as_text=True)))
    assert [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "＝")] == []


def scripts_in(body: bytes, mimetype: str | None) -> list[str]:
    """Return what a browser would run of a page: scripts with words of an attacker, handlers, addresses of scripts."""
    if mimetype != "text/html":
        return []
    found: list[str] = []
    for element in html5lib.parse(body, namespaceHTMLElements=False, transport_encoding="utf-8").iter():
        names = [name for name in element.attrib if name in HANDLERS or name == "autofocus"]
        links = [element.get(name) or "" for name in ("href", "src", "action", "formaction")]
        names += [link for link in links if link.strip().lower().startswith("javascript:")]
        names += [element.text or "" for _ in "x" if element.tag == "script" and "alert(1)" in (element.text or "")]
        found += names
    return found
