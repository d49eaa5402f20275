"""Nudges: what the guide would advise about a session, in plain words. They never stop anybody from publishing.

Source: steps 4 and 5 of “10 Ways to Keep It Local”: early, in the community's own places, with something to decide.
"""

from dataclasses import dataclass
from datetime import date

from kil_pipeline.engagement.sessions import PublicSession, SessionContent
from kil_pipeline.engagement.venues import PublicVenue
from kil_pipeline.organisations.organisations import normalise_name
from kil_pipeline.reference.working_days import add_working_days, is_england_working_day
from kil_pipeline.times import london_day

NOTICE_DAYS = 15
"""Working days between an announcement and the session that small groups need, at least."""


@dataclass(frozen=True)
class Surroundings:
    """What a session is judged by besides itself."""

    commissioner: str
    """Its name."""
    venue: PublicVenue | None
    has_host: bool
    """Whether a local organisation was asked and has not declined."""
    announced: bool
    """Whether it is public: its notice cannot become longer."""
    siblings: tuple[PublicSession, ...]
    """The other public sessions about what it is about."""
    same_day: tuple[PublicSession, ...]
    """The other public sessions of the day that share a place with its areas and take place."""
    openings: tuple[tuple[str, date], ...]
    """Of what it is about: the headline, and the first day on which it may open."""
    today: date


def find_nudges(content: SessionContent, around: Surroundings) -> tuple[str, ...]:
    """Return what might be better, most important first; nothing where all is well."""
    found = (
        _after_opening(content, around),
        _open_to_change(content),
        _own_offices(content, around),
        _local_host(around),
        _notice(content, around),
        _beforehand(content),
        _access(content, around),
        _clash(content, around),
    )
    return tuple(nudge for nudge in found if nudge)


def _after_opening(content: SessionContent, around: Surroundings) -> str:
    day = london_day(content.starts_at)
    late = [headline for headline, opens in around.openings if day >= opens]
    if not late:
        return ""
    return f"It comes when “{late[0]}” may be open already. Hold it earlier, while people can still shape it."


def _open_to_change(content: SessionContent) -> str:
    if content.open_to_change.strip():
        return ""
    return "Nothing is said to be open to change. People come where they can change something: say what."


def _own_offices(content: SessionContent, around: Surroundings) -> str:
    if around.venue is None or not _is_own(around.venue, around):
        return ""
    if any(other.venue is None or not _is_own(other.venue, around) for other in around.siblings):
        return ""
    what = "Every session about this is" if around.siblings else "It is"
    return f"{what} at your own offices. Hold one in a place of the community’s: more people will come."


def _is_own(venue: PublicVenue, around: Surroundings) -> bool:
    return normalise_name(venue.facts.owner) == normalise_name(around.commissioner)


def _local_host(around: Surroundings) -> str:
    return "" if around.has_host else "No local organisation hosts it yet. Ask one that people know and trust."


def _notice(content: SessionContent, around: Surroundings) -> str:
    earliest = add_working_days(around.today, NOTICE_DAYS, is_england_working_day)
    if around.announced or london_day(content.starts_at) >= earliest:
        return ""
    return f"It is fewer than {NOTICE_DAYS} working days away. Small groups need longer to find somebody who can come."


def _beforehand(content: SessionContent) -> str:
    if any(material.kind.beforehand for material in content.materials):
        return ""
    return "Nothing is sent beforehand. A page to read, or a recording, lets people come prepared."


def _access(content: SessionContent, around: Surroundings) -> str:
    if not content.in_person:
        return ""
    if around.venue is None:
        return "No place is named yet. People decide by the place whether they can come."
    if around.venue.facts.access:
        return ""
    return f"Nothing is known of access at {around.venue.facts.name}. Ask about steps, toilets and a hearing loop."


def _clash(content: SessionContent, around: Surroundings) -> str:
    overlapping = [
        other
        for other in around.same_day
        if other.content.starts_at < content.ends_at and content.starts_at < other.content.ends_at
    ]
    if not overlapping:
        return ""
    other = overlapping[0]
    return f"At the same time there is “{other.content.title}” ({other.commissioner.name}) in the same area."
