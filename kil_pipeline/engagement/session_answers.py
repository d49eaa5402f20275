"""What an author types about a session, box by box, read into its content, and written back into boxes."""

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, TypeVar
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.engagement.session_materials import read_materials, write_materials
from kil_pipeline.engagement.session_parts import ACCESS_OFFERS, OFFERS, check_web_address
from kil_pipeline.engagement.sessions import SessionContent
from kil_pipeline.engagement.venues import PublicVenue, Venue, find_venue
from kil_pipeline.errors import DomainError, InvalidContent
from kil_pipeline.plan.answer_values import VALUE_READERS, split_list
from kil_pipeline.plan.answers import Problem
from kil_pipeline.plan.entries import PublicEntryRow
from kil_pipeline.plan.expected_date_parsing import parse_expected_date
from kil_pipeline.plan.expected_dates import Precision
from kil_pipeline.reference.areas import area
from kil_pipeline.reference.stages import stage
from kil_pipeline.reference.themes import theme
from kil_pipeline.text import MAX_HEADLINE, MAX_TEXT, clean_line, clean_text
from kil_pipeline.times import LONDON, at_london

TEXTS = ("purpose", "open_to_change", "open_why", "already_decided", "decided_why", "agenda", "offered")
LINES = ("format", "payment", "access_contact")
ATTENDANCES = {"in_person": "In person", "online": "Online", "both": "In person and online"}
"""How one can take part, with the words of the form."""

T = TypeVar("T")


@dataclass(frozen=True)
class SessionAnswers:
    """What was read. `content` is None where there is a problem."""

    content: SessionContent | None
    venue_id: uuid.UUID | None
    online_link: str
    problems: tuple[Problem, ...]


def read_session_answers(session: Session, raw: Mapping[str, str], *, today: date) -> SessionAnswers:
    """Read what was typed. Everything wrong is reported, not just the first thing."""
    return _Reading(session, raw, today).read()


def read_times(raw: Mapping[str, str], today: date) -> tuple[datetime, datetime]:
    """Read a day and two times of it, in London, from `day`, `from` and `to`. Raises `InvalidContent`."""
    day = read_day(raw.get("day", ""), today)
    starts_at, ends_at = (at_london(day, read_clock(raw.get(name, ""))) for name in ("from", "to"))
    if ends_at <= starts_at:
        raise InvalidContent("It must end after it starts.")
    return starts_at, ends_at


def read_day(text: str, today: date) -> date:
    """Read a day as people write it. Raises `DomainError` where it is none, or vaguer than a day."""
    if not text.strip():
        raise InvalidContent("Write the day, such as 14 March 2027.")
    found = parse_expected_date(clean_line(text), today=today)
    if found.precision is not Precision.DAY:
        raise InvalidContent(f"“{clean_line(text)[:60]}” is not a day. Write it as 14 March 2027.")
    return found.earliest


_CLOCK = re.compile(r"([0-9]{1,2})(?:[:.]([0-9]{2}))? ?(am|pm)?")


def read_clock(text: str) -> time:
    """Read a time of day: 17:30, 5.30pm, 10am, noon. Raises `InvalidContent`."""
    wanted = clean_line(text).casefold()
    match = _CLOCK.fullmatch({"noon": "12:00", "midday": "12:00"}.get(wanted, wanted))
    if match is None or (match[2] is None and match[3] is None):
        raise InvalidContent(f"“{wanted[:30]}” is not a time. Write 17:30, or 5:30pm." if wanted else "Write the time.")
    hour, minute = int(match[1]), int(match[2] or 0)
    if match[3]:
        hour = hour % 12 + (12 if match[3] == "pm" else 0) if 1 <= hour <= 12 else 99
    if hour > 23 or minute > 59:
        raise InvalidContent(f"There is no time “{wanted[:30]}”. Write 17:30, or 5:30pm.")
    return time(hour, minute)


class _Reading:
    """One reading: collects values and problems."""

    def __init__(self, session: Session, raw: Mapping[str, str], today: date) -> None:
        self.session = session
        self.raw = raw
        self.today = today
        self.problems: list[Problem] = []

    def read(self) -> SessionAnswers:
        """Read every box."""
        values: dict[str, Any] = {"title": self._title()}
        values |= {name: self._text(name) for name in TEXTS} | {name: self._line(name) for name in LINES}
        values |= self._times() | self._attendance()
        for name in ("areas", "themes"):
            values[name] = self._of(name, VALUE_READERS[name], ())
        values["stage"] = self._of("stage", VALUE_READERS["stage"], None)
        values["offers"] = self._codes("offers", OFFERS)
        values["access_offers"] = self._codes("access_offers", ACCESS_OFFERS)
        values["access_by"] = self._of("access_by", lambda text: read_day(text, self.today), None)
        for name in ("capacity", "capacity_online"):
            values[name] = self._of(name, _number, None)
        nothing: tuple[str, ...] = ()
        values["entries"] = self._of("entries", self._references, nothing)
        values["materials"], wrong = read_materials(self.raw, lambda text: read_day(text, self.today))
        self.problems += wrong
        venue = self._of("venue", self._venue, None)
        link = self._of("online_link", lambda text: check_web_address(text.strip()), "")
        self._check_purpose(values)
        values["format"] = values["format"] or "workshop"
        content = None if self.problems else SessionContent(**values)
        return SessionAnswers(content, venue.id if venue else None, link, tuple(self.problems))

    def _of(self, name: str, read: Callable[[str], T], empty: T) -> T:
        text = self.raw.get(name, "")
        if not text.strip():
            return empty
        try:
            return read(text)
        except DomainError as error:
            self.problems.append(Problem(name, text, str(error)))
            return empty

    def _title(self) -> str:
        title = clean_line(self.raw.get("title", ""))
        if not title:
            self.problems.append(Problem("title", "", "Write what it is called."))
        elif len(title) > MAX_HEADLINE:
            self.problems.append(Problem("title", title, f"Use at most {MAX_HEADLINE} characters."))
        return title

    def _check_purpose(self, values: Mapping[str, Any]) -> None:
        if not values["purpose"] and not any(problem.field == "purpose" for problem in self.problems):
            self.problems.append(Problem("purpose", "", "Write in a sentence what it is for."))

    def _text(self, name: str) -> str:
        text = clean_text(self.raw.get(name, ""))
        if len(text) > MAX_TEXT:
            self.problems.append(Problem(name, "", f"Use at most {MAX_TEXT:,} characters. It has {len(text):,}."))
        return text

    def _line(self, name: str) -> str:
        line = clean_line(self.raw.get(name, ""))
        if len(line) > MAX_HEADLINE:
            self.problems.append(Problem(name, line, f"Use at most {MAX_HEADLINE} characters."))
        return line

    def _times(self) -> dict[str, datetime]:
        wrong = len(self.problems)
        for name, read in (("day", lambda text: read_day(text, self.today)), ("from", read_clock), ("to", read_clock)):
            try:
                read(self.raw.get(name, ""))
            except DomainError as error:
                self.problems.append(Problem(name, self.raw.get(name, ""), str(error)))
        if len(self.problems) > wrong:
            return {}
        try:
            starts_at, ends_at = read_times(self.raw, self.today)
        except DomainError as error:
            self.problems.append(Problem("to", self.raw.get("to", ""), str(error)))
            return {}
        return {"starts_at": starts_at, "ends_at": ends_at}

    def _attendance(self) -> dict[str, bool]:
        chosen = self.raw.get("attendance", "in_person")
        if chosen not in ATTENDANCES:
            self.problems.append(Problem("attendance", chosen, "Choose how people take part."))
        return {"in_person": chosen != "online", "online": chosen != "in_person"}

    def _codes(self, name: str, known: Mapping[str, str]) -> tuple[str, ...]:
        chosen = set(split_list(self.raw.get(name, "")))
        return tuple(code for code in known if code in chosen)

    def _references(self, text: str) -> tuple[str, ...]:
        wanted = tuple(dict.fromkeys(part.strip().upper() for part in re.split(r"[;,\s]+", text) if part.strip()))[:20]
        rows = self.session.scalars(sa.select(PublicEntryRow.reference).where(PublicEntryRow.reference.in_(wanted)))
        missing = [reference for reference in wanted if reference not in set(rows)]
        if missing:
            raise InvalidContent(f"“{missing[0][:30]}” is not in the public plan. Link it once it is published.")
        return wanted

    def _venue(self, text: str) -> PublicVenue:
        name = clean_line(text)
        slug = urlsplit(name).path.rstrip("/").rpartition("/")[2] if "/" in name else name
        found = find_venue(self.session, slug)
        if found is not None:
            return found
        rows = self.session.scalars(sa.select(Venue).where(sa.func.lower(Venue.name) == name.lower()).limit(2)).all()
        if len(rows) == 1:
            return PublicVenue.of(rows[0])
        if rows:
            raise InvalidContent(
                f"Several venues are called “{name[:60]}”. Paste the address of its page under Venues."
            )
        raise InvalidContent(f"We know no venue “{name[:60]}”. Look it up under Venues, and paste its page’s address.")


def _number(text: str) -> int:
    plain = text.strip().replace(",", "")
    if not (plain.isascii() and plain.isdigit() and 1 <= int(plain[:9]) <= 100_000 and len(plain) < 8):
        raise InvalidContent(f"“{text.strip()[:30]}” is not a number of places. Write 30, or leave it blank.")
    return int(plain)


def write_session_answers(content: SessionContent, venue: PublicVenue | None, online_link: str) -> dict[str, str]:
    """Return what to show in the boxes, so that reading it back gives the same content."""
    start, end = content.starts_at.astimezone(LONDON), content.ends_at.astimezone(LONDON)
    written = {name: str(getattr(content, name)) for name in ("title", *TEXTS, *LINES)}
    written |= {
        "day": f"{start.day} {start:%B %Y}",
        "from": f"{start:%H:%M}",
        "to": f"{end:%H:%M}",
        "attendance": content.attendance,
        "venue": (venue.slug or str(venue.id)) if venue else "",
        "online_link": online_link,
        "stage": stage(content.stage).name if content.stage else "",
        "areas": "; ".join(area(code).name for code in content.areas),
        "themes": "; ".join(theme(code).name for code in content.themes),
        "entries": "; ".join(content.entries),
        "offers": "; ".join(content.offers),
        "access_offers": "; ".join(content.access_offers),
        "access_by": f"{content.access_by.day} {content.access_by:%B %Y}" if content.access_by else "",
        "capacity": str(content.capacity or ""),
        "capacity_online": str(content.capacity_online or ""),
    }
    return written | write_materials(content.materials)
