"""A session as a text that local support organisations pass on: in a newsletter, in a message, in a short post."""

from collections.abc import Iterator

from kil_pipeline.engagement.session_parts import OFFERS
from kil_pipeline.engagement.sessions import PublicSession, describe_when
from kil_pipeline.text import shorten

SHORT = 280
"""Characters of a short post."""


def invitation_text(session: PublicSession, address: str) -> str:
    """Return a text to copy: a short post first, then the whole. `address`: of the session's page."""
    return "\n\n".join([_short(session, address), "---", *_whole(session, address)]) + "\n"


def _short(session: PublicSession, address: str) -> str:
    rest = f" {describe_when(session.content)}. Come and say what you think: {address}"
    title = shorten(session.content.title, max(20, SHORT - len(rest) - 1))
    return title + ("" if title.endswith(("?", "!", ".", "…")) else ".") + rest


def _whole(session: PublicSession, address: str) -> Iterator[str]:
    content = session.content
    yield content.title
    yield f"{describe_when(content)}\n{_where(session)}"
    yield content.purpose
    if content.open_to_change:
        yield f"What is open to change: {content.open_to_change}"
    if content.already_decided:
        yield f"What is decided already: {content.already_decided}"
    gets = [OFFERS[offer] for offer in content.offers] + ([content.offered] if content.offered else [])
    if gets:
        yield f"What you get for coming: {'; '.join(gets)}"
    host = f", hosted by {content.host}" if content.host else ""
    yield f"From {session.commissioner.name}{host}. To come, and for how to get in: {address}"


def _where(session: PublicSession) -> str:
    content, venue = session.content, session.venue
    place = ", ".join(filter(None, (venue.facts.name, venue.facts.where))) if venue else ""
    if content.attendance == "online":
        return "Online"
    return f"{place or 'Place to come'}{', and online' if content.attendance == 'both' else ''}"
