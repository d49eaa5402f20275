"""The mails about records and venues' facts: each is written when it is sent, and says what holds then."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from kil_pipeline.alerts.letters import NoticeLetter
from kil_pipeline.alerts.links import Signer
from kil_pipeline.alerts.notices import NoticeContext
from kil_pipeline.codec import from_json
from kil_pipeline.engagement.record_contributors import Contributor
from kil_pipeline.engagement.records import Part, PartRow, RecordRow, RecordState
from kil_pipeline.engagement.response_contents import ResponseContent
from kil_pipeline.engagement.responses import ResponseRow, moves_between, shorten
from kil_pipeline.engagement.sessions import SessionContent, SessionRow, describe_when
from kil_pipeline.engagement.venue_corrections import VenueContact
from kil_pipeline.engagement.venues import Venue
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.times import london_day

NOT_TOLD = "You get this because you came to the session. The link has a button that stops these emails."
Asked = Mapping[str, Any]


def check_path(signer: Signer, contributor_id: uuid.UUID) -> str:
    """Return the path of the page on which somebody who came checks a record."""
    return f"/records/check/{signer.sign('record-check', contributor_id)}"


def writer_path(signer: Signer, session_id: uuid.UUID, round_: int) -> str:
    """Return the path of the page on which a co-host writes a record."""
    return f"/records/write/{signer.sign('record-writer', session_id, str(round_))}"


def owner_path(signer: Signer, venue_id: uuid.UUID, round_: int) -> str:
    """Return the path of the page on which an owner corrects a venue's facts."""
    return f"/venues/owner/{signer.sign('venue-owner', venue_id, str(round_))}"


def _session_of(session: Session, session_id: uuid.UUID) -> tuple[SessionContent, str, str, RecordRow | None]:
    row = session.get_one(SessionRow, session_id)
    organisation = session.get_one(Organisation, row.organisation_id)
    return from_json(SessionContent, row.content), row.reference, organisation.name, session.get(RecordRow, session_id)


def write_writer(session: Session, about: Asked, context: NoticeContext) -> NoticeLetter | None:
    """Write to a co-host who may write the record."""
    session_id = uuid.UUID(about["session"])
    content, _, commissioner, record = _session_of(session, session_id)
    if record is None or record.writers != about["round"] or record.state == RecordState.FINAL.value:
        return None
    return NoticeLetter(
        subject=f"Write the record of “{content.title}”",
        heading="Write down what was said",
        paragraphs=(
            f"{commissioner} asks you to write the record of this session with them: what was said, what was agreed.",
            "Write one thing at a time. It works on a phone, and each is saved on its own.",
        ),
        facts=(("Session", content.title), ("When", describe_when(content))),
        buttons=(("Write the record", writer_path(context.signer, session_id, record.writers)),),
        ending=("Whoever has this link can write. It works until the record is final.",),
    )


def write_check(session: Session, about: Asked, context: NoticeContext) -> NoticeLetter | None:
    """Write to somebody who came: is the record right?"""
    who = session.get(Contributor, uuid.UUID(about["contributor"]))
    if who is None:
        return None
    content, _, commissioner, record = _session_of(session, who.session_id)
    over = record is None or record.state != RecordState.CHECK.value or record.check_until is None
    if record is None or record.check_until is None or over or record.check_until < london_day(context.now):
        return None
    until = _day(record.check_until)
    return NoticeLetter(
        subject=f"Is this right? What was said at “{content.title}”",
        heading="Is this what was said?",
        paragraphs=(
            f"You came to this session. {commissioner} has written down what was said.",
            f"Please read it by {until}, and say that it is right or what should be corrected.",
        ),
        facts=(("Session", content.title), ("When", describe_when(content)), ("Check it by", until)),
        buttons=(("Read the record", check_path(context.signer, who.id)),),
        ending=("After that day it is public. You need not do anything.", NOT_TOLD),
    )


def write_final(session: Session, about: Asked, context: NoticeContext) -> NoticeLetter | None:
    """Write to somebody who came: the record is public."""
    who = session.get(Contributor, uuid.UUID(about["contributor"]))
    if who is None:
        return None
    content, reference, commissioner, _ = _session_of(session, who.session_id)
    return NoticeLetter(
        subject=f"Public now: what was said at “{content.title}”",
        heading="The record is public",
        paragraphs=(f"{commissioner} will answer each point there. We tell you when an answer is given or changes.",),
        facts=(("Session", content.title),),
        buttons=(("Read the record", f"/sessions/{reference}"),
                 ("Stop these emails", check_path(context.signer, who.id))),
        ending=(NOT_TOLD,),
    )  # fmt: skip


def write_moved(session: Session, about: Asked, context: NoticeContext) -> NoticeLetter | None:
    """Write to somebody who came: what became of what was said."""
    who = session.get(Contributor, uuid.UUID(about["contributor"]))
    if who is None:
        return None
    since, until = (datetime.fromisoformat(about[name]) for name in ("since", "until"))
    moved = moves_between(session, who.session_id, since, until)
    if not moved:
        return None
    content, reference, commissioner, _ = _session_of(session, who.session_id)
    return NoticeLetter(
        subject=f"You said, we did: “{content.title}”",
        heading="You said, we did",
        paragraphs=(f"{commissioner} has answered what was said at this session.", *moved),
        facts=(("Session", content.title), ("When", describe_when(content))),
        buttons=(("See all answers", f"/sessions/{reference}"),
                 ("Stop these emails", check_path(context.signer, who.id))),
        ending=(NOT_TOLD,),
    )  # fmt: skip


def write_due(session: Session, about: Asked, context: NoticeContext) -> NoticeLetter | None:
    """Write to the owner of an answer whose day is near, or has passed; not where it has moved meanwhile."""
    row, part = (session.get(table, uuid.UUID(about["part"])) for table in (ResponseRow, PartRow))
    if not isinstance(row, ResponseRow) or not isinstance(part, PartRow) or str(row.open_until) != about["due"]:
        return None
    content, reference, commissioner, _ = _session_of(session, row.session_id)
    due = date.fromisoformat(about["due"])
    late = due < london_day(context.now)
    state = "is overdue: readers can see that" if late else f"is due by {_day(due)}"
    answer = from_json(ResponseContent, row.content)
    return NoticeLetter(
        subject=f"{'Overdue' if late else 'Due soon'}: the answer to point {part.number} of {reference}",
        heading=f"An answer {'is overdue' if late else 'is due soon'}",
        paragraphs=(
            f"The answer of {answer.owner} to point {part.number} {state}.",
            "Say what was done, or name a new day and say why.",
        ),
        facts=(("From", commissioner), ("Session", content.title),
               ("Point", shorten(Part.of(part).content.text)),  # type: ignore[union-attr]  # only points are answered
               ("Now", answer.state.label)),
        buttons=(("Change the answer", f"/workspace/sessions/{reference}/record/responses/{part.number}"),),
        ending=("You get this because your address was given as the owner’s. It is not public.",),
    )  # fmt: skip


def write_venue_facts(session: Session, about: Asked, context: NoticeContext) -> NoticeLetter | None:
    """Write to a venue's owner: here you can correct what is said of it."""
    venue, contact = (session.get(table, uuid.UUID(about["venue"])) for table in (Venue, VenueContact))
    if not isinstance(venue, Venue) or not isinstance(contact, VenueContact) or contact.round != about["round"]:
        return None
    return NoticeLetter(
        subject=f"What we say of {venue.name}: is it right?",
        heading="Is this right?",
        paragraphs=(
            f"Somebody asked us for this link. With it you can correct what we say of access at {venue.name}.",
            "It is public, and people rely on it when they plan a visit.",
        ),
        buttons=(("Look, and correct it", owner_path(context.signer, venue.id, contact.round)),),
        ending=("Whoever has this link can correct it. If nothing is wrong, save it once: that says when you looked.",),
    )


def _day(value: date) -> str:
    return f"{value.day} {value:%B %Y}"
