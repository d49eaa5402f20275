"""Invitations that come with a mail: what calendar programs and strict mail readers make of them."""

import email
import email.policy
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

from hypothesis import given, settings

from feeds.calendars import render_sessions
from feeds.invitations import render_invitation
from feeds.mail import make_renderer
from feeds.mail_messages import write_mail
from kil_pipeline.alerts.letters import CalendarPart, Outgoing
from kil_pipeline.engagement.registrations import Way
from kil_pipeline.engagement.session_letters import Invitation, SessionLetter
from kil_pipeline.engagement.sessions import SessionContent
from kil_pipeline.engagement.venues import PublicVenue, VenueFacts
from kil_pipeline.settings import load_settings
from tests.feeds.ics import event, events, lines, read
from tests.feeds.public import AUTHORITY, BASE, HEAD, LINES, a_session

NOW = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
SENDER = "Forward plan <alerts@example.org>"
LINK = "https://meet.example.org/a?b=c&d=e"
TALK = SessionContent(
    title="Talk about falls",
    purpose="Tell us what would make you come.",
    starts_at=datetime(2027, 6, 10, 9, 30, tzinfo=UTC),
    ends_at=datetime(2027, 6, 10, 11, 0, tzinfo=UTC),
    online=True,
)
VENUE = PublicVenue(uuid.UUID(int=3), VenueFacts("Village Hall", latitude=51.5, longitude=-0.25))
COMING = Invitation(
    method="REQUEST",
    public=a_session(TALK, venue=VENUE, sequence=2),
    authority=AUTHORITY,
    sequence=3,
    address="ann@example.org",
    name="Ann Example",
    way=Way.IN_PERSON,
    online_link="",
    made_at=NOW,
)
SETTINGS = load_settings({"KIL_ENV": "development", "KIL_BASE_URL": BASE})


def rendered(invitation: Invitation) -> bytes:
    return render_invitation(invitation, base_url=BASE, sender=SENDER).content


def test_an_invitation_in_full() -> None:
    calendar = rendered(COMING)
    assert lines(calendar)[:5] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Keep it Local//Pipeline//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:REQUEST",
    ]
    (found,) = events(calendar)
    assert {name: str(value) for name, value in found.items() if name in ("UID", "SEQUENCE", "STATUS", "TRANSP")} == {
        "UID": "00000000-0000-0000-0000-000000000009@example.org.2026-01-01",
        "SEQUENCE": "3",
        "STATUS": "CONFIRMED",
        "TRANSP": "OPAQUE",
    }
    assert (found["DTSTAMP"].dt, found["DTSTART"].dt) == (NOW, TALK.starts_at)
    assert (str(found["ORGANIZER"]), found["ORGANIZER"].params["CN"]) == (
        "mailto:alerts@example.org",
        "Exampleshire Council",
    )
    assert str(found["ATTENDEE"]) == "mailto:ann@example.org"
    assert dict(found["ATTENDEE"].params) == {
        "CN": "Ann Example",
        "CUTYPE": "INDIVIDUAL",
        "PARTSTAT": "ACCEPTED",
        "ROLE": "REQ-PARTICIPANT",
        "RSVP": "FALSE",
    }


def test_it_has_the_uid_of_the_public_calendar() -> None:
    assert events(rendered(COMING))[0]["UID"] == events(render_sessions(HEAD, [COMING.public]))[0]["UID"]


def test_taking_it_back_says_so_with_the_same_uid() -> None:
    (found,) = events(rendered(replace(COMING, method="CANCEL", sequence=4)))
    assert (found["UID"], found["STATUS"], found["SEQUENCE"]) == (events(rendered(COMING))[0]["UID"], "CANCELLED", 4)
    assert "METHOD:CANCEL" in lines(rendered(replace(COMING, method="CANCEL")))


def test_who_comes_online_gets_the_link_in_place_of_the_place() -> None:
    (found,) = events(rendered(replace(COMING, way=Way.ONLINE, online_link=LINK)))
    assert (str(found["LOCATION"]), str(found["CONFERENCE"]), "GEO" in found) == (LINK, LINK, False)
    (without,) = events(rendered(replace(COMING, way=Way.ONLINE)))
    assert (str(without["LOCATION"]), "CONFERENCE" in without) == ("Online", False)
    (there,) = events(rendered(COMING))
    assert (str(there["LOCATION"]), "CONFERENCE" in there) == ("Village Hall (and online)", False)


def test_a_name_holds_nothing_that_programs_read_in_different_ways() -> None:
    (found,) = events(rendered(replace(COMING, name='Ann "A\\B" Example')))
    assert found["ATTENDEE"].params["CN"] == "Ann 'A/B' Example"


@given(name=LINES, title=LINES)
@settings(max_examples=60)
def test_whatever_was_typed_programs_read_it(name: str, title: str) -> None:
    content = replace(TALK, title=title)
    calendar = rendered(replace(COMING, name=name, public=a_session(content, venue=VENUE)))
    assert max(map(len, calendar.split(b"\r\n"))) <= 75
    (only,) = read(calendar).vevent_list
    assert only.summary.value == title
    assert only.attendee.value == "mailto:ann@example.org"
    assert len([line for line in lines(calendar) if line.startswith("BEGIN:")]) == 2


def mail_of(calendar: CalendarPart | None, text: str = "Hello") -> EmailMessage:
    letter = SessionLetter("You have a place", "You have a place", (text,), invitation=COMING if calendar else None)
    message = make_renderer(SETTINGS)(letter)
    written = write_mail(Outgoing(uuid.UUID(int=5), "ann@example.org", message), sender=SENDER, base_url=BASE, now=NOW)
    assert max(map(len, written.split(b"\r\n"))) <= 998
    assert written.isascii()
    strict = email.policy.default.clone(raise_on_defect=True)
    return email.message_from_bytes(written, policy=strict)


def test_the_mail_carries_it_as_an_alternative_and_as_a_file() -> None:
    mail = mail_of(CalendarPart("REQUEST", b""))
    shape = [(part.get_content_type(), part.get_content_disposition()) for part in mail.walk()]
    assert shape == [
        ("multipart/mixed", None),
        ("multipart/alternative", None),
        ("text/plain", None),
        ("text/html", None),
        ("text/calendar", None),
        ("application/ics", "attachment"),
    ]
    parts: list[Any] = list(mail.walk())
    assert dict(parts[4].get_params() or []) == {"text/calendar": "", "charset": "utf-8", "method": "REQUEST"}
    assert parts[5].get_filename() == "session.ics"
    contents = {part.get_payload(decode=True) for part in parts[4:]}
    assert [event(content)["UID"] for content in contents] == [
        "00000000-0000-0000-0000-000000000009@example.org.2026-01-01"
    ]
    assert len({part.get_boundary() for part in parts[:2]}) == 2


def test_a_notice_without_one_is_the_mail_that_it_was() -> None:
    assert [part.get_content_type() for part in mail_of(None).walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
