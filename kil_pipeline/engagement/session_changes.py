"""What a publication changes in a session that is public already: the events that tell of it."""

from kil_pipeline.engagement.sessions import PublicSession
from kil_pipeline.events.types import Facets, SessionMaterialsOut, SessionMoved, SessionUpdated

FIELDS = {
    "title": "its title",
    "purpose": "what it is for",
    "open_to_change": "what is open to change",
    "open_why": "why that is open",
    "already_decided": "what is already decided",
    "decided_why": "why that is decided",
    "host": "its host",
    "co_hosts": "its co-hosts",
    "format": "its form",
    "in_person": "how to take part",
    "online": "how to take part",
    "stage": "the stage",
    "agenda": "the agenda",
    "offers": "what is offered",
    "payment": "what is paid",
    "offered": "what is offered",
    "access_offers": "what is arranged for access",
    "access_contact": "whom to ask about access",
    "access_by": "by when to ask about access",
    "capacity": "the places in person",
    "capacity_online": "the places online",
    "areas": "the areas",
    "themes": "the topics",
    "entries": "which planned opportunities it is about",
}
"""What may change without a move, in words."""


def describe_session_changes(
    old: PublicSession, new: PublicSession, facets: Facets, why: str
) -> list[SessionMoved | SessionMaterialsOut | SessionUpdated]:
    """Return the events of a publication; none where nothing public changed. People hear of a move and of materials."""
    events: list[SessionMoved | SessionMaterialsOut | SessionUpdated] = []
    if (old.venue.id if old.venue else None) != (new.venue.id if new.venue else None):
        sentence = f"Moved from {_place(old)} to {_place(new)}."
        events.append(SessionMoved(facets=facets, sentence=sentence, why=why))
    known = {material.address for material in old.content.materials}
    fresh = [material for material in new.content.materials if material.address not in known]
    if fresh:
        titles = "; ".join(f"{material.title} ({material.kind.label.lower()})" for material in fresh)
        events.append(SessionMaterialsOut(facets=facets, sentence=f"New material: {titles}.", why=why))
    changed = [words for name, words in FIELDS.items() if getattr(old.content, name) != getattr(new.content, name)]
    if not fresh and old.content.materials != new.content.materials:
        changed.append("its materials")
    if changed:
        sentence = f"Changed: {', '.join(dict.fromkeys(changed))}."
        events.append(SessionUpdated(facets=facets, sentence=sentence, why=why))
    return events


def _place(public: PublicSession) -> str:
    if public.venue is not None:
        return public.venue.facts.name
    return "online" if public.content.online else "a place to come"
