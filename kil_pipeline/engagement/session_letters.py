"""A mail about a session to one person: what it can be made of, and what goes into their calendar with it."""

from dataclasses import dataclass
from datetime import datetime

from kil_pipeline.alerts.letters import NoticeLetter
from kil_pipeline.alerts.notices import NoticeContext
from kil_pipeline.engagement.registrations import Registration, Way
from kil_pipeline.engagement.sessions import PublicSession, describe_when
from kil_pipeline.times import LONDON


@dataclass(frozen=True)
class Invitation:
    """What goes into somebody's calendar with a mail (RFC 5546)."""

    method: str
    """REQUEST or CANCEL."""
    public: PublicSession
    authority: str
    """See `kil_pipeline.installation`."""
    sequence: int
    address: str
    name: str
    way: Way
    online_link: str
    """Empty for those who come in person."""
    made_at: datetime


@dataclass(frozen=True)
class SessionLetter(NoticeLetter):
    """A notice about a session, with what goes into the calendar where anything does."""

    invitation: Invitation | None = None


@dataclass(frozen=True)
class Case:
    """What a letter is about, and what its links are made with."""

    row: Registration
    public: PublicSession
    context: NoticeContext
    authority: str
    online_link: str

    @property
    def manage_path(self) -> str:
        """The signed path of their own page."""
        return f"/coming/{self.context.signer.sign('coming', self.row.id)}"

    @property
    def way(self) -> Way:
        """How they come."""
        return Way(self.row.way)

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """When and where, as far as this person may know it."""
        rows = [("When", describe_when(self.public.content)), ("Where", _where(self.public, self.way))]
        if self.online_link:
            rows.append(("Your online link, for you alone", self.online_link))
        if self.public.content.access_contact:
            rows.append(("Questions about access", self.public.content.access_contact))
        return tuple(rows)

    def invite(self, method: str) -> Invitation:
        """Return what goes into their calendar: REQUEST or CANCEL."""
        return Invitation(
            method=method,
            public=self.public,
            authority=self.authority,
            sequence=self.public.sequence + self.row.own_changes,
            address=self.row.email or "",
            name=self.row.name,
            way=self.way,
            online_link=self.online_link,
            made_at=self.context.now,
        )

    def buttons(self, first: str = "See, change or give up your place") -> tuple[tuple[str, str], ...]:
        """Return the way to their own page, with its words, and to the session's."""
        return (first, self.manage_path), ("About the session", self.public.path)

    def offered(self) -> tuple[str, ...]:
        """Return the paragraph on what is offered to those who come, where anything is."""
        offered = self.public.content.offered
        return (f"What you get for coming: {offered}",) if offered else ()


def _where(public: PublicSession, way: Way) -> str:
    if way is Way.ONLINE:
        return "Online"
    if public.venue is None:
        return "Place to come"
    return ", ".join(part for part in (public.venue.facts.name, public.venue.facts.where) if part)


def say_how_soon(starts: datetime, now: datetime) -> str:
    """Return how far off a start is, in words: "Tomorrow"."""
    days = (starts.astimezone(LONDON).date() - now.astimezone(LONDON).date()).days
    return {0: "Today", 1: "Tomorrow", 7: "In a week"}.get(days, f"In {days} days")
