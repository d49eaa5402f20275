"""Invitations that come with a mail (iTIP and iMIP: RFC 5546, RFC 6047): one session, one person.

The event is the public one, with the UID that it has in the public calendars, so that nobody has it twice.
"""

from email.utils import parseaddr
from typing import cast

from icalendar import Calendar, Event, vCalAddress, vText, vUri

from feeds.calendars import CalendarHead, session_event
from kil_pipeline.alerts.letters import CalendarPart
from kil_pipeline.engagement.registrations import Way
from kil_pipeline.engagement.session_letters import Invitation
from kil_pipeline.text import clean_line

_IN_A_PARAMETER = str.maketrans({'"': "'", "\\": "/"})
"""A parameter's value cannot hold a double quote (RFC 5545, 3.2), and ical.js reads a backslash in it as an escape."""


def render_invitation(invitation: Invitation, *, base_url: str, sender: str) -> CalendarPart:
    """Return an invitation, or the taking back of one. `sender`: the address that it comes from, with a name."""
    calendar = Calendar()
    calendar.add("prodid", "-//Keep it Local//Pipeline//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", invitation.method)
    calendar.add_component(_event(invitation, base_url, sender))
    return CalendarPart(invitation.method, bytes(calendar.to_ical()))


def _event(invitation: Invitation, base_url: str, sender: str) -> Event:
    public = invitation.public
    address = base_url + public.path
    head = CalendarHead(public.content.title, "", f"{address}.ics", address, base_url, invitation.authority)
    event = cast(Event, Event.from_ical(session_event(head, public)))
    off = invitation.method == "CANCEL"
    for name in ("DTSTAMP", "SEQUENCE", "TRANSP", "STATUS"):
        del event[name]
    event.add("dtstamp", invitation.made_at)
    event.add("sequence", invitation.sequence)
    event.add("transp", "TRANSPARENT" if off else "OPAQUE")
    event.add("status", "CANCELLED" if off else "CONFIRMED")
    event.add("organizer", _person(parseaddr(sender)[1], public.commissioner.name))
    event.add("attendee", _attendee(invitation), encode=False)
    if invitation.way is Way.ONLINE:
        _put_online(event, invitation.online_link)
    return event


def _attendee(invitation: Invitation) -> vCalAddress:
    """They have said that they come: nothing is asked of them."""
    person = _person(invitation.address, invitation.name)
    person.params["CUTYPE"] = vText("INDIVIDUAL")
    person.params["ROLE"] = vText("REQ-PARTICIPANT")
    person.params["PARTSTAT"] = vText("DECLINED" if invitation.method == "CANCEL" else "ACCEPTED")
    person.params["RSVP"] = vText("FALSE")
    return person


def _person(address: str, name: str) -> vCalAddress:
    person = vCalAddress(f"mailto:{address}")
    person.params["CN"] = vText(clean_line(name).translate(_IN_A_PARAMETER) or address)
    return person


def _put_online(event: Event, link: str) -> None:
    for name in ("LOCATION", "GEO"):
        event.pop(name, None)
    event.add("location", vText(link or "Online"))
    if link:
        event.add("conference", vUri(link), parameters={"VALUE": "URI"})
