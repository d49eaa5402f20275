"""The venues and sessions of the sample plan: announced, moved and cancelled as it happened."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from kil_pipeline.engagement.hosting import invite_host
from kil_pipeline.engagement.hosts import HostTerms
from kil_pipeline.engagement.programme import announce_session, cancel_session, move_session
from kil_pipeline.engagement.session_writing import plan_session
from kil_pipeline.engagement.sessions import SessionContent
from kil_pipeline.engagement.venues import AccessFact, Known, Space, VenueFacts, add_venue
from kil_pipeline.exchange.sample_deeds import Deed, SamplePast, known
from kil_pipeline.reference.areas import find_area
from kil_pipeline.reference.themes import find_theme
from kil_pipeline.text import clean_text
from kil_pipeline.times import at_london

_SESSION_TEXTS = (
    "format",
    "host",
    "open_to_change",
    "open_why",
    "already_decided",
    "decided_why",
    "agenda",
    "offered",
    "payment",
    "access_contact",
)
"""The texts of a sample session that are taken as they are written."""


class SampleProgramme(SamplePast):
    """Turns the sample's venues and sessions into deeds. `references`: those of the entries, by headline."""

    def __init__(self, organisations: Mapping[str, uuid.UUID], now: datetime, references: Mapping[str, str]) -> None:
        super().__init__(organisations, now)
        self.references = references
        self.sessions: dict[str, str] = {}

    def programme_deeds(self, table: Mapping[str, Any]) -> Iterator[Deed]:
        """Yield the venues, the announcements and what became of them."""
        venues: dict[str, uuid.UUID] = {}
        yield Deed(self.ago(400), self._venues(table["venue"], venues))
        for row in table["session"]:
            yield Deed(self.ago(row["announced"]) + timedelta(minutes=5), self._announcement(row, venues))
            if "moved" in row:
                yield Deed(self.ago(row["moved"][0]), self._move(row))
            if "cancelled" in row:
                yield Deed(self.ago(row["cancelled"][0]), self._cancellation(row))
        for row in table["planned"]:
            yield Deed(self.ago(row["written"]), self._draft(row, venues))

    def _venues(self, rows: list[Mapping[str, Any]], venues: dict[str, uuid.UUID]) -> Callable[..., None]:
        def do(session: Session, at: datetime) -> None:
            for row in rows:
                facts = VenueFacts(
                    name=row["name"],
                    owner=row["owner"],
                    community_owned=row.get("community_owned", False),
                    address=row["address"],
                    areas=(known(find_area(row["area"]), row["area"]).code,),
                    travel=row["travel"],
                    spaces=tuple(Space(name, capacity) for name, capacity in row["spaces"].items()),
                    access=tuple(AccessFact(question, Known(answer)) for question, answer in row["access"].items()),
                    checked_on=self.today - timedelta(days=row["checked"]),
                )
                venues[row["key"]] = add_venue(session, facts, now=at).id

        return do

    def _announcement(self, row: Mapping[str, Any], venues: Mapping[str, uuid.UUID]) -> Callable[..., None]:
        def do(session: Session, at: datetime) -> None:
            by = self.organisations[row["by"]]
            public = announce_session(session, by, self._session(row), venue_id=venues[row["venue"]], now=at)
            self.sessions[row["title"]] = public.reference

        return do

    def _draft(self, row: Mapping[str, Any], venues: Mapping[str, uuid.UUID]) -> Callable[..., None]:
        """Plan a session and ask its host, who has not answered yet."""

        def do(session: Session, at: datetime) -> None:
            by = self.organisations[row["by"]]
            draft = plan_session(session, by, self._session(row), venue_id=venues[row["venue"]], now=at)
            name, address, fee, room_cost = row["asked"]
            invite_host(session, draft.session_id, HostTerms(name, address, fee=fee, room_cost=room_cost), now=at)

        return do

    def _session(self, row: Mapping[str, Any]) -> SessionContent:
        starts_at = self._start(row["starts"][0], row["starts"][1])
        texts: dict[str, Any] = {name: clean_text(row[name]) for name in _SESSION_TEXTS if name in row}
        texts |= {name: tuple(row[name]) for name in ("co_hosts", "offers", "access_offers") if name in row}
        texts |= {name: row[name] for name in ("capacity", "capacity_online", "online", "stage") if name in row}
        return SessionContent(
            title=row["title"],
            purpose=row["purpose"],
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=row["hours"]),
            areas=tuple(known(find_area(name), name).code for name in row["areas"]),
            themes=tuple(known(find_theme(name), name).code for name in row["themes"]),
            entries=tuple(self.references[headline] for headline in row["about"]),
            **texts,
        )

    def _move(self, row: Mapping[str, Any]) -> Callable[..., None]:
        def do(session: Session, at: datetime) -> None:
            starts_at = self._start(row["starts"][0] + row["moved"][1], row["starts"][1])
            ends_at = starts_at + timedelta(hours=row["hours"])
            reference = self.sessions[row["title"]]
            move_session(session, reference, starts_at=starts_at, ends_at=ends_at, why=row["moved"][2], now=at)

        return do

    def _cancellation(self, row: Mapping[str, Any]) -> Callable[..., None]:
        def do(session: Session, at: datetime) -> None:
            cancel_session(session, self.sessions[row["title"]], why=row["cancelled"][1], now=at)

        return do

    def _start(self, days: int, clock: str) -> datetime:
        """Return a moment in London, never on a Sunday."""
        day = self.today + timedelta(days=days)
        return at_london(day + timedelta(days=1) if day.weekday() == 6 else day, time.fromisoformat(clock))
