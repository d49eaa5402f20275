"""A session as search engines read it: a schema.org Event, in JSON-LD. Times carry London's offset."""

from collections.abc import Callable
from typing import Any

from kil_pipeline.engagement.sessions import PublicSession, SessionState
from kil_pipeline.exchange.place_data import place_data
from kil_pipeline.reference.areas import area
from kil_pipeline.times import LONDON

STATUSES = {
    SessionState.RESCHEDULED: "EventRescheduled",
    SessionState.POSTPONED: "EventPostponed",
    SessionState.CANCELLED: "EventCancelled",
}
"""The `eventStatus` of each state; all others are EventScheduled."""
MODES = {"in_person": "Offline", "online": "Online", "both": "Mixed"}


def session_data(public: PublicSession, absolute: Callable[[str], str]) -> dict[str, Any]:
    """Return a session as a schema.org Event. `absolute`: makes a path an address. What is not known is left out."""
    content, address = public.content, absolute(public.path)
    event: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "@id": address,
        "url": address,
        "name": content.title,
        "description": content.purpose,
        "startDate": content.starts_at.astimezone(LONDON).isoformat(),
        "endDate": content.ends_at.astimezone(LONDON).isoformat(),
        "previousStartDate": [moment.astimezone(LONDON).isoformat() for moment in public.earlier_starts],
        "eventStatus": f"https://schema.org/{STATUSES.get(public.state, 'EventScheduled')}",
        "eventAttendanceMode": f"https://schema.org/{MODES[content.attendance]}EventAttendanceMode",
        "location": _locations(public, absolute),
        "organizer": _organisers(public, absolute),
        "maximumPhysicalAttendeeCapacity": content.capacity,
        "maximumVirtualAttendeeCapacity": content.capacity_online,
    }
    return {key: value for key, value in event.items() if value not in (None, "", [])}


def _locations(public: PublicSession, absolute: Callable[[str], str]) -> list[dict[str, Any]]:
    places: list[dict[str, Any]] = []
    if public.venue is not None:
        place = place_data(public.venue, absolute(public.venue.path))
        places.append({key: value for key, value in place.items() if key != "@context"})
    elif public.content.in_person:
        names = ", ".join(area(code).name for code in public.content.areas) or "England"
        places.append({"@type": "Place", "name": "Place to come", "address": names})
    if public.content.online:  # the address at which one joins is never public
        places.append({"@type": "VirtualLocation", "url": absolute(public.path)})
    return places


def _organisers(public: PublicSession, absolute: Callable[[str], str]) -> list[dict[str, str]]:
    commissioner = public.commissioner
    first = {
        "@type": "Organization",
        "name": commissioner.name,
        "url": commissioner.website or absolute(f"/commissioners/{commissioner.slug}"),
    }
    hosts = [name for name in (public.content.host, *public.content.co_hosts) if name]
    return [first, *({"@type": "Organization", "name": name} for name in hosts)]
